// Quarantine: whether a credential's events may be learned from now.
// Always holds: evidence above 3 nats stops learning at once and for two hours after it last did, but for at most 7 days
// in one go; then learning resumes (under the growth cap) until the credential was calm for a day. Does not undo what
// was learned before the evidence rose.

import type { StateView } from '../state/fields.ts';
import type { CORE } from './fields.ts';

const QUARANTINE_LOG_E = 3;
const HOLD_MINUTES = 2 * 60;
const CALM_MINUTES = 24 * 60;
const MOST_MINUTES = 7 * 24 * 60;
const NATS_A_DAY = 1;
const DAY = 86_400_000;

/** Notes the strongest evidence of the event at `at` (ms) and says whether it is quarantined. */
export function quarantine(core: StateView<typeof CORE>, logE: number, at: number): boolean {
  const minute = Math.floor(at / 60_000);
  if (core.suspectSince !== 0 && minute - core.suspectAt >= CALM_MINUTES) core.suspectSince = 0;
  if (core.evidence > 0)
    core.evidence = Math.max(0, core.evidence - Math.max(0, (at - core.lastAt) / DAY) * NATS_A_DAY);
  if (logE > core.evidence) core.evidence = logE;
  if (logE > QUARANTINE_LOG_E) {
    core.suspectAt = minute;
    if (core.suspectSince === 0) core.suspectSince = minute;
  }
  if (core.suspectSince === 0) return false;
  return minute - core.suspectAt < HOLD_MINUTES && minute - core.suspectSince < MOST_MINUTES;
}
