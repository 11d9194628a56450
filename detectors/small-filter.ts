// A small Bloom filter in a detector's row: which of some dozens of things it has met since it was cleared.
// Always holds: what was added is found again. May take a new thing for a known one: with 60 things about one in twenty.

import { mix32 } from './hash.ts';
import type { NumberArray } from './state/fields.ts';

/** Length of the `u32s` field. */
export const FILTER_WORDS = 16;
const BITS = FILTER_WORDS * 32;
const PROBES = 3;

/** Adds the hash; false when it was there. */
export function addTo(filter: NumberArray, hash: number): boolean {
  let fresh = false;
  let probe = hash;
  for (let i = 0; i < PROBES; i++) {
    probe = mix32(probe + 0x9e3779b9);
    const bit = probe % BITS;
    const word = filter.get(bit >>> 5);
    const mask = 2 ** (bit & 31);
    if (Math.floor(word / mask) % 2 === 1) continue;
    filter.set(bit >>> 5, word + mask);
    fresh = true;
  }
  return fresh;
}
