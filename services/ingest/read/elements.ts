// Splits one JSON document into its top-level elements, streaming: the elements of an array, the records of
// `{"Records":[…]}`, or objects that follow one another. Looks only at strings, escapes and nesting depth.
// Always holds: memory is bounded by one element; an element over the limit is one refused entry.
// Does not promise: that an element is valid JSON; whoever parses it finds out.

import { type Entry, type EntryFault, EXCERPT_BYTES, type PositionOf, TOO_LONG } from './entry.ts';
import { createPieces } from './pieces.ts';

export interface ElementScanner {
  /** Scans from `from`; returns the offset after the end of the document, or -1 when it goes on. */
  push(chunk: Buffer, from: number, out: Entry[]): number;
  /** Ends the input before the document ended. */
  end(out: Entry[], fault?: EntryFault): void;
  /** Number of the last element given out. */
  readonly elements: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** `before`: elements of earlier documents of the same input, for numbering. */
export function createElementScanner(
  kind: 'array' | 'records' | 'objects',
  position: PositionOf,
  before = 0,
): ElementScanner {
  const pieces = createPieces();
  let number = before;
  /** Between elements, inside a container or bare value, or in what follows the records. */
  let place: 'between' | 'container' | 'bare' | 'after' = 'between';
  let depth = 0;
  let inString = false;
  let escaped = false;

  function emit(last: Buffer, out: Entry[]): void {
    number++;
    pieces.add(last);
    const fault = pieces.tooLong ? TOO_LONG : undefined;
    const bytes = pieces.take();
    out.push({ bytes, position: position('element', number), ...(fault === undefined ? {} : { fault }) });
    place = 'between';
  }

  /** Advances to just after the byte that closes the current nesting, or to the end of the chunk. */
  function nested(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && depth > 0) {
      const byte = chunk[at++]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    }
    return at;
  }

  /** Advances over a number, literal or string that stands alone as an element. */
  function bare(chunk: Buffer, from: number): number {
    let at = from;
    for (; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) inString = true;
      else if (byte === COMMA || byte === CLOSE_BRACKET || isSpace(byte)) break;
    }
    return at;
  }

  /** Handles the byte at `at` between two elements; returns the next offset, or null when the document ends there. */
  function between(chunk: Buffer, at: number): number | null {
    const byte = chunk[at]!;
    if (isSpace(byte)) return at + 1;
    if (kind === 'objects') {
      if (byte !== OPEN_BRACE) return null;
    } else if (byte === COMMA) return at + 1;
    else if (byte === CLOSE_BRACKET) {
      if (kind === 'array') return null;
      place = 'after';
      depth = 1;
      return at + 1;
    }
    place = byte === OPEN_BRACE || byte === OPEN_BRACKET ? 'container' : 'bare';
    depth = 0;
    return at;
  }

  return {
    push(chunk, from, out) {
      let at = from;
      while (at < chunk.length) {
        if (place === 'between') {
          const next = between(chunk, at);
          if (next === null) return kind === 'array' ? at + 1 : at;
          at = next;
        } else if (place === 'after') {
          at = nested(chunk, at);
          if (depth === 0) return at;
        } else {
          const start = at;
          if (place === 'container') {
            // The opening byte is taken here so that `nested` sees a depth above zero.
            if (depth === 0) {
              depth = 1;
              at++;
            }
            at = nested(chunk, at);
            if (depth === 0) emit(chunk.subarray(start, at), out);
            else pieces.add(chunk.subarray(start, at));
          } else {
            at = bare(chunk, at);
            if (at < chunk.length) emit(chunk.subarray(start, at), out);
            else pieces.add(chunk.subarray(start, at));
          }
        }
      }
      return -1;
    },
    end(out, fault) {
      if (kind === 'objects' && place === 'between' && fault === undefined) return;
      number++;
      out.push({
        bytes: pieces.take().subarray(0, EXCERPT_BYTES),
        position: position('element', number),
        fault: fault ?? {
          reason: 'invalid-json',
          detail:
            place === 'between' || place === 'after'
              ? 'the JSON document ends before its closing bracket'
              : 'the JSON document ends within this element',
        },
      });
    },
    get elements() {
      return number - before;
    },
  };
}
