// The hourly digest: which supporting findings, none of which pages, are together worth a look.
// Always holds: by e-BH (Wang and Ramdas 2022) at most a share Q of what it picks is expected to be nothing, whatever the
// dependence between detectors and credentials. Does not promise that what it leaves out is innocent.

const Q = 0.1;
/** The same hypotheses are looked at hour after hour, so few of them are treated as a thousand. */
const LEAST_HYPOTHESES = 1000;

export interface Candidate<T> {
  readonly logE: number;
  readonly item: T;
}

/**
 * Those k with the largest e-values for which e(k) ≥ m / (k·Q), for the largest such k.
 * @param m hypotheses looked at: active credentials times families
 */
export function discoveries<T>(candidates: readonly Candidate<T>[], m: number): Candidate<T>[] {
  const sorted = [...candidates].sort((a, b) => b.logE - a.logE);
  let last = 0;
  for (let k = 1; k <= sorted.length; k++)
    if (sorted[k - 1]!.logE >= Math.log(Math.max(LEAST_HYPOTHESES, m) / (k * Q))) last = k;
  return sorted.slice(0, last);
}
