// At which hours of the day a credential is active: on how many working days and weekends each hour was.
// Always holds: an hour counts once a day; what is learned of a day is learned when it is over. Clock changes of an hour are no news,
// since the hours beside count as well.

import { f32, f64, type NumberArray, type StateView, u8, u8s, u32 } from '../../state/fields.ts';

const HOUR = 3_600_000;
const HOURS = 24;
const MOST_DAYS = 200;
const HABIT = 7;

export const RHYTHM = {
  hour: u32('hours since the epoch of the latest call'),
  today: u32('bits of the hours active on its day'),
  active: u8s(2 * HOURS, 'days on which the hour was active: working days, then weekends'),
  days: u8s(2, 'active working days and weekend days learned from'),
  evidence: f32('CUSUM over days of "an unusual hour"'),
  odd: u8('days with unusual hours since it was last 0'),
  oddToday: f32('evidence of the most unusual hour of today'),
  since: f64('first unusual hour, ms'),
} as const;
export type Rhythm = StateView<typeof RHYTHM>;

/** 0 on working days, 1 at weekends; 1 January 1970 was a Thursday. */
export const kindOf = (hour: number): 0 | 1 => ((Math.floor(hour / HOURS) + 3) % 7 >= 5 ? 1 : 0);

/** Share of its active days of the kind on which the hour, or one beside it, was active. */
export function shareOf(rhythm: Rhythm, hour: number): number {
  const kind = kindOf(hour);
  let most = 0;
  for (let d = -1; d <= 1; d++)
    most = Math.max(most, rhythm.active.get(kind * HOURS + ((hour + d + HOURS) % HOURS)));
  return (most + 0.5) / (rhythm.days.get(kind) + 1);
}

/** Entropy of the hours on days of the kind, as a share of that of all hours alike. */
export function entropyOf(rhythm: Rhythm, kind: 0 | 1): number {
  let total = 0;
  for (let i = 0; i < HOURS; i++) total += rhythm.active.get(kind * HOURS + i);
  let entropy = 0;
  for (let i = 0; i < HOURS; i++) {
    const share = rhythm.active.get(kind * HOURS + i) / Math.max(1, total);
    if (share > 0) entropy -= share * Math.log(share);
  }
  return entropy / Math.log(HOURS);
}

/** A call with a clock that ran ahead must not hide what comes until then; `latest` is the baseline's, which took no such call in. */
export function forgetFuture(rhythm: Rhythm, latest: number): void {
  if (rhythm.hour <= latest) return;
  rhythm.hour = latest;
  rhythm.today = rhythm.oddToday = 0;
}

/** Ends the day of the latest call: its evidence counts, its hours are learned. */
export function endDay(rhythm: Rhythm): void {
  const odd = rhythm.oddToday;
  rhythm.evidence = Math.max(0, rhythm.evidence + (odd > 0 ? odd : -1));
  rhythm.odd = rhythm.evidence === 0 ? 0 : rhythm.odd + (odd > 0 ? 1 : 0);
  rhythm.oddToday = 0;
  const kind = kindOf(rhythm.hour);
  const today = rhythm.today;
  rhythm.today = 0;
  // What is unusual must not become its own excuse; after a week of it, it is a habit.
  if (odd > 0 && rhythm.odd < HABIT) return;
  for (let i = 0; i < HOURS; i++)
    if (Math.floor(today / 2 ** i) % 2 === 1) add(rhythm.active, kind * HOURS + i);
  add(rhythm.days, kind);
  if (rhythm.days.get(kind) < MOST_DAYS) return;
  rhythm.days.set(kind, MOST_DAYS / 2);
  for (let i = 0; i < HOURS; i++)
    rhythm.active.set(kind * HOURS + i, rhythm.active.get(kind * HOURS + i) / 2);
}

const add = (list: NumberArray, index: number): void => list.set(index, list.get(index) + 1);

export const hourOf = (at: number): number => Math.floor(at / HOUR);
export const isSameDay = (a: number, b: number): boolean => Math.floor(a / HOURS) === Math.floor(b / HOURS);
