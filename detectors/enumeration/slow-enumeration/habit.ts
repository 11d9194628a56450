// The habit of a credential: how many objects new to it it reads on a day, in each of the two collections it reads most.
// Always holds: working days and weekends are learned apart; a habit grows by at most `growth` a week; days under suspicion teach
// nothing. A day is judged while it runs: what has been read so far can only become more.

import { f32s, f64s, type StateView, u8s, u16, u16s, u32s } from '../../state/fields.ts';

const SLOTS = 2;
const DAY = 86_400_000;
/** Spread of ln(1 + objects a day) before anything is known, and the days that weighs. */
const PRIOR_SD = 0.3;
const PRIOR_DAYS = 5;
/** Shift that is tested for, in standard deviations. */
const SHIFT = 2;
const MOST_DAYS = 30;
/** Days that weigh in the mean: it must keep up with growth that is allowed. */
const MEMORY_DAYS = 10;
const LEAST_DAYS = 10;
const LEAST_OF_KIND = 3;
const MOST_STEP = 1;
const SUSPICIOUS = 3;
const MOST_WEIGHT = 2000;

/** Index of a slot's working days (`2 × slot`) or weekends (`2 × slot + 1`) in `means`, `variances`, `days` and `anchors`. */
const HABITS = 2 * SLOTS;

export const HABIT = {
  day: u16('days since 2020 of what was read last'),
  anchorDay: u16('days since 2020 when the anchors were set'),
  collections: u32s(SLOTS, 'hash of the collection'),
  weights: u16s(SLOTS, 'how much more often it was read than those that are not kept'),
  today: f32s(SLOTS, 'objects new to the credential on that day'),
  means: f32s(HABITS, 'mean of ln(1 + objects on an active day)'),
  variances: f32s(HABITS, 'variance of it'),
  days: u8s(HABITS, 'active days learned from, up to 30'),
  anchors: f32s(HABITS, 'the mean a week ago'),
  evidence: f32s(SLOTS, 'CUSUM over complete days of "more than the habit"'),
  risen: u8s(SLOTS, 'complete days above the habit since the evidence was last 0'),
  excess: f32s(SLOTS, 'objects beyond the habit on those days'),
  records: u32s(SLOTS, 'objects returned with 2xx since then'),
  bytes: f64s(SLOTS, 'bytes of those answers'),
  since: f64s(SLOTS, 'when that was, ms'),
} as const;
export type Habit = StateView<typeof HABIT>;

const EPOCH = Date.UTC(2020, 0, 1) / DAY;
export const dayOf = (at: number): number => Math.max(0, Math.floor(at / DAY) - EPOCH);
/** 1 January 2020 was a Wednesday. */
const kindOf = (day: number): 0 | 1 => ((day + 3) % 7 >= 5 ? 1 : 0);

/** The slot of the collection; -1 while others are read more often. */
export function slotOf(habit: Habit, collection: number): number {
  let least = 0;
  for (let i = 0; i < SLOTS; i++) {
    if (habit.collections.get(i) === collection) {
      habit.weights.set(i, Math.min(MOST_WEIGHT, habit.weights.get(i) + 1));
      return i;
    }
    if (habit.weights.get(i) < habit.weights.get(least)) least = i;
  }
  const weight = habit.weights.get(least);
  if (weight > 0) {
    habit.weights.set(least, weight - 1);
    return -1;
  }
  clear(habit, least, collection);
  return least;
}

function clear(habit: Habit, slot: number, collection: number): void {
  habit.collections.set(slot, collection);
  habit.weights.set(slot, 1);
  habit.today.set(slot, 0);
  for (const i of [2 * slot, 2 * slot + 1])
    for (const list of [habit.means, habit.variances, habit.days, habit.anchors]) list.set(i, 0);
  settle(habit, slot);
}

/** Nothing speaks for a rise any more. */
function settle(habit: Habit, slot: number): void {
  habit.evidence.set(slot, 0);
  habit.risen.set(slot, 0);
  habit.excess.set(slot, 0);
  habit.records.set(slot, 0);
  habit.bytes.set(slot, 0);
  habit.since.set(slot, 0);
}

export interface Usual {
  /** Objects on such a day, growth and what the peers go through included. */
  objects: number;
  /** Standard deviation of ln(1 + objects). */
  sd: number;
  mean: number;
}

/** What is usual on the present day; null while too little is known. */
export function usualOf(habit: Habit, slot: number, o: { growth: number; peers: number }): Usual | null {
  const own = 2 * slot + kindOf(habit.day);
  const working = 2 * slot;
  if (habit.days.get(working) < LEAST_DAYS) return null;
  const from = habit.days.get(own) >= LEAST_OF_KIND ? own : working;
  const days = habit.days.get(from);
  const mean = habit.means.get(from);
  const learned = (PRIOR_DAYS * PRIOR_SD ** 2 + days * habit.variances.get(from)) / (PRIOR_DAYS + days);
  const sd = Math.sqrt(Math.max(learned, 0.01 + 1 / (1 + Math.exp(mean))));
  const shifted = mean + Math.log(o.growth * Math.max(1, o.peers));
  return { objects: Math.exp(shifted), sd, mean: shifted };
}

/** Evidence of one day with so many objects, at most `perDay`. */
export function evidenceOfDay(objects: number, usual: Usual, perDay: number): number {
  const z = (Math.log1p(objects) - usual.mean) / usual.sd;
  return Math.min(perDay, SHIFT * z - SHIFT ** 2 / 2);
}

/** Ends the day of the slots when the event's is a later one. */
export function keepDays(
  habit: Habit,
  day: number,
  o: { growth: number; peers: number; perDay: number },
): void {
  if (day <= habit.day) return;
  if (habit.day > 0) for (let slot = 0; slot < SLOTS; slot++) endDay(habit, slot, o);
  if (day - habit.anchorDay >= 7) {
    habit.anchorDay = day;
    for (let i = 0; i < HABITS; i++) habit.anchors.set(i, habit.means.get(i));
  }
  habit.day = day;
}

function endDay(habit: Habit, slot: number, o: { growth: number; peers: number; perDay: number }): void {
  const objects = habit.today.get(slot);
  habit.today.set(slot, 0);
  // A day without a single new object says that it was a day off.
  if (objects === 0) return;
  const usual = usualOf(habit, slot, o);
  if (usual !== null) {
    const nats = evidenceOfDay(objects, usual, o.perDay);
    const evidence = Math.max(0, habit.evidence.get(slot) + nats);
    habit.evidence.set(slot, evidence);
    if (evidence === 0) settle(habit, slot);
    else if (nats > 0) {
      habit.risen.set(slot, habit.risen.get(slot) + 1);
      habit.excess.set(slot, habit.excess.get(slot) + Math.max(0, objects - usual.objects));
    }
  }
  if (habit.evidence.get(slot) <= SUSPICIOUS)
    learnDay(habit, 2 * slot + kindOf(habit.day), objects, o.growth);
}

function learnDay(habit: Habit, index: number, objects: number, growth: number): void {
  const days = habit.days.get(index);
  const x = Math.log1p(objects);
  if (days === 0) {
    habit.means.set(index, x);
    habit.anchors.set(index, x);
  } else {
    const mean = habit.means.get(index);
    const step = Math.max(-MOST_STEP, Math.min(MOST_STEP, x - mean));
    const weight = 1 / Math.min(days + 1, MEMORY_DAYS);
    const most = days < LEAST_DAYS ? Number.POSITIVE_INFINITY : habit.anchors.get(index) + Math.log(growth);
    habit.means.set(index, Math.min(most, mean + weight * step));
    habit.variances.set(index, (1 - weight) * (habit.variances.get(index) + weight * step ** 2));
  }
  habit.days.set(index, Math.min(MOST_DAYS, days + 1));
}
