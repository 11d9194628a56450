// Which of some events are in the store already, by their ids, looked up a few hundred at a time.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Store } from '../store/store.ts';

/** Events per look-up: ClickHouse takes at most 128 KiB in one query parameter (http_max_field_value_size). */
const LOOKUP = 500;

export async function storedIds(
  store: Pick<Store, 'query'>,
  events: readonly ApiEvent[],
): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let from = 0; from < events.length; from += LOOKUP)
    for (const { id } of await storedAmong(store, events.slice(from, from + LOOKUP))) ids.add(id);
  return ids;
}

async function storedAmong(
  store: Pick<Store, 'query'>,
  events: readonly ApiEvent[],
): Promise<{ id: string }[]> {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const { at } of events) {
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  return await store.query<{ id: string }>(
    `SELECT toString(id) AS id FROM events
     WHERE lineage IN {lineages:Array(String)} AND id IN {ids:Array(String)}
       AND at >= fromUnixTimestamp64Milli({from:Int64}) AND at <= fromUnixTimestamp64Milli({to:Int64})`,
    {
      lineages: [...new Set(events.map((event) => event.credential.lineage))],
      ids: events.map((event) => event.id),
      from,
      to,
    },
  );
}
