// How improbable is it that so many credentials of a tenant are under suspicion of one tactic on one day, were they independent?
// Always holds: evidence that rests on one new value counts for at most two of its credentials, since a change of that value
// would explain them together. By Markov, P(e ≥ x) ≤ 1/x; by Chernoff, P(Poisson(λ) ≥ k) ≤ exp(−(k ln(k/λ) − k + λ)).

/** Credentials whose evidence rests on the same new value that count. */
export const SAME_VALUE = 2;

export interface Suspected {
  readonly logE: number;
  /** The new value its evidence rests on. */
  readonly value: number;
}

/** ln of one over the probability, with the choice of the best number of credentials paid for. */
export function togetherEvidence(suspected: readonly Suspected[], credentials: number): number {
  const ofValue = new Map<number, number>();
  let counted = 0;
  let best = 0;
  for (const { logE, value } of [...suspected].sort((a, b) => b.logE - a.logE)) {
    const same = (ofValue.get(value) ?? 0) + 1;
    ofValue.set(value, same);
    if (same > SAME_VALUE) continue;
    counted++;
    const expected = credentials * Math.exp(-logE);
    if (counted <= expected) break;
    best = Math.max(best, counted * Math.log(counted / expected) - counted + expected);
  }
  return Math.max(0, best - Math.log(Math.max(1, suspected.length)));
}
