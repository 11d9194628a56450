// Events in the order of the table `events`, so that the server need not sort a block of some forty columns: comparing and moving
// rows was half of what an insert cost it.
// Always holds: the same events, each id of a credential and moment once. Does not promise the order for texts beyond the Basic Multilingual Plane, which JavaScript
// and ClickHouse compare differently: the server looks, and sorts what is not in order.

import type { ApiEvent } from '../../schemas/event.ts';

/** By tenant, lineage, time and id. A credential's events mostly come in order, so only the credentials are sorted. */
export function inKeyOrder(events: readonly ApiEvent[]): ApiEvent[] {
  const tenants = new Map<string, Map<string, ApiEvent[]>>();
  for (const event of events) {
    const { tenant } = event;
    const { lineage } = event.credential;
    let lineages = tenants.get(tenant);
    if (lineages === undefined) {
      lineages = new Map();
      tenants.set(tenant, lineages);
    }
    const own = lineages.get(lineage);
    if (own === undefined) lineages.set(lineage, [event]);
    else own.push(event);
  }
  const ordered: ApiEvent[] = [];
  for (const tenant of [...tenants.keys()].sort()) {
    const lineages = tenants.get(tenant)!;
    for (const lineage of [...lineages.keys()].sort()) append(ordered, inTime(lineages.get(lineage)!));
  }
  return ordered;
}

/** Leaves out what is the one before again. */
function append(ordered: ApiEvent[], events: readonly ApiEvent[]): void {
  let before: ApiEvent | null = null;
  for (const event of events) {
    if (before === null || byTime(before, event) !== 0) ordered.push(event);
    before = event;
  }
}

function inTime(events: ApiEvent[]): ApiEvent[] {
  for (let n = 1; n < events.length; n++)
    if (byTime(events[n - 1]!, events[n]!) > 0) return events.sort(byTime);
  return events;
}

function byTime(a: ApiEvent, b: ApiEvent): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
