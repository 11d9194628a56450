// Splits bytes into lines (LF or CRLF; the last one needs no ending).
// Always holds: any division of the bytes into chunks gives the same lines; a line over the limit is one refused entry.

import {
  type Entry,
  type EntryFault,
  EXCERPT_BYTES,
  MAX_ENTRY_BYTES,
  type PositionOf,
  type Splitter,
  TOO_LONG,
} from './entry.ts';
import { createPieces } from './pieces.ts';

const LF = 0x0a;
const CR = 0x0d;

export interface LineSplitter extends Splitter {
  /** Bytes after the last line ending: not yet an entry. */
  readonly pending: number;
  /** Lines given out. */
  readonly lines: number;
}

/** `before`: lines of the source that came earlier, for numbering. */
export function createLineSplitter(position: PositionOf, before = 0): LineSplitter {
  const pieces = createPieces();
  let number = before;

  function emit(line: Buffer, out: Entry[]): void {
    number++;
    const length = line.length > 0 && line[line.length - 1] === CR ? line.length - 1 : line.length;
    out.push({
      bytes: length === line.length ? line : line.subarray(0, length),
      position: position('line', number),
    });
  }

  function refuse(line: Buffer, fault: EntryFault, out: Entry[]): void {
    number++;
    out.push({ bytes: line.subarray(0, EXCERPT_BYTES), position: position('line', number), fault });
  }

  function finish(rest: Buffer, out: Entry[]): void {
    if (pieces.size === 0) {
      if (rest.length > MAX_ENTRY_BYTES) refuse(rest, TOO_LONG, out);
      else emit(rest, out);
      return;
    }
    pieces.add(rest);
    if (pieces.tooLong) refuse(pieces.take(), TOO_LONG, out);
    else emit(pieces.take(), out);
  }

  return {
    push(chunk, out) {
      let start = 0;
      for (let at = chunk.indexOf(LF); at !== -1; at = chunk.indexOf(LF, start)) {
        finish(chunk.subarray(start, at), out);
        start = at + 1;
      }
      if (start < chunk.length) pieces.add(start === 0 ? chunk : chunk.subarray(start));
    },
    end(out, fault) {
      if (fault !== undefined) refuse(pieces.take(), fault, out);
      else if (pieces.size > 0) finish(Buffer.alloc(0), out);
    },
    get pending() {
      return pieces.size;
    },
    get lines() {
      return number - before;
    },
  };
}
