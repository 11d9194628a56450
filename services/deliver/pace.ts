// How fast a destination is approached: fewer requests at once while it fails, a probe now and then while it is down, and what
// waited is sent soon after it is back.
// Always holds: at most eight requests at once; after failures their number grows with each success only.
// Does not promise: one view for several senders; each learns from its own attempts.

/** Attempts at once to a destination that answers. */
const AT_ONCE = 8;
/** Failures in a row by which a destination counts as down. */
const DOWN_AFTER = 5;
/** How often a destination that is down is tried when nothing is due. */
export const PROBE_MS = 5 * 60_000;
/** Longest time for which one answer (Retry-After) holds back everything. */
const LONGEST_PAUSE_MS = 10 * 60_000;

export interface Pace {
  /** How many deliveries to take; those that failed before `triedBefore` need not wait any more. Null: none now. */
  ask(now: number): { limit: number; triedBefore: number } | null;
  /** True when it is time to try one delivery out of turn, to see whether the destination is back. */
  probe(now: number): boolean;
  delivered(o: { now: number; failedBefore: number }): void;
  failed(o: { now: number; retryAfterMs: number }): void;
}

export function createPace(): Pace {
  let atOnce = AT_ONCE;
  // Until it answers nothing is known of it: what waits since before a restart is not left to its long waits.
  let failures = DOWN_AFTER;
  let lastAt = Number.NEGATIVE_INFINITY;
  let recoveredAt = 0;
  let pausedUntil = 0;
  let quietUntil = 0;
  // A clock that was set back must not make a pause longer.
  const within = (until: number, now: number, longest: number) => now < until && until - now <= longest;
  return {
    ask: (now) =>
      within(pausedUntil, now, LONGEST_PAUSE_MS) ? null : { limit: atOnce, triedBefore: recoveredAt },
    probe(now) {
      if (failures < DOWN_AFTER || now < quietUntil || Math.abs(now - lastAt) < PROBE_MS) return false;
      lastAt = now;
      return true;
    },
    delivered({ now, failedBefore }) {
      if (Math.max(failures, failedBefore) >= DOWN_AFTER) recoveredAt = now;
      atOnce = Math.min(AT_ONCE, atOnce + 1);
      failures = 0;
      lastAt = now;
    },
    failed({ now, retryAfterMs }) {
      atOnce = Math.max(1, atOnce >> 1);
      failures++;
      lastAt = now;
      pausedUntil = now + Math.min(retryAfterMs, LONGEST_PAUSE_MS);
      quietUntil = now + retryAfterMs;
    },
  };
}
