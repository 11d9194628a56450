// Non-cryptographic hashing for tables, filters and ids inside the engine. Deterministic across processes and
// versions: stored baselines depend on it. Not for secrets: fingerprints are HMACs taken in services/ingest.

/** 32-bit hash of a string (xmur3-style mixing of UTF-16 units, finalised as in MurmurHash3). */
export function hash32(text: string, seed = 0): number {
  let h = (seed ^ text.length ^ 0x9e3779b9) | 0;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0xcc9e2d51);
    h = (h << 13) | (h >>> 19);
  }
  return mix32(h);
}

/** MurmurHash3 finaliser: spreads every input bit over all 32 output bits. */
export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 32 hex digits from a string: four independently seeded 32-bit hashes. For ids, not for security. */
export function hash128(text: string): string {
  let out = '';
  for (let seed = 1; seed <= 4; seed++)
    out += hash32(text, Math.imul(seed, 0x27d4eb2f)).toString(16).padStart(8, '0');
  return out;
}
