// A planted record per tenant: who touches it opens an incident at once, whatever was learned. So benchmarks know when a verdict is due.

import { writeFile } from 'node:fs/promises';
import type { ApiEvent } from '../../../schemas/event.ts';
import { call } from '../../detectors/engine/traffic.ts';

const PLANTED = { collection: '/v1/planted', id: '4711' };

/** A file for `facts:` of the configuration. */
export async function writePlanted(file: string, tenants: readonly string[]): Promise<void> {
  const facts = tenants.map((tenant) => ({ type: 'canary', kind: 'object', tenant, ...PLANTED }));
  await writeFile(file, JSON.stringify(facts));
}

export function touch(o: { at: number; tenant: string; lineage: string }): ApiEvent {
  return call({ ...o, route: `${PLANTED.collection}/{id}`, objects: [PLANTED.id] });
}
