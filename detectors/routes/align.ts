// Aligns a path with the gateway's template to read the object ids out of it.
// Always holds: returns false, adding nothing that the caller must keep, when path and template do not fit.
// Does not promise anything for templates with a greedy tail: those are learned by the tree.

import type { EventObject } from '../../schemas/event.ts';
import { bounded, MAX_OBJECTS } from './query.ts';
import { decode } from './segment.ts';

/**
 * A path may carry a stage or mount prefix the template lacks (`/prod/users/42` against `/users/{id}`), so the ends are aligned;
 * collections are named by the template.
 */
export function alignObjects(template: readonly string[], path: string, objects: EventObject[]): boolean {
  const query = path.indexOf('?');
  const segments = (query < 0 ? path : path.slice(0, query)).split('/').filter((s) => s !== '');
  const skip = segments.length - template.length;
  if (skip < 0 || skip > 2 || (skip > 0 && !template.some((s) => s.indexOf('{') < 0))) return false;
  let prefix = '';
  for (let i = 0; i < template.length; i++) {
    const wanted = template[i]!;
    const found = segments[i + skip]!;
    const open = wanted.indexOf('{');
    if (open < 0) {
      if (wanted !== found && decode(wanted) !== decode(found)) return false;
    } else {
      const close = wanted.lastIndexOf('}');
      const before = wanted.slice(0, open);
      const after = wanted.slice(close + 1);
      if (!found.startsWith(before) || !found.endsWith(after) || found.length < before.length + after.length)
        return false;
      const id = decode(found.slice(before.length, found.length - after.length));
      // A gateway that logs only its template names no object.
      if (id !== '' && found !== wanted && objects.length < MAX_OBJECTS)
        objects.push({ collection: prefix === '' ? '/' : prefix, id: bounded(id) });
    }
    prefix += `/${wanted}`;
  }
  return true;
}
