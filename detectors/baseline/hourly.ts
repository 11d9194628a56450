// Per-hour and per-day sums of one quantity, and robust statistics of complete active hours on a log scale.
// Always holds: a sum counts every event; statistics learn only from hours and days no part of which was quarantined;
// a mature level rises by at most 15 % a week. Does not promise to place a late event into an hour already complete.

import { ownShape } from '../own-shape.ts';
import type { StateView } from '../state/fields.ts';
import type { HOURLY_BYTES, HOURLY_HEAVY } from './fields.ts';
import type { HourlyStatistics } from './view.ts';

/** Effective memory of the running mean, in active hours (two weeks of full days). */
const MEMORY_HOURS = 336;
/** Hours beyond which a value is cut to mean ± 3 sd before it is learned. */
const WINSORISE_FROM = 8;
const WINSORISE_SD = 3;
/** A perfectly regular past must not cut everything to itself. */
const LEAST_SD = 0.25;
const GROWTH_CAP = 1.15;
const LOG_GROWTH_CAP = Math.log(GROWTH_CAP);
/** A level of zero may still rise by this much a week. */
const GROWTH_FLOOR = 10;

/** One winsorised step of an exponentially weighted mean and variance; `count` values came before. */
export function winsorisedStep(
  at: { mean: number; variance: number },
  value: number,
  count: number,
  memory = MEMORY_HOURS,
): void {
  if (count === 0) {
    at.mean = value;
    at.variance = 0;
    return;
  }
  let delta = value - at.mean;
  if (count >= WINSORISE_FROM) {
    const limit = WINSORISE_SD * Math.max(LEAST_SD, Math.sqrt(at.variance));
    delta = Math.max(-limit, Math.min(limit, delta));
  }
  const weight = Math.max(1 / (count + 1), 1 / memory);
  at.mean += weight * delta;
  at.variance = (1 - weight) * (at.variance + weight * delta * delta);
}

/** How an hour or day ended. */
export interface Ending {
  /** Part of it was quarantined. */
  tainted: boolean;
  /** The growth cap binds. */
  capped: boolean;
  /** Complete active hours before. */
  hours: number;
}

export interface Hourly extends HourlyStatistics {
  add(amount: number): void;
  /** Ends the hour; `hours` complete ones came before. Learns unless `tainted`. Returns ln(1 + sum). */
  endHour(o: Ending): number;
  endDay(o: Ending): void;
  /** Starts a new period of the largest day. Heavy block only. */
  endPeriod(): void;
  /** Moves the anchor of the growth cap. Heavy block only. */
  endWeek(): void;
}

/** `clock` says which hour and day the event at hand falls in, and how many hours were learned. */
export function createHourly(options: {
  light: StateView<typeof HOURLY_BYTES>;
  heavy: StateView<typeof HOURLY_HEAVY>;
  clock: {
    readonly sameHour: boolean;
    readonly sameDay: boolean;
    readonly hours: number;
    readonly busy: boolean;
  };
}): Hourly {
  const { light, heavy, clock } = options;
  const moments = { mean: 0, variance: 0 };
  return ownShape({
    get thisHour() {
      return clock.sameHour ? light.hourSum : 0;
    },
    get today() {
      return clock.sameDay ? light.daySum : 0;
    },
    get hours() {
      return clock.hours;
    },
    get logMean() {
      return light.logMean;
    },
    get logSd() {
      return Math.sqrt(light.logVariance);
    },
    get maxHour() {
      return light.maxHour;
    },
    get maxDay() {
      return clock.busy ? Math.max(light.maxDay, heavy.previousMaxDay) : light.maxDay;
    },
    add(amount) {
      if (clock.sameHour) light.hourSum += amount;
      if (clock.sameDay) light.daySum += amount;
    },
    endHour({ tainted, hours, capped }) {
      const sum = light.hourSum;
      const log = Math.log1p(sum);
      light.hourSum = 0;
      if (tainted) return log;
      const before = light.logMean;
      moments.mean = before;
      moments.variance = light.logVariance;
      winsorisedStep(moments, log, hours);
      if (capped) moments.mean = Math.min(moments.mean, Math.max(before, heavy.anchorMean + LOG_GROWTH_CAP));
      light.logMean = moments.mean;
      light.logVariance = moments.variance;
      if (sum > light.maxHour) light.maxHour = sum;
      return log;
    },
    endDay({ tainted, capped }) {
      const sum = light.daySum;
      light.daySum = 0;
      if (tainted) return;
      const most = capped ? Math.max(light.maxDay, heavy.anchorMaxDay * GROWTH_CAP + GROWTH_FLOOR) : sum;
      const learned = Math.min(sum, most);
      if (learned > light.maxDay) light.maxDay = learned;
    },
    endPeriod() {
      heavy.previousMaxDay = light.maxDay;
      light.maxDay = 0;
    },
    endWeek() {
      heavy.anchorMean = light.logMean;
      heavy.anchorMaxDay = Math.max(light.maxDay, heavy.previousMaxDay);
    },
  });
}
