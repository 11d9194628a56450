// Sequential tests of a share: is a yes/no outcome more frequent than it should be?
// Always holds: with true share at most p0, the chance that the sum ever passes ln(1/a) from a fresh start is at most a
// (Ville's inequality); restarting at zero (CUSUM) makes 1/a a bound on the average run length between false alarms
// (Lorden 1971; Shin, Ramdas and Rinaldo 2022). Does not promise anything when p0 understates the benign share.

/** The sum after one outcome; never below 0. */
export function cusum(sum: number, hit: boolean, shares: { p0: number; p1: number }): number {
  return Math.max(0, sum + evidenceOf(hit, shares));
}

/** ln of the likelihood ratio of one outcome: share `p1` under attack against `p0` when nothing is wrong. */
export function evidenceOf(hit: boolean, { p0, p1 }: { p0: number; p1: number }): number {
  return hit ? Math.log(p1 / p0) : Math.log((1 - p1) / (1 - p0));
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
