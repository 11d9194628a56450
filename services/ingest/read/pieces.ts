// Collects the pieces of one entry that spans chunks.
// Always holds: never keeps more than MAX_ENTRY_BYTES; once over, only the first 512 bytes stay and the rest is counted.

import { EXCERPT_BYTES, MAX_ENTRY_BYTES } from './entry.ts';

export interface Pieces {
  add(bytes: Buffer): void;
  /** Bytes added so far, kept or not. */
  readonly size: number;
  readonly tooLong: boolean;
  /** What was kept, as one buffer; starts anew. */
  take(): Buffer;
}

export function createPieces(): Pieces {
  let parts: Buffer[] = [];
  let size = 0;
  return {
    add(bytes) {
      if (bytes.length === 0) return;
      const before = size;
      size += bytes.length;
      if (size <= MAX_ENTRY_BYTES) parts.push(bytes);
      else if (before <= MAX_ENTRY_BYTES) parts = [excerptOf([...parts, bytes])];
    },
    get size() {
      return size;
    },
    get tooLong() {
      return size > MAX_ENTRY_BYTES;
    },
    take() {
      const whole = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      parts = [];
      size = 0;
      return whole;
    },
  };
}

/** First 512 bytes, copied so that the big buffers behind them can go. */
function excerptOf(parts: readonly Buffer[]): Buffer {
  const excerpt = Buffer.alloc(EXCERPT_BYTES);
  let length = 0;
  for (const part of parts) {
    length += part.copy(excerpt, length);
    if (length === EXCERPT_BYTES) break;
  }
  return excerpt.subarray(0, length);
}
