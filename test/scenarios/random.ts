// Seeded randomness for generated traffic: the same seed gives the same bytes on every machine.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Integer in [low, high]. */
  int(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** Exponential waiting time with the given mean. */
  wait(mean: number): number;
  hex(digits: number): string;
  /** Index in [0, n) with Zipf-like popularity: small indexes are common. */
  zipf(n: number): number;
}

/** mulberry32: 32-bit state, good enough for traffic, not for secrets. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
    wait: (mean) => -mean * Math.log(1 - next()),
    hex: (digits) => {
      let out = '';
      while (out.length < digits)
        out += Math.floor(next() * 0x10000)
          .toString(16)
          .padStart(4, '0');
      return out.slice(0, digits);
    },
    zipf: (n) => Math.min(n - 1, Math.floor(n ** next() - 1)),
  };
}
