// Credentials that were let in after guesses from the same place: what each stage said, and what followed.
// Always holds: bounded; a chain ends a day after the success. Stage e-values are capped and softened, so their product is one.

import type { Memory } from '../../detector.ts';
import { hash32, mix32 } from '../../hash.ts';
import { ownShape } from '../../own-shape.ts';

const DAY = 86_400_000;
const MOST = 4096;
const MOST_STAGE = 50;
const VERSION = 1;

export interface Chain {
  /** First refusal, and the success. */
  since: number;
  enteredAt: number;
  cluster: number;
  /** Different secrets refused before. */
  refused: number;
  /** ln of the softened e-values: guessing, success from its place, novelty of the place, harm. */
  guessing: number;
  place: number;
  novelty: number;
  harm: number;
  /** Calls, records and bytes after the success, from its place. */
  calls: number;
  records: number;
  bytes: number;
  /** First privileged function, or empty. */
  privileged: string;
  reportedAt: number;
  reportedRecords: number;
}

/** ln of (1 + e) / 2 with e at most 50: an e-value when e is one, and one bad stage cannot undo the others. */
export const softened = (logE: number): number =>
  Math.log((1 + Math.min(MOST_STAGE, Math.exp(Math.min(logE, 10)))) / 2);

export const logEOf = ({ guessing, place, novelty, harm }: Chain): number =>
  guessing + place + novelty + harm;

export interface Chains extends Memory {
  readonly size: number;
  of(tenant: string, lineage: string, at: number): Chain | null;
  begin(tenant: string, lineage: string, chain: Chain): void;
}

export function createChains(): Chains {
  const all = new Map<number, Chain>();
  const keyOf = (tenant: string, lineage: string): number =>
    hash32(lineage, hash32(tenant)) * 4096 + (mix32(hash32(lineage, 5)) & 4095);
  return ownShape({
    get size() {
      return all.size;
    },
    get bytes() {
      return all.size * 240;
    },
    of(tenant, lineage, at) {
      const key = keyOf(tenant, lineage);
      const chain = all.get(key);
      if (chain === undefined) return null;
      if (at - chain.enteredAt <= DAY) return chain;
      all.delete(key);
      return null;
    },
    begin(tenant, lineage, chain) {
      if (all.size >= MOST) all.delete(all.keys().next().value as number);
      all.set(keyOf(tenant, lineage), chain);
    },
    save: () => new TextEncoder().encode(JSON.stringify({ version: VERSION, rows: [...all] })),
    load(stored) {
      const { version, rows } = JSON.parse(new TextDecoder().decode(stored)) as {
        version: number;
        rows: [number, Chain][];
      };
      if (version !== VERSION) return false;
      for (const [key, chain] of rows) all.set(key, chain);
      return true;
    },
  });
}
