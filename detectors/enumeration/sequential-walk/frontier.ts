// The largest object number that others have read on a route: where a collection grows. A consumer that reads orders as they
// are created also walks 1, 2, 3 …, but the numbers others read grow with it.
// Always holds: bounded (one row per route). Does not promise a frontier where nobody else reads the collection.

import { f32, f64, type StateView, u32 } from '../../state/fields.ts';

export const ROUTE = {
  top: f64('largest number read'),
  topOwner: u32('hash of the lineage that read it'),
  second: f64('largest number read by any other lineage'),
  low: f64('smallest number read'),
  reads: u32('numbers read'),
  near: f32('of those learned from, near a head of their reader'),
  trials: f32('learned from'),
} as const;
export type RouteState = StateView<typeof ROUTE>;

/** Others must have read this many numbers before they say where the collection grows. */
const MIN_READS = 20;
/** A follower stays this close behind the frontier. */
const CLOSE = 64;

/** Largest number read by others; null when they have read too little to say. */
export function othersTop(route: RouteState, owner: number, own: number): number | null {
  if (route.reads - own < MIN_READS) return null;
  return route.topOwner === owner ? route.second : route.top;
}

export function atFrontier(value: number, top: number | null): boolean {
  return top !== null && value >= top - CLOSE;
}

/** True when the numbers others read moved along with the walk, by at least half its way. */
export function movedAlong(walk: {
  first: number;
  now: number;
  topThen: number;
  topNow: number | null;
}): boolean {
  const way = walk.now - walk.first;
  return walk.topNow !== null && walk.topThen > 0 && way > 0 && walk.topNow - walk.topThen >= way / 2;
}

export function note(route: RouteState, owner: number, value: number): void {
  route.low = route.reads === 0 ? value : Math.min(value, route.low);
  route.reads++;
  if (value > route.top) {
    if (route.topOwner !== owner) route.second = route.top;
    route.top = value;
    route.topOwner = owner;
  } else if (route.topOwner !== owner && value > route.second) route.second = value;
}
