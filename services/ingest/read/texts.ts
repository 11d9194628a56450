// One string for texts that come again and again: routes, hosts, lineages. Bound: 8,192 texts of at most 128 bytes; a new one
// takes the place of another. Always holds: the string is that of the bytes (ASCII), compared byte by byte, whatever their hash.

interface Sliceable extends Uint8Array {
  latin1Slice(from: number, to: number): string;
}

export interface Texts {
  /** The string of memory[from…to); `hash` is a hash of these bytes. */
  of(memory: Sliceable, from: number, to: number, hash: number): string;
}

const SLOTS = 8192;
const WIDTH = 128;

export function createTexts(): Texts {
  const strings: string[] = new Array(SLOTS).fill('');
  const known = new Uint8Array(SLOTS * WIDTH);

  function same(memory: Sliceable, from: number, to: number, slot: number): boolean {
    for (let at = from, k = slot * WIDTH; at < to; at++, k++) if (memory[at] !== known[k]) return false;
    return true;
  }

  return {
    of(memory, from, to, hash) {
      const length = to - from;
      if (length > WIDTH) return memory.latin1Slice(from, to);
      const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
      const string = strings[slot]!;
      if (string.length === length && same(memory, from, to, slot)) return string;
      const fresh = memory.latin1Slice(from, to);
      for (let at = from, k = slot * WIDTH; at < to; at++, k++) known[k] = memory[at]!;
      strings[slot] = fresh;
      return fresh;
    },
  };
}
