// Follows up to 12 heads of a walk through numbered objects, in each of three collections, for one credential.
// Always holds: bounded; a number extends the nearest head or takes the place of the one not used for longest.
// Does not promise to follow more than 12 interleaved walks: the surplus looks like random access.

import type { ObjectNumber } from '../../object-number.ts';
import { REPORTED } from '../../reporting.ts';
import { clamp } from '../../sequential-test.ts';
import { f32s, f64s, type StateView, u8, u16s, u32, u32s } from '../../state/fields.ts';

const SLOTS = 3;
const HEADS = 12;
const IDLE = 24 * 3_600_000;
/** Calls closer than this belong to one page load. */
const PAGE_LOAD_GAP = 2000;
/** The object that opened a head was counted. */
const COUNTED = -2;
/** Share of random accesses that may come near a head by accident. */
const ACCIDENT = 1 / 12;

export const HEAVY = {
  ...REPORTED,
  tick: u32('accesses followed; the clock of the heads'),
  near: u8('1 when the latest access extended a head, 2 when it did not, 0 when there was none'),
  collection: u32s(SLOTS, 'collection followed in this slot; 0 when empty'),
  lastAt: f64s(SLOTS, 'latest access, ms'),
  since: f64s(SLOTS, 'when the present walk began, ms'),
  evidence: f32s(SLOTS, 'CUSUM of "extends a head"'),
  distinct: u32s(SLOTS, 'objects on heads that were extended, since the walk began'),
  records: u32s(SLOTS, 'of these, returned with 2xx'),
  bytes: f64s(SLOTS, 'bytes returned since'),
  low: f64s(SLOTS, 'smallest number since'),
  high: f64s(SLOTS, 'largest number since'),
  first: f64s(SLOTS, 'number read when the frontier was first known'),
  frontierThen: f64s(SLOTS, 'largest number others had read then; 0 when not known yet'),
  frontier: u32s(SLOTS, 'accesses at or beyond the numbers others read'),
  behind: u32s(SLOTS, 'accesses well before them'),
  burst: u16s(SLOTS, 'accesses of the present page load'),
  longestBurst: u16s(SLOTS, 'most accesses in one page load since'),
  quick: u32s(SLOTS, 'objects of the walk read within a page load'),
  taught: u16s(SLOTS, 'accesses that taught the route what is usual'),
  values: f64s(SLOTS * HEADS, 'latest number of a head'),
  steps: f64s(SLOTS * HEADS, 'its latest step'),
  lines: u32s(SLOTS * HEADS, 'line of its numbers'),
  lengths: u16s(SLOTS * HEADS, 'accesses in its direction'),
  opening: f32s(SLOTS * HEADS, 'bytes of the access that opened it; -1 when nothing was returned'),
  used: u32s(SLOTS * HEADS, 'tick of its latest access; 0 when empty'),
} as const;
export type WalkState = StateView<typeof HEAVY>;

/** The slot of a collection; the one idle for longest is given up for a new collection. */
export function slotOf(state: WalkState, collection: number, at: number): number {
  let oldest = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    if (state.collection.get(slot) === collection) {
      if (at - state.lastAt.get(slot) > IDLE) restart(state, slot, at);
      return slot;
    }
    if (state.lastAt.get(slot) < state.lastAt.get(oldest)) oldest = slot;
  }
  for (let i = oldest * HEADS; i < (oldest + 1) * HEADS; i++) state.used.set(i, 0);
  state.collection.set(oldest, collection);
  state.taught.set(oldest, 0);
  state.lastAt.set(oldest, at);
  restart(state, oldest, at);
  return oldest;
}

/** Forgets what the walk took, not where its heads stand. */
export function restart(state: WalkState, slot: number, at: number): void {
  state.since.set(slot, at);
  for (const field of [
    state.evidence,
    state.distinct,
    state.records,
    state.bytes,
    state.frontier,
    state.behind,
  ] as const)
    field.set(slot, 0);
  for (const field of [state.burst, state.longestBurst, state.quick] as const) field.set(slot, 0);
}

/** How far from a head still counts as its neighbour: less in a small collection, where everything is near. */
export function reach(range: number, most: number): number {
  return clamp(Math.floor((range * ACCIDENT) / (2 * HEADS)), 1, most);
}

/** Share of random accesses within `range` that land near a head. */
export function accident(range: number, near: number): number {
  return Math.min(1, (HEADS * (2 * near + 1)) / Math.max(1, range));
}

/**
 * Moves the heads of a slot to a number.
 * @returns 0 when a head stands there already, 1 for a new head, else the length of the extended head's run (2 and up)
 */
export function advance(state: WalkState, slot: number, number: ObjectNumber, near: number): number {
  const tick = state.tick + 1;
  state.tick = tick;
  let found = -1;
  let distance = Number.POSITIVE_INFINITY;
  let stalest = slot * HEADS;
  let latest = -1;
  for (let i = slot * HEADS; i < (slot + 1) * HEADS; i++) {
    if (state.used.get(i) < state.used.get(stalest)) stalest = i;
    if (state.used.get(i) === 0 || state.lines.get(i) !== number.line) continue;
    if (latest < 0 || state.used.get(i) > state.used.get(latest)) latest = i;
    const step = number.value - state.values.get(i);
    if (Math.abs(step) < distance && (Math.abs(step) <= near || step === state.steps.get(i))) {
      found = i;
      distance = Math.abs(step);
    }
  }
  if (distance === 0) {
    state.used.set(found, tick);
    return 0;
  }
  if (found < 0) {
    state.steps.set(stalest, latest < 0 ? 0 : number.value - state.values.get(latest));
    return place(state, stalest, number, 1, tick);
  }
  const step = number.value - state.values.get(found);
  const length = state.lengths.get(found);
  const onward = length < 2 || Math.sign(step) === Math.sign(state.steps.get(found));
  state.steps.set(found, step);
  return place(state, found, number, onward ? length + 1 : Math.max(2, length >> 1), tick);
}

function place(state: WalkState, head: number, number: ObjectNumber, length: number, tick: number): number {
  state.values.set(head, number.value);
  state.lines.set(head, number.line);
  state.lengths.set(head, length);
  state.used.set(head, tick);
  return length;
}

export function longestRun(state: WalkState, slot: number): number {
  let longest = 0;
  for (let i = slot * HEADS; i < (slot + 1) * HEADS; i++)
    if (state.used.get(i) > 0) longest = Math.max(longest, state.lengths.get(i));
  return longest;
}

/** Follows page loads, and which objects of a walk came in them. */
export function countLoad(
  state: WalkState,
  slot: number,
  { at, member }: { at: number; member: boolean },
): void {
  const quick = at - state.lastAt.get(slot) < PAGE_LOAD_GAP;
  const burst = quick ? state.burst.get(slot) + 1 : 1;
  state.burst.set(slot, burst);
  if (burst > state.longestBurst.get(slot)) state.longestBurst.set(slot, burst);
  if (quick && member) state.quick.set(slot, state.quick.get(slot) + 1);
  state.lastAt.set(slot, at);
}

/**
 * Counts an object that extended a head, and with it the one that opened the head, unless that was counted before.
 * What no neighbour followed is no part of a walk. Call it after advance(), which returned `length`.
 * @param o.bytes of the answer; -1 when nothing was returned
 */
export function count(
  state: WalkState,
  slot: number,
  o: { value: number; bytes: number; length: number },
): void {
  const head = latestHead(state, slot);
  if (o.length === 1) {
    state.opening.set(head, o.bytes);
    return;
  }
  const opening = state.opening.get(head);
  if (opening !== COUNTED) addMember(state, slot, { value: o.value - state.steps.get(head), bytes: opening });
  state.opening.set(head, COUNTED);
  addMember(state, slot, o);
}

function latestHead(state: WalkState, slot: number): number {
  let head = slot * HEADS;
  while (state.used.get(head) !== state.tick) head++;
  return head;
}

function addMember(state: WalkState, slot: number, o: { value: number; bytes: number }): void {
  const distinct = state.distinct.get(slot);
  state.low.set(slot, distinct === 0 ? o.value : Math.min(o.value, state.low.get(slot)));
  state.high.set(slot, distinct === 0 ? o.value : Math.max(o.value, state.high.get(slot)));
  state.distinct.set(slot, distinct + 1);
  if (o.bytes < 0) return;
  state.records.set(slot, state.records.get(slot) + 1);
  state.bytes.set(slot, state.bytes.get(slot) + o.bytes);
}
