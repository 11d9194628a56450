// Fingerprints of secrets: HMAC-SHA256(key, SHA-256(secret)), the first 32 hex digits (RFC 2104). Whoever knows a leaked
// token's SHA-256, as leak feeds and audit logs publish it, can compute the same; without the key nobody can try guesses.
// Always holds: no secret is kept. There is deliberately no cache: it would have to hold secrets, or hashes that cost as much.

import { hash } from 'node:crypto';

/** 32 hex digits. */
export type Fingerprinter = (secret: string) => string;

const BLOCK = 64;
const DIGEST = 32;

/** The two inner hashes are taken with one-shot calls over prepared pads, which is half the cost of an Hmac object. */
export function createFingerprinter(key: Uint8Array): Fingerprinter {
  const inner = pad(key, 0x36);
  const outer = pad(key, 0x5c);
  return (secret) => {
    inner.set(hash('sha256', secret, 'buffer'), BLOCK);
    outer.set(hash('sha256', inner, 'buffer'), BLOCK);
    return hash('sha256', outer, 'hex').slice(0, 32);
  };
}

function pad(key: Uint8Array, byte: number): Uint8Array {
  const short = key.length > BLOCK ? hash('sha256', key, 'buffer') : key;
  const out = new Uint8Array(BLOCK + DIGEST).fill(byte, 0, BLOCK);
  for (let i = 0; i < short.length; i++) out[i] = out[i]! ^ short[i]!;
  return out;
}
