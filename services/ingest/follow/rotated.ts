// The rotated files of a log (`access.log.1`, `access.log.2.gz`, `access-20260310.log`), and where among them a file is that was
// being read.
// Always holds: a file is known again by its id or by what it holds, never by its name alone.
// Does not promise: an order between files named by number and files named by date.

import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { idAt, type LogFile, openAt, type Place } from './log-file.ts';

interface Relative {
  path: string;
  id: string;
  /** Larger is newer; null when the name is not one that rotation gives. */
  rank: string | null;
}

/** Opens the file that was read so far: under its own name, renamed, copied or compressed. Null when it is not found. */
export async function findAgain(
  path: string,
  { id, ...place }: Place & { id: string },
): Promise<LogFile | null> {
  for (let tries = 0; tries < TRIES; tries++) {
    const files = await relatives(path);
    const own = (await idAt(path)) === id ? await openAt(path, place, { rotated: false }) : null;
    if (own !== null) return own;
    const same = files.filter((file) => file.id === id);
    // A copy has another id, and so has a compressed file: it must hold what was read.
    const alike = place.markBytes === 0 ? [] : files.filter((file) => file.id !== id && file.rank !== null);
    for (const file of [...same, ...alike.reverse()]) {
      const found = await openAt(file.path, place, { rotated: true }).catch(unreadable);
      if (found !== null) return found;
    }
    // Rotation may have been at work meanwhile.
    const now = await relatives(path);
    if (now.map(nameAndId).join() === files.map(nameAndId).join()) return null;
  }
  return null;
}

/** The rotated file that came next after the one of that id; null when that was the last; undefined when it is not there. */
export async function rotatedAfter(path: string, id: string): Promise<string | null | undefined> {
  const ranked = (await relatives(path)).filter(({ rank }) => rank !== null);
  const at = ranked.find((file) => file.id === id)?.rank;
  if (at === undefined || at === null) return undefined;
  return ranked.find(({ rank }) => rank! > at)?.path ?? null;
}

const TRIES = 5;
const nameAndId = ({ path, id }: Relative) => `${path} ${id}`;

/** Oldest first; of one that is just being compressed, the plain file first. */
async function relatives(path: string): Promise<Relative[]> {
  const name = basename(path);
  const stem = basename(name, extname(name));
  const rankOf = createRank(stem, extname(name));
  const files: Relative[] = [];
  for (const entry of await readdir(dirname(path)).catch(() => [])) {
    if (!entry.startsWith(stem) || entry === name) continue;
    const file = join(dirname(path), entry);
    const id = await idAt(file);
    if (id !== null) files.push({ path: file, id, rank: rankOf(entry) });
  }
  return files.sort((a, b) => compare(a.rank ?? '', b.rank ?? '') || compare(a.path, b.path));
}

function createRank(stem: string, extension: string): (name: string) => string | null {
  const [before, after] = [stem, extension].map((text) => text.replace(/[^\w]/g, '\\$&'));
  const pattern = new RegExp(`^${before}(?:${after})?[._-](\\d[\\dT:._-]*?)(?:${after})?(?:\\.gz)?$`);
  return (name) => {
    const label = pattern.exec(name)?.[1];
    if (label === undefined) return null;
    // 1 is newer than 2; dates grow.
    return label.length <= 5 && /^\d+$/.test(label) ? String(99_999 - Number(label)).padStart(5, '0') : label;
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of several candidates, one that may not be read is none. */
function unreadable(error: NodeJS.ErrnoException): null {
  if (error.code === undefined) throw error;
  return null;
}
