// What is usual on a route: how often first requests for an object hit, and which objects several callers missed.
// Always holds: bounded (128 recent misses per route, oldest overwritten). Does not promise to remember every miss.

import { f32, type StateView, u32s } from '../../state/fields.ts';

const RECENT = 128;

export const ROUTE = {
  hits: f32('first requests for an object that hit, from unsuspicious callers'),
  trials: f32('first requests for an object, from unsuspicious callers; halved at 20,000'),
  missed: u32s(RECENT, 'hash of an object somebody missed lately'),
  missedBy: u32s(RECENT, 'hash of the lineage that missed it first'),
} as const;
export type RouteState = StateView<typeof ROUTE>;

/** Remembers a miss. True when another lineage missed the same object before: a dead link, not a guess. */
export function missedByOthers(route: RouteState, object: number, owner: number): boolean {
  const i = object % RECENT;
  if (route.missed.get(i) === object) return route.missedBy.get(i) !== owner;
  route.missed.set(i, object);
  route.missedBy.set(i, owner);
  return false;
}

export function learnOutcome(route: RouteState, hit: boolean): void {
  route.trials++;
  if (hit) route.hits++;
  if (route.trials < 20_000) return;
  route.trials /= 2;
  route.hits /= 2;
}
