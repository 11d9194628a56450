// Counts distinct keys within bounded memory: exactly while there are few, then with a HyperLogLog sketch.
// Always holds: the count never falls; adding a key again does not raise it while counting is exact.
// Does not promise exactness past the limit: there the relative standard error is 0.65 % of what was added since.

import { hash32 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';

/** Entries all exact counters together may still take; shared, so that memory is bounded over all incidents. */
export interface DistinctBudget {
  slots: number;
}

export interface DistinctCounter {
  /** True when the key raised the count. */
  add(key: string): boolean;
  readonly count: number;
  /** Standard error of `count`, in keys; 0 while exact. */
  readonly error: number;
  /** All of it, for createDistinctCounter() to go on with. */
  save(): StoredDistinct;
  /** Gives its slots back to the budget. The counter keeps its count and must not be added to afterwards. */
  close(): void;
}

/** A counter as it is stored: plain data. */
export interface StoredDistinct {
  /** Keys counted exactly, in no order; null once the sketch counts. */
  readonly keys: Float64Array | null;
  readonly registers: Uint8Array | null;
  readonly count: number;
  /** What of the count is by sketch. */
  readonly sketched: number;
}

export const NO_KEYS: StoredDistinct = { keys: new Float64Array(), registers: null, count: 0, sketched: 0 };

const FIRST_SLOTS = 64;
const REGISTER_BITS = 14;
const REGISTERS = 1 << REGISTER_BITS;
/** Error of the martingale estimator, 0.833/√m (Ting 2014, "Streamed approximate counting of distinct elements"). */
const SKETCH_ERROR = 0.833 / Math.sqrt(REGISTERS);
const LOW_BITS = 2 ** 21;

/** 53-bit key of a string; 0 is reserved for an empty slot. */
function keyOf(text: string): number {
  return hash32(text) * LOW_BITS + (hash32(text, 0x5bd1e995) >>> 11) || 1;
}

/**
 * @param exactLimit most keys counted exactly before the sketch takes over.
 * @param saved goes on from there; by sketch when the budget has no room for its keys
 */
export function createDistinctCounter(
  o: { exactLimit: number; budget: DistinctBudget },
  saved?: StoredDistinct,
): DistinctCounter {
  let slots: Float64Array | null = null;
  let registers: Uint8Array | null = null;
  let inverseSum = REGISTERS;
  let count = 0;
  let sketched = 0;

  const reserve = (size: number): Float64Array | null => {
    const more = size - (slots?.length ?? 0);
    if (more > o.budget.slots) return null;
    o.budget.slots -= more;
    return new Float64Array(size);
  };
  const grow = (): void => {
    const old = slots;
    const bigger = count < o.exactLimit ? reserve(old ? old.length * 2 : FIRST_SLOTS) : null;
    if (bigger) {
      if (old) for (const key of old) if (key !== 0) insert(bigger, key);
      slots = bigger;
      return;
    }
    registers = new Uint8Array(REGISTERS);
    if (old) for (const key of old) if (key !== 0) raise(key);
    release();
  };
  const release = (): void => {
    if (slots) o.budget.slots += slots.length;
    slots = null;
  };
  /** Sets the key's register; returns the probability that a new key would have changed the sketch, 0 if unchanged. */
  const raise = (key: number): number => {
    const table = registers as Uint8Array;
    const high = Math.floor(key / LOW_BITS);
    const index = high >>> (32 - REGISTER_BITS);
    const rest = (high << REGISTER_BITS) >>> 0;
    const rank = rest === 0 ? 32 - REGISTER_BITS + 1 + Math.clz32(key % LOW_BITS) - 11 : Math.clz32(rest) + 1;
    const before = table[index] as number;
    if (rank <= before) return 0;
    const probability = inverseSum / REGISTERS;
    table[index] = rank;
    inverseSum += 2 ** -rank - 2 ** -before;
    return probability;
  };

  const load = (stored: StoredDistinct): void => {
    ({ count, sketched } = stored);
    const { keys } = stored;
    if (keys !== null && keys.length > 0) {
      let size = FIRST_SLOTS;
      while (size < keys.length * 2) size *= 2;
      slots = reserve(size);
      if (slots) for (const key of keys) insert(slots, key);
    }
    if (slots || (keys?.length === 0 && stored.registers === null)) return;
    registers = new Uint8Array(REGISTERS);
    if (stored.registers) {
      registers.set(stored.registers);
      inverseSum = registers.reduce((sum, rank) => sum + 2 ** -rank, 0);
    } else for (const key of keys ?? []) raise(key);
  };
  if (saved) load(saved);

  return ownShape({
    add(text) {
      const key = keyOf(text);
      if (!registers) {
        if (!slots || count * 2 >= slots.length) grow();
        if (slots) {
          if (!insert(slots, key)) return false;
          count++;
          return true;
        }
      }
      const probability = raise(key);
      if (probability === 0) return false;
      count += 1 / probability;
      sketched += 1 / probability;
      return true;
    },
    get count() {
      return count;
    },
    get error() {
      return sketched * SKETCH_ERROR;
    },
    save: () => ({
      keys: registers ? null : (slots?.filter((key) => key !== 0) ?? new Float64Array()),
      registers: registers?.slice() ?? null,
      count,
      sketched,
    }),
    close: release,
  });
}

/** Open addressing with linear probing; the table is never more than half full. */
function insert(table: Float64Array, key: number): boolean {
  const mask = table.length - 1;
  for (let i = (key % 4294967296) & mask; ; i = (i + 1) & mask) {
    const found = table[i];
    if (found === key) return false;
    if (found !== 0) continue;
    table[i] = key;
    return true;
  }
}
