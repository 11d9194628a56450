// Small sets of hashes, such as the routes a credential used: a few 16-bit hashes in the light row, a bitmap in the
// heavy block. Always holds: a member is never forgotten. Does not promise that a stranger is never taken for a
// member: 1 in 8,000 in the light row, in a bitmap the share of bits set (40 of 2,048 for 40 routes).

import type { NumberArray } from '../state/fields.ts';
import { SET_BITS } from './fields.ts';

/** Folds a 32-bit hash to the 16 bits kept; 0 means an empty place. */
export function shortHash(hash: number): number {
  return (hash >>> 16) ^ (hash & 0xffff) || 1;
}

export function inBitmap(bitmap: NumberArray, hash: number): boolean {
  const bit = hash % SET_BITS;
  return (bitmap.get(bit >>> 3) & (1 << (bit & 7))) !== 0;
}

/** True when the bit was not set. */
export function addToBitmap(bitmap: NumberArray, hash: number): boolean {
  const bit = hash % SET_BITS;
  const byte = bitmap.get(bit >>> 3);
  if ((byte & (1 << (bit & 7))) !== 0) return false;
  bitmap.set(bit >>> 3, byte | (1 << (bit & 7)));
  return true;
}

/** Distinct members behind `bits` set bits (linear counting, Whang et al. 1990). */
export function membersBehind(bits: number): number {
  return bits >= SET_BITS ? SET_BITS * 8 : Math.round(-SET_BITS * Math.log(1 - bits / SET_BITS));
}

/** Position of the hash among the first `count` places, or -1. */
export function inList(list: NumberArray, count: number, hash: number): number {
  for (let i = 0; i < count; i++) if (list.get(i) === hash) return i;
  return -1;
}
