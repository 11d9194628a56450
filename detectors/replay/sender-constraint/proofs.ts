// Proofs used lately, so that one used twice is known: two generations of five minutes (RFC 9449 section 11.1).
// Always holds: a proof of the last five minutes is remembered, one older than ten is not; bounded.

import type { Memory } from '../../detector.ts';
import { hash128 } from '../../hash.ts';
import { ownShape } from '../../own-shape.ts';

const GENERATION = 5 * 60_000;
const MOST = 1_000_000;

export interface Proofs extends Memory {
  /** True when the same proof was used by another call before. */
  used(o: { key: string; at: number; event: string }): boolean;
}

export function createProofs(): Proofs {
  let older = new Map<string, string>();
  let newer = new Map<string, string>();
  let began = 0;
  return ownShape({
    get bytes() {
      return (older.size + newer.size) * 150;
    },
    used({ key, at, event }) {
      if (at - began >= GENERATION || newer.size >= MOST) {
        older = at - began >= 2 * GENERATION ? new Map() : newer;
        newer = new Map();
        began = at;
      }
      const proof = hash128(key);
      const before = newer.get(proof) ?? older.get(proof);
      if (before === undefined) newer.set(proof, event);
      return before !== undefined && before !== event;
    },
    save: () =>
      new TextEncoder().encode(JSON.stringify({ version: 1, began, older: [...older], newer: [...newer] })),
    load(bytes) {
      const stored = JSON.parse(new TextDecoder().decode(bytes)) as {
        version: number;
        began: number;
        older: [string, string][];
        newer: [string, string][];
      };
      if (stored.version !== 1) return false;
      began = stored.began;
      older = new Map(stored.older);
      newer = new Map(stored.newer);
      return true;
    },
  });
}
