// How a credential began: which routes, at which hours, how often something new; and how far that is from how the others of its
// client began.
// Always holds: distances are of counts, so the order of the calls plays no part. Routes are told apart by hash, in 16 bins.

import type { NumberArray } from '../../state/fields.ts';

export const ROUTES = 16;
export const HOURS = 6;
export const NOVELTY = 4;
/** Calls of the cohort that each bin has before any were seen. */
const PRIOR = 0.02;

/**
 * Calls times the relative entropy (Kullback and Leibler 1951) of the counts to the cohort's shares: ln of how much better the
 * counts are explained by themselves than by the cohort.
 */
export function distanceOf(counts: NumberArray, cohort: NumberArray): number {
  const bins = counts.length;
  let total = 0;
  let calls = 0;
  for (let i = 0; i < bins; i++) {
    total += cohort.get(i) + PRIOR;
    calls += counts.get(i);
  }
  let sum = 0;
  for (let i = 0; i < bins; i++) {
    const count = counts.get(i);
    if (count > 0) sum += count * Math.log((count * total) / (calls * (cohort.get(i) + PRIOR)));
  }
  return sum;
}

/** ln of the e-value of a distance so far beyond what is usual: 0.5/√p of a normal tail, at most 12. */
export function oddness(distance: number, usual: { mean: number; sd: number }): number {
  const z = (distance - usual.mean) / usual.sd;
  if (z <= 1) return 0;
  const lnTail = -(z * z) / 2 - Math.log(z) - 0.9189385332;
  return Math.max(0, Math.min(12, Math.log(0.5) - 0.5 * lnTail));
}
