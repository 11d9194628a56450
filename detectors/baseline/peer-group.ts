// What the peers of a credential do, pooled per group: same client or application, else the tenant.
// Always holds: each credential hour counts once, however busy it was, so one bulk reader does not speak for all;
// quarantined hours and anonymous callers are left out. Does not promise percentiles from fewer than 20 credentials.

import { ownShape } from '../own-shape.ts';
import type { StateView } from '../state/fields.ts';
import { type GROUP, GROWTH_AGES, GROWTH_BINS } from './fields.ts';
import { winsorisedStep } from './hourly.ts';
import type { Peers } from './view.ts';

/** Credential hours that make the group's memory: older ones fade by weight, not by time. */
const MEMORY_HOURS = 10_000;
/** Prior of the share of new objects and of misses where the group knows nothing, worth 10 hours. */
const PRIOR_NOVEL = 0.2;
const PRIOR_MISS = 0.05;
const PRIOR_WEIGHT = 10;
const LEAST_FOR_PERCENTILE = 20;

/** What one credential contributes for one complete active hour. */
export interface PeerHour {
  /** ln(1 + sum). */
  logBytes: number;
  logRequests: number;
  /** Share of new objects among those touched, or -1 when none were. */
  novelShare: number;
  missShare: number;
}

export interface PeerGroup extends Peers {
  learnHour(hour: PeerHour): void;
  /** Notes how many objects a credential had touched when it had made 2^age requests. */
  learnGrowth(age: number, distinct: number): void;
}

/** Seeing a credential's `age()` = requests made so far. */
export function createPeerGroup(state: StateView<typeof GROUP>, age: () => number): PeerGroup {
  const moments = { mean: 0, variance: 0 };
  const fade = (hours: number): number => (hours >= MEMORY_HOURS ? 1 - 1 / MEMORY_HOURS : 1);
  const percentile = (bucket: number): number => {
    if (bucket >= GROWTH_AGES) return 0;
    let total = 0;
    for (let bin = 0; bin < GROWTH_BINS; bin++) total += state.growth.get(bucket * GROWTH_BINS + bin);
    if (total < LEAST_FOR_PERCENTILE) return 0;
    let below = 0;
    for (let bin = 0; bin < GROWTH_BINS; bin++) {
      below += state.growth.get(bucket * GROWTH_BINS + bin);
      if (below >= 0.99 * total) return Math.exp((bin + 1) / 2) - 1;
    }
    return 0;
  };
  return ownShape({
    get size() {
      return state.size;
    },
    get events() {
      return state.events;
    },
    get novelShare() {
      return (state.novelHits + PRIOR_NOVEL * PRIOR_WEIGHT) / (state.novelHours + PRIOR_WEIGHT);
    },
    get missShare() {
      return (state.misses + PRIOR_MISS * PRIOR_WEIGHT) / (state.missHours + PRIOR_WEIGHT);
    },
    get bytesLogMean() {
      return state.bytesLogMean;
    },
    get bytesLogSd() {
      return Math.sqrt(state.bytesLogVariance);
    },
    get requestsLogMean() {
      return state.requestsLogMean;
    },
    get requestsLogSd() {
      return Math.sqrt(state.requestsLogVariance);
    },
    get distinctP99() {
      // The next full power of two, so that a credential between two marks is not compared with younger peers.
      return percentile(Math.ceil(Math.log2(Math.max(1, age()))));
    },
    learnHour(hour) {
      const hours = state.hours;
      moments.mean = state.bytesLogMean;
      moments.variance = state.bytesLogVariance;
      winsorisedStep(moments, hour.logBytes, hours, MEMORY_HOURS);
      state.bytesLogMean = moments.mean;
      state.bytesLogVariance = moments.variance;
      moments.mean = state.requestsLogMean;
      moments.variance = state.requestsLogVariance;
      winsorisedStep(moments, hour.logRequests, hours, MEMORY_HOURS);
      state.requestsLogMean = moments.mean;
      state.requestsLogVariance = moments.variance;
      state.hours = hours + 1;
      if (hour.novelShare >= 0) {
        const keep = fade(state.novelHours);
        state.novelHits = state.novelHits * keep + hour.novelShare;
        state.novelHours = state.novelHours * keep + 1;
      }
      const keep = fade(state.missHours);
      state.misses = state.misses * keep + hour.missShare;
      state.missHours = state.missHours * keep + 1;
    },
    learnGrowth(bucket, distinct) {
      if (bucket >= GROWTH_AGES) return;
      const bin = Math.min(GROWTH_BINS - 1, Math.floor(Math.log1p(distinct) * 2));
      const index = bucket * GROWTH_BINS + bin;
      if (state.growth.get(index) === 0xffff)
        for (let i = 0; i < GROWTH_BINS; i++) {
          const at = bucket * GROWTH_BINS + i;
          state.growth.set(at, state.growth.get(at) / 2);
        }
      state.growth.set(index, state.growth.get(index) + 1);
    },
  });
}
