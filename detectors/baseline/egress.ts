// How many credentials share a source prefix: one small bounded table for all tenants.
// Always holds: fixed memory; counts are per tenant. Does not promise exactness: a 128-bit linear counter per prefix
// (about ±10 % at 60 credentials), and at the bound the prefix least recently used in its set of four is forgotten.

import { mix32 } from '../hash.ts';

const WAYS = 4;
const WORDS = 4;
const BITS = WORDS * 32;
const MOST = 255;

export interface Egress {
  readonly bytes: number;
  /** Credentials seen behind the prefix, at most 255. */
  count(key: number): number;
  add(key: number, credential: number): void;
  save(): Uint8Array;
  load(bytes: Uint8Array): void;
}

/** `prefixes` is rounded up to a power of two; a key is a hash of tenant and prefix. */
export function createEgress(prefixes: number): Egress {
  const sets = 2 ** Math.ceil(Math.log2(Math.max(16, prefixes / WAYS)));
  const stride = 2 + WORDS;
  const rows = new Uint32Array(sets * WAYS * stride);
  let tick = 0;

  const find = (key: number): number => {
    const first = (mix32(key) % sets) * WAYS * stride;
    for (let way = 0; way < WAYS; way++) {
      const at = first + way * stride;
      if (rows[at] === key && rows[at + 1] !== 0) return at;
    }
    return -1;
  };
  const place = (key: number): number => {
    const first = (mix32(key) % sets) * WAYS * stride;
    let oldest = first;
    for (let way = 1; way < WAYS; way++) {
      const at = first + way * stride;
      if (rows[at + 1]! < rows[oldest + 1]!) oldest = at;
    }
    rows.fill(0, oldest, oldest + stride);
    rows[oldest] = key;
    return oldest;
  };
  return {
    bytes: rows.byteLength,
    count(key) {
      const at = find(key);
      if (at < 0) return 0;
      let zeros = BITS;
      for (let i = 0; i < WORDS; i++) zeros -= ones(rows[at + 2 + i]!);
      return zeros === 0 ? MOST : Math.min(MOST, Math.round(BITS * Math.log(BITS / zeros)));
    },
    add(key, credential) {
      let at = find(key);
      if (at < 0) at = place(key);
      tick = (tick + 1) >>> 0 || 1;
      rows[at + 1] = tick;
      const bit = mix32(credential ^ key) % BITS;
      rows[at + 2 + (bit >>> 5)]! |= 1 << (bit & 31);
    },
    save() {
      const used: number[] = [tick];
      for (let at = 0; at < rows.length; at += stride)
        if (rows[at + 1] !== 0) used.push(at, ...rows.subarray(at, at + stride));
      return new Uint8Array(Uint32Array.from(used).buffer);
    },
    load(bytes) {
      const used = new Uint32Array(bytes.slice().buffer);
      tick = used[0] ?? 0;
      for (let i = 1; i + stride < used.length; i += stride + 1) {
        const at = used[i]!;
        if (at % stride === 0 && at + stride <= rows.length)
          rows.set(used.subarray(i + 1, i + 1 + stride), at);
      }
    },
  };
}

function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
