// Which objects of an endpoint anybody touched in the last 30 days: Bloom filters that grow, the oldest forgotten.
// Always holds: about 16 bits an object; a touched object is never taken for an untouched one while its filter is kept. May take
// about one untouched object in two hundred for a touched one. Bounded: at the bound the oldest objects are forgotten first.

import { mix32 } from '../hash.ts';

const PROBES = 7;
/** Several filters are asked, so that each must be right more often than one alone. */
const BITS_PER_OBJECT = 16;
const FIRST_BYTES = 2048;
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_FILTERS = 16;
const REMEMBERED = 30 * 86_400_000;

interface Filter {
  bits: Uint8Array;
  count: number;
  /** Latest addition, ms. */
  at: number;
}

export interface StoredFilter {
  bytes: number;
  count: number;
  at: number;
}

export class TouchedFilter {
  #filters: Filter[] = [];
  bytes = 0;

  has(hash: number): boolean {
    for (let i = this.#filters.length - 1; i >= 0; i--) if (probe(this.#filters[i]!.bits, hash)) return true;
    return false;
  }

  add(hash: number, at: number): void {
    let last = this.#filters.at(-1);
    if (last === undefined || last.count * BITS_PER_OBJECT >= last.bits.length * 8)
      last = this.#grow(last, at);
    last.count++;
    last.at = Math.max(last.at, at);
    mark(last.bits, hash);
  }

  #grow(last: Filter | undefined, at: number): Filter {
    while (
      this.#filters.length > 0 &&
      (at - this.#filters[0]!.at > REMEMBERED || this.#filters.length >= MOST_FILTERS)
    )
      this.bytes -= this.#filters.shift()!.bits.length;
    const size = last === undefined ? FIRST_BYTES : Math.min(MOST_BYTES, last.bits.length * 2);
    const next = { bits: new Uint8Array(size), count: 0, at };
    this.#filters.push(next);
    this.bytes += size;
    return next;
  }

  facts(): StoredFilter[] {
    return this.#filters.map(({ bits, count, at }) => ({ bytes: bits.length, count, at }));
  }
  bits(): Uint8Array[] {
    return this.#filters.map(({ bits }) => bits);
  }
  /** Takes what facts() and bits() gave. */
  load(facts: readonly StoredFilter[], bits: readonly Uint8Array[]): void {
    this.#filters = facts.map(({ count, at }, i) => ({ bits: bits[i]!.slice(), count, at }));
    this.bytes = facts.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

function probe(bits: Uint8Array, hash: number): boolean {
  const step = mix32(hash ^ 0x5bd1e995) | 1;
  let at = mix32(hash);
  for (let i = 0; i < PROBES; i++) {
    const bit = at % (bits.length * 8);
    if ((bits[bit >>> 3]! & (1 << (bit & 7))) === 0) return false;
    at = (at + step) >>> 0;
  }
  return true;
}

function mark(bits: Uint8Array, hash: number): void {
  const step = mix32(hash ^ 0x5bd1e995) | 1;
  let at = mix32(hash);
  for (let i = 0; i < PROBES; i++) {
    const bit = at % (bits.length * 8);
    bits[bit >>> 3]! |= 1 << (bit & 7);
    at = (at + step) >>> 0;
  }
}
