// The scopes a credential is known to have: a filter of 64 bits, looked up only when the list looks different from last time.
// Always holds: a scope is never forgotten. May take a new one for known where a credential has dozens.

import { hash32 } from '../../hash.ts';
import { type StateView, u16, u32, u32s } from '../../state/fields.ts';
import { lookOfScope } from '../privileged-routes.ts';

export const SCOPES = {
  scopes: u32s(2, 'filter of the scopes seen'),
  scopeSum: u32('sum over the scopes seen last, to pass over equal lists'),
  scopeKinds: u16('different scopes learned'),
} as const;
type State = StateView<typeof SCOPES>;

/** Told from lengths and ends alone; equal lists have equal sums. */
function sumOf(scopes: readonly string[]): number {
  let sum = scopes.length;
  for (const scope of scopes)
    sum =
      (sum +
        Math.imul(
          scope.length * 65_537 + scope.charCodeAt(0) * 257 + scope.charCodeAt(scope.length - 1),
          40_503,
        )) >>>
      0;
  return sum || 1;
}

/** The most privileged scope that is new; null when all are known, or none was known before. */
export function newScope(state: State, scopes: readonly string[]): { scope: string; weight: number } | null {
  if (scopes.length === 0 || state.scopeKinds === 0) return null;
  if (sumOf(scopes) === state.scopeSum) return null;
  let found: { scope: string; weight: number } | null = null;
  for (const scope of scopes) {
    if (has(state, scope)) continue;
    const weight = lookOfScope(scope);
    if (found === null || weight > found.weight) found = { scope, weight };
  }
  return found;
}

export function learnScopes(state: State, scopes: readonly string[]): void {
  if (scopes.length === 0) return;
  const sum = sumOf(scopes);
  if (sum === state.scopeSum) return;
  state.scopeSum = sum;
  for (const scope of scopes) {
    if (has(state, scope)) continue;
    state.scopeKinds++;
    const [word, bit] = placeOf(scope);
    state.scopes.set(word, (state.scopes.get(word) | bit) >>> 0);
  }
}

function placeOf(scope: string): [word: number, bit: number] {
  const hash = hash32(scope);
  return [hash & 1, (1 << ((hash >>> 1) & 31)) >>> 0];
}

function has(state: State, scope: string): boolean {
  const [word, bit] = placeOf(scope);
  return (state.scopes.get(word) & bit) !== 0;
}
