// One entry of input: a line of a log or an element of a JSON document, as bytes with its position.
// Always holds: every line, also a blank one, is exactly one entry, so entries read = events + rejections.
// Does not promise: that `bytes` stay valid for long; they are views into the read buffer and pin it while kept.

import type { RejectionReason } from '../../../schemas/rejection.ts';

/** Longest line or element, in bytes. What is longer is refused, and never held in memory whole. */
export const MAX_ENTRY_BYTES = 1024 * 1024;

/** Bytes kept of an entry that is refused for its length. */
export const EXCERPT_BYTES = 512;

/** Why the reader itself refuses an entry; `bytes` then holds at most the first 512 bytes. */
export interface EntryFault {
  reason: Extract<RejectionReason, 'too-long' | 'truncated' | 'invalid-json'>;
  detail: string;
}

export interface Entry {
  /** Without line ending and byte order mark. */
  bytes: Uint8Array;
  /** `access.log:17` (line) or `trail.json#17` (element), counted from 1. */
  position: string;
  fault?: EntryFault;
}

/** Says where the nth line or element stands. */
export type PositionOf = (kind: 'line' | 'element', n: number) => string;

/** `name:17` for lines, `name#17` for elements. */
export function positionIn(name: string): PositionOf {
  return (kind, n) => (kind === 'line' ? `${name}:${n}` : `${name}#${n}`);
}

/** Turns chunks of bytes into entries, in order, appending them to `out`. */
export interface Splitter {
  push(chunk: Buffer, out: Entry[]): void;
  /** Ends the input. With a fault, what is unfinished becomes one refused entry; there is always exactly one. */
  end(out: Entry[], fault?: EntryFault): void;
}

export const TOO_LONG: EntryFault = {
  reason: 'too-long',
  detail: `longer than ${MAX_ENTRY_BYTES} bytes, the most allowed`,
};
