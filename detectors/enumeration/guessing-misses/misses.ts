// What is usual on a route: how often first requests for an object hit, and which objects several callers missed.
// Always holds: bounded (128 recent misses per route, oldest overwritten). Does not promise to remember every miss.

import { f32, type StateView, u8s, u32s } from '../../state/fields.ts';

const RECENT = 128;
const SETTLED = 50;
/** Other credentials that must miss the same object before whoever came first is excused: fewer may be one guesser. */
const OTHERS = 3;

export const ROUTE = {
  hits: f32('first requests for an object that hit, from unsuspicious callers'),
  trials: f32('first requests for an object, from unsuspicious callers; halved at 20,000'),
  settled: f32('of these, by callers known for a day, up to 50'),
  missed: u32s(RECENT, 'hash of an object somebody missed lately'),
  missedBy: u32s(RECENT, 'hash of the lineage that missed it first'),
  alsoBy: u32s(RECENT, 'hash of the other lineage that missed it last; 0 when there was none'),
  others: u8s(RECENT, 'other lineages that missed it'),
} as const;
export type RouteState = StateView<typeof ROUTE>;

/** Remembers a miss. True when another lineage missed the same object before: a dead link, not a guess. */
export function missedByOthers(route: RouteState, object: number, owner: number): boolean {
  const i = object % RECENT;
  if (route.missed.get(i) === object) {
    if (route.missedBy.get(i) === owner) return false;
    if (route.alsoBy.get(i) !== owner) route.others.set(i, Math.min(255, route.others.get(i) + 1));
    route.alsoBy.set(i, owner);
    return true;
  }
  route.missed.set(i, object);
  route.missedBy.set(i, owner);
  route.alsoBy.set(i, 0);
  route.others.set(i, 0);
  return false;
}

/** Of the objects that a lineage was the first to miss, the share that several others missed after it. */
export function followedShare(route: RouteState, owner: number): number {
  let first = 0;
  let followed = 0;
  for (let i = 0; i < RECENT; i++) {
    if (route.missedBy.get(i) !== owner || route.missed.get(i) === 0) continue;
    first++;
    if (route.others.get(i) >= OTHERS) followed++;
  }
  return first === 0 ? 0 : followed / first;
}

/**
 * Callers of today teach only where hardly anybody else did: their first calls come before they can be judged, and many at once
 * would teach that misses are usual.
 */
export function learnOutcome(route: RouteState, hit: boolean, newcomer: boolean): void {
  if (newcomer && route.settled >= SETTLED) return;
  if (!newcomer) route.settled = Math.min(SETTLED, route.settled + 1);
  route.trials++;
  if (hit) route.hits++;
  if (route.trials < 20_000) return;
  route.trials /= 2;
  route.hits /= 2;
}
