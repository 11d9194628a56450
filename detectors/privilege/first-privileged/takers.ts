// Who uses a function: how many credentials of the tenant and of each peer group, and who took it up lately.
// Always holds: counted at a credential's first unsuspicious success there; bounded, the function counted longest ago is forgotten.

import type { Memory } from '../../detector.ts';
import { mix32 } from '../../hash.ts';
import { ownShape } from '../../own-shape.ts';
import { f64, f64s, type StateView, u16, u32, u32s } from '../../state/fields.ts';

const LATELY = 4;
const DAY = 86_400_000;
const MOST = 100_000;
const VERSION = 1;

export const ROUTE = {
  since: f64('first call anybody made, ms'),
  users: u16('credentials that used it, learned'),
  taker: u32s(LATELY, 'hashes of lineages that called it for the first time lately'),
  takenAt: f64s(LATELY, 'when, ms'),
  next: u16('place among them'),
} as const;

export const GROUP = {
  id: u32('number that tells the group from others'),
  since: f64('first success learned, ms'),
} as const;

/** Notes the first call of a lineage; how many other lineages made theirs within a day, up to four. */
export function takenUp(route: StateView<typeof ROUTE>, owner: number, at: number): number {
  let others = 0;
  let noted = false;
  for (let i = 0; i < LATELY; i++) {
    const who = route.taker.get(i);
    if (who === owner) noted = true;
    else if (who !== 0 && at - route.takenAt.get(i) <= DAY) others++;
  }
  if (!noted) {
    route.taker.set(route.next, owner);
    route.takenAt.set(route.next, at);
    route.next = (route.next + 1) % LATELY;
  }
  return others;
}

/** Credentials of a group that used a function. */
export interface Takers extends Memory {
  users(group: number, route: number): number;
  add(group: number, route: number): void;
  /** A number no group has had. */
  newGroup(): number;
}

export function createTakers(): Takers {
  const counts = new Map<number, number>();
  let groups = 0;
  const keyOf = (group: number, route: number): number =>
    mix32(group ^ mix32(route)) * 2 ** 20 + (route & 0xfffff);
  return ownShape({
    get bytes() {
      return counts.size * 40;
    },
    users: (group, route) => counts.get(keyOf(group, route)) ?? 0,
    add(group, route) {
      const key = keyOf(group, route);
      const before = counts.get(key) ?? 0;
      // Moving it to the end costs more than the rest, so it is done only where the order will matter.
      if (counts.size > MOST / 2) counts.delete(key);
      counts.set(key, before + 1);
      if (counts.size > MOST) counts.delete(counts.keys().next().value as number);
    },
    newGroup: () => ++groups,
    save() {
      const out = new Float64Array(2 + 2 * counts.size);
      out[0] = VERSION;
      out[1] = groups;
      let at = 2;
      for (const [key, count] of counts) {
        out[at++] = key;
        out[at++] = count;
      }
      return new Uint8Array(out.buffer);
    },
    load(stored) {
      const view = new Float64Array(stored.slice().buffer);
      if (view[0] !== VERSION) return false;
      groups = view[1]!;
      for (let i = 2; i + 1 < view.length; i += 2) counts.set(view[i]!, view[i + 1]!);
      return true;
    },
  });
}
