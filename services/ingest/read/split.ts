// Splits input into entries whatever its shape: lines, or the elements of JSON documents, told apart by sniff.ts.
// Always holds: any division of the bytes into chunks gives the same entries; a byte order mark is not part of any.

import { createElementScanner, type ElementScanner } from './elements.ts';
import type { Entry, PositionOf, Splitter } from './entry.ts';
import { createLineSplitter } from './lines.ts';
import { sniffShape } from './sniff.ts';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const NOTHING = Buffer.alloc(0);

export function createSplitter(position: PositionOf): Splitter {
  /** Bytes read but not yet understood; at most 4 KiB and one chunk. */
  let head: Buffer = NOTHING;
  let lines: Splitter | null = null;
  let document: ElementScanner | null = null;
  let start = true;
  let afterDocument = false;
  let lineBreaks = 0;
  let elements = 0;

  function feed(chunk: Buffer, ended: boolean, out: Entry[]): void {
    let rest: Buffer | null = chunk;
    while (rest !== null) {
      if (lines !== null) {
        lines.push(rest, out);
        return;
      }
      rest = document === null ? begin(rest, ended) : scan(document, rest, out);
    }
  }

  /** Decides what the next bytes are and returns them; null when more are needed. */
  function begin(chunk: Buffer, ended: boolean): Buffer | null {
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (start) {
      if (!ended && head.length < BOM.length && BOM.subarray(0, head.length).equals(head)) return null;
      if (head.subarray(0, BOM.length).equals(BOM)) head = head.subarray(BOM.length);
      start = false;
    }
    if (afterDocument) head = skipSpace(head);
    if (head.length === 0) return null;
    const shape = sniffShape(head, ended);
    if (shape === null) return null;
    const rest = head;
    head = NOTHING;
    if (shape.kind === 'lines') {
      lines = createLineSplitter(position, lineBreaks);
      return rest;
    }
    document = createElementScanner(shape.kind, position, elements);
    lineBreaks += countLineBreaks(rest.subarray(0, shape.start));
    return rest.subarray(shape.start);
  }

  /** Returns what follows the document, null when it goes on. */
  function scan(scanner: ElementScanner, chunk: Buffer, out: Entry[]): Buffer | null {
    const stop = scanner.push(chunk, 0, out);
    lineBreaks += countLineBreaks(stop === -1 ? chunk : chunk.subarray(0, stop));
    if (stop === -1) return null;
    elements += scanner.elements;
    document = null;
    afterDocument = true;
    return chunk.subarray(stop);
  }

  /** White space between a document and what follows belongs to neither. */
  function skipSpace(bytes: Buffer): Buffer {
    let at = 0;
    while (at < bytes.length && (bytes[at] === 0x20 || (bytes[at]! >= 0x09 && bytes[at]! <= 0x0d))) at++;
    lineBreaks += countLineBreaks(bytes.subarray(0, at));
    return bytes.subarray(at);
  }

  return {
    push(chunk, out) {
      if (chunk.length > 0) feed(chunk, false, out);
    },
    end(out, fault) {
      if (lines === null && document === null) feed(NOTHING, true, out);
      if (lines !== null) lines.end(out, fault);
      else if (document !== null) document.end(out, fault);
      else if (fault !== undefined) createLineSplitter(position, lineBreaks).end(out, fault);
    },
  };
}

function countLineBreaks(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}

/** Entries of a body held in memory. */
export function splitBytes(body: Buffer, position: PositionOf): Entry[] {
  const splitter = createSplitter(position);
  const out: Entry[] = [];
  splitter.push(body, out);
  splitter.end(out);
  return out;
}
