// When a delivery is tried again.
// Always holds: the wait after attempt n is between half of RETRY_BASES[n−1] and the whole, at random, so that a destination is not
// met by everybody at once, and one that is down for a day costs no delivery; a Retry-After of up to a day is honoured.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Upper bounds of the waits after the first, second … failed attempt: together about three days, and at least half of that. */
export const RETRY_BASES = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  1 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  24 * HOUR,
  24 * HOUR,
] as const;
/** Attempts before a delivery is dead. */
export const MAX_ATTEMPTS = RETRY_BASES.length + 1;
const LONGEST_RETRY_AFTER = 24 * HOUR;

/**
 * Ms to wait after the `attempts`-th attempt failed; null when it was the last.
 * @param random uniform in [0, 1)
 */
export function waitAfter(o: {
  attempts: number;
  retryAfter: string | null;
  now: number;
  random: number;
}): number | null {
  const base = RETRY_BASES[o.attempts - 1];
  if (base === undefined) return null;
  return Math.max(Math.floor((base * (1 + o.random)) / 2), retryAfterMs(o.retryAfter, o.now));
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3), bounded; 0 when absent, past or unreadable. */
export function retryAfterMs(value: string | null, now: number): number {
  if (value === null) return 0;
  const text = value.trim();
  const wait = /^\d{1,10}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER) : 0;
}
