// Sizes and durations as text logs write them.
// Always holds: the result is a finite number not below zero, or null.

/** Whole non-negative number in a logged text, or null for `-`, signs and anything else. */
export function size(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Seconds with a fraction (`0.125`) as milliseconds, or null. */
export function secondsToMs(text: string): number | null {
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(text)) return null;
  return Math.round(Number(text) * 1e6) / 1000;
}
