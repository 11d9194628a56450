// In which hours of the week (UTC, Monday first) a credential is active, with a half-life of four weeks.
// Always holds: shares are smoothed over the hours beside and never 0; light credentials have no profile.

import { ownShape } from '../own-shape.ts';
import type { CredentialRows } from './credential-rows.ts';
import type { Moment } from './moment.ts';

const WEEK_HOURS = 168;
/** Counts are kept in eighths of an event, so that fading does not round small ones away. */
const UNIT = 8;
const FULL = 0xffff - UNIT;

export interface WeekProfile {
  /** Share of events in the event's hour of the week. */
  readonly share: number;
  learn(): void;
  fade(keep: number): void;
}

export function createWeekProfile({ heavy }: CredentialRows, now: Moment): WeekProfile {
  /** 1 January 1970 was a Thursday. */
  const hourOfWeek = (): number => (now.hour + 3 * 24) % WEEK_HOURS;
  const fade = (keep: number): void => {
    for (let i = 0; i < WEEK_HOURS; i++) heavy.hourCounts.set(i, heavy.hourCounts.get(i) * keep);
  };
  return ownShape({
    get share() {
      if (!now.busy) return 1 / WEEK_HOURS;
      let total = 0;
      for (let i = 0; i < WEEK_HOURS; i++) total += heavy.hourCounts.get(i);
      const here = hourOfWeek();
      const before = heavy.hourCounts.get((here + WEEK_HOURS - 1) % WEEK_HOURS);
      const after = heavy.hourCounts.get((here + 1) % WEEK_HOURS);
      const smoothed = 0.5 * heavy.hourCounts.get(here) + 0.25 * (before + after);
      return (smoothed + UNIT) / (total + WEEK_HOURS * UNIT);
    },
    learn() {
      const here = hourOfWeek();
      if (heavy.hourCounts.get(here) > FULL) fade(0.5);
      heavy.hourCounts.set(here, heavy.hourCounts.get(here) + UNIT);
    },
    fade,
  });
}
