// How many callers touched an object lately: a count-min sketch of two rows, halved every fifteen days.
// Always holds: never says fewer than there were since the last halvings, may say more; 128 kB for all collections of all tenants.

import type { Memory } from '../../detector.ts';
import { mix32 } from '../../hash.ts';

const WIDTH = 65_536;
const HALVE_EVERY = 15 * 86_400_000;
const VERSION = 1;

export interface Popularity extends Memory {
  /** Callers that touched it. */
  of(object: number): number;
  /** One more caller touched it. */
  note(object: number, at: number): void;
}

export function createPopularity(): Popularity {
  const rows = [new Uint8Array(WIDTH), new Uint8Array(WIDTH)] as const;
  let halvedAt = 0;
  const first = (object: number): number => object % WIDTH;
  const second = (object: number): number => mix32(object ^ 0x5bd1e995) % WIDTH;
  const halve = (at: number): void => {
    if (halvedAt !== 0) for (const row of rows) for (let i = 0; i < WIDTH; i++) row[i] = row[i]! >> 1;
    halvedAt = at;
  };
  return {
    bytes: 2 * WIDTH,
    of: (object) => Math.min(rows[0][first(object)]!, rows[1][second(object)]!),
    note(object, at) {
      if (at - halvedAt >= HALVE_EVERY) halve(at);
      for (const [row, i] of [
        [rows[0], first(object)],
        [rows[1], second(object)],
      ] as const)
        if (row[i]! < 255) row[i] = row[i]! + 1;
    },
    save() {
      const out = new Uint8Array(9 + 2 * WIDTH);
      out[0] = VERSION;
      new DataView(out.buffer).setFloat64(1, halvedAt);
      out.set(rows[0], 9);
      out.set(rows[1], 9 + WIDTH);
      return out;
    },
    load(bytes) {
      if (bytes.length !== 9 + 2 * WIDTH || bytes[0] !== VERSION) return false;
      halvedAt = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(1);
      rows[0].set(bytes.subarray(9, 9 + WIDTH));
      rows[1].set(bytes.subarray(9 + WIDTH));
      return true;
    },
  };
}
