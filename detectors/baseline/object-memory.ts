// Which objects a credential ever touched: exact up to 16, then Bloom filters; and how many there were.
// Always holds: every object is remembered when it is touched, suspicious or not (a monotone ledger), so it can be
// new only once while memory lasts. Does not promise memory without end: about 800 objects stay for good, of the rest
// the latest 8,192 to 16,384; an older one counts as new again, though not in the distinct count.

import { mix32 } from '../hash.ts';
import type { StateView } from '../state/fields.ts';
import type { Layout } from '../state/layout.ts';
import type { Pool } from '../state/pool.ts';
import {
  type CORE,
  LARGE_FILTER_BYTES,
  type LARGE_OBJECTS,
  LIGHT_OBJECTS,
  SKETCH_BITS,
  SMALL_FILTER_BYTES,
} from './fields.ts';

/** 7 probes at 10 bits an object: about 1 false match in 120 when full. */
const PROBES = 7;
const SMALL_CAPACITY = Math.floor((SMALL_FILTER_BYTES * 8) / 10);
const LARGE_CAPACITY = Math.floor((LARGE_FILTER_BYTES * 8) / 10);
const REGISTERS = 1 << SKETCH_BITS;
const REGISTER_ERROR = 0.833 / Math.sqrt(REGISTERS);
const FALSE_MATCHES = 0.01;

export const LARGE_BLOCK_BYTES = 2 * LARGE_FILTER_BYTES + REGISTERS;

export interface ObjectMemory {
  /** True when the object was touched before. */
  has(hash: number): boolean;
  /** Remembers an object that has() did not know. `owner` is the credential's slot. */
  add(hash: number, owner: number): void;
  /** Distinct objects with about 95 % bounds. */
  estimate(into: { value: number; low: number; high: number }): void;
}

/** `large.view` and the bytes after `headBytes` of a large block: half 0, half 1, registers. */
export function createObjectMemory(options: {
  core: StateView<typeof CORE>;
  small: Pool;
  large: Pool;
  largeLayout: Layout;
  largeView: StateView<typeof LARGE_OBJECTS>;
}): ObjectMemory {
  const { core, small, large, largeLayout, largeView } = options;
  const halves = largeLayout.bytes;
  const registers = halves + 2 * LARGE_FILTER_BYTES;

  const inFilter = (u8: Uint8Array, start: number, bytes: number, hash: number): boolean => {
    const step = mix32(hash ^ 0x5bd1e995) | 1;
    let probe = mix32(hash);
    for (let i = 0; i < PROBES; i++) {
      const bit = probe % (bytes * 8);
      if ((u8[start + (bit >>> 3)]! & (1 << (bit & 7))) === 0) return false;
      probe = (probe + step) >>> 0;
    }
    return true;
  };
  const mark = (u8: Uint8Array, start: number, bytes: number, hash: number): void => {
    const step = mix32(hash ^ 0x5bd1e995) | 1;
    let probe = mix32(hash);
    for (let i = 0; i < PROBES; i++) {
      const bit = probe % (bytes * 8);
      u8[start + (bit >>> 3)]! |= 1 << (bit & 7);
      probe = (probe + step) >>> 0;
    }
  };
  const addSmall = (hash: number): void => {
    small.seek(core.objectsSmall);
    mark(small.cursor.u8, small.cursor.base, SMALL_FILTER_BYTES, hash);
  };
  const addLarge = (hash: number): void => {
    large.seek(core.objectsLarge);
    const { u8, base } = large.cursor;
    if (largeView.current >= LARGE_CAPACITY) {
      largeView.half ^= 1;
      largeView.current = 0;
      const start = base + halves + largeView.half * LARGE_FILTER_BYTES;
      u8.fill(0, start, start + LARGE_FILTER_BYTES);
    }
    largeView.current++;
    mark(u8, base + halves + largeView.half * LARGE_FILTER_BYTES, LARGE_FILTER_BYTES, hash);
    countInSketch(hash, base + registers);
  };
  /** HyperLogLog with the martingale estimator: a change adds the inverse of its probability (Ting 2014). */
  const countInSketch = (hash: number, start: number): void => {
    const { u8 } = large.cursor;
    const spread = mix32(hash ^ 0x7feb352d);
    const register = start + (spread >>> (32 - SKETCH_BITS));
    const rank = Math.min(Math.clz32((spread << SKETCH_BITS) >>> 0), 32 - SKETCH_BITS) + 1;
    const before = u8[register]!;
    if (rank <= before) return;
    const inverseSum = largeView.inverseSum || REGISTERS;
    largeView.estimate += REGISTERS / inverseSum;
    largeView.inverseSum = inverseSum + 2 ** -rank - 2 ** -before;
    u8[register] = rank;
  };

  return {
    has(hash) {
      if (core.objectsSmall === 0) {
        const count = Math.min(core.distinct, LIGHT_OBJECTS);
        for (let i = 0; i < count; i++) if (core.objects.get(i) === hash) return true;
        return false;
      }
      small.touch(core.objectsSmall);
      small.seek(core.objectsSmall);
      if (inFilter(small.cursor.u8, small.cursor.base, SMALL_FILTER_BYTES, hash)) return true;
      if (core.objectsLarge === 0) return false;
      large.touch(core.objectsLarge);
      large.seek(core.objectsLarge);
      const { u8, base } = large.cursor;
      const newer = base + halves + largeView.half * LARGE_FILTER_BYTES;
      const older = base + halves + (largeView.half ^ 1) * LARGE_FILTER_BYTES;
      return inFilter(u8, newer, LARGE_FILTER_BYTES, hash) || inFilter(u8, older, LARGE_FILTER_BYTES, hash);
    },
    add(hash, owner) {
      const count = core.distinct;
      if (core.objectsSmall === 0 && count < LIGHT_OBJECTS) core.objects.set(count, hash);
      else {
        if (core.objectsSmall === 0) {
          core.objectsSmall = small.alloc(owner);
          for (let i = 0; i < LIGHT_OBJECTS; i++) addSmall(core.objects.get(i));
        }
        if (count < SMALL_CAPACITY) addSmall(hash);
        else {
          if (core.objectsLarge === 0) core.objectsLarge = large.alloc(owner);
          addLarge(hash);
        }
      }
      core.distinct = count + 1;
    },
    estimate(into) {
      const count = core.distinct;
      if (core.objectsSmall === 0) {
        into.value = into.low = into.high = count;
        return;
      }
      const first = Math.min(count, SMALL_CAPACITY);
      if (core.objectsLarge !== 0) large.seek(core.objectsLarge);
      const rest = core.objectsLarge === 0 ? 0 : largeView.estimate;
      into.value = Math.round(first + rest);
      into.low = Math.round(first + rest * (1 - 2 * REGISTER_ERROR));
      into.high = Math.round((first + rest * (1 + 2 * REGISTER_ERROR)) * (1 + FALSE_MATCHES));
    },
  };
}
