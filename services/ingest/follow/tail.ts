// Follows one log file: reads what is appended, through rotation (rename and create, copy and truncate, compression), and absence.
// Always holds: a line is handed over once complete, and the position moves only afterwards; what is left in rotated files is read
// before the new one, oldest first. Does not promise: lines that a copy-and-truncate rotation lost between copy and truncation.

import { open } from 'node:fs/promises';
import type { Logger } from '../../logger.ts';
import { type Entry, type EntryFault, positionIn } from '../read/entry.ts';
import { GzipError } from '../read/gunzip.ts';
import { createLineSplitter, type LineSplitter } from '../read/lines.ts';
import { BEGINNING, idAt, type LogFile, openAt, type Place } from './log-file.ts';
import type { FilePosition } from './positions.ts';
import { findAgain, rotatedAfter } from './rotated.ts';

const TAIL = 256 * 1024;
const LF = 0x0a;

export interface TailOptions {
  path: string;
  /** Where to begin in a file that is there at the start and was never read. */
  start: 'start' | 'end';
  position: FilePosition | null;
  /** How long a rotated file is still read after the new one appeared, ms. */
  graceMs: number;
  now: () => number;
  /** Resolves to false when it gave up because of the end of the program. */
  take: (entries: readonly Entry[]) => Promise<boolean>;
  save: (position: FilePosition) => Promise<void>;
  logger: Logger;
}

export interface Tail {
  /** Reads a little; resolves to true when there may be more to do right away. Throws when the file cannot be read. */
  step(): Promise<boolean>;
  close(): Promise<void>;
}

interface Current {
  file: LogFile;
  splitter: LineSplitter;
  /** Lines before this splitter's first. */
  line: number;
  /** Of the first line that is not handed over. */
  position: FilePosition;
}

const LOST =
  'the file was rotated away or truncated while nobody read it, and what it held is not found; what was not read of it is lost';

export function createTail(o: TailOptions): Tail {
  let current: Current | null = null;
  let known = o.position;
  let first = true;
  let replacedSince: number | null = null;

  function currentOf(file: LogFile, position: Place & { line: number }): Current {
    const { line } = position;
    const splitter = createLineSplitter(positionIn(o.path), line);
    return { file, splitter, line, position: { ...position, id: file.id } };
  }

  const fromStart = (file: LogFile): Current => currentOf(file, { ...BEGINNING, line: 0 });

  async function change(to: Current | null): Promise<void> {
    await current?.file.close();
    current = to;
    replacedSince = null;
  }

  /** The file to read first, null when there is none yet. */
  async function begin(): Promise<Current | null> {
    const before = known;
    if (before !== null) {
      const found = await findAgain(o.path, before);
      known = null;
      if (found !== null) return currentOf(found, before);
      o.logger.warn({ file: o.path }, LOST);
    }
    const mayStartAtEnd = first && before === null && o.start === 'end';
    first = false;
    const offset = mayStartAtEnd ? await lastLineStart(o.path) : 0;
    const file = await openAt(o.path, { ...BEGINNING, offset }, { rotated: false });
    if (file === null) return null;
    const opened = fromStart(file);
    // Remembered at once: what is appended while nobody follows is read at the next start.
    await remember(opened);
    return opened;
  }

  async function remember(now: Current): Promise<void> {
    const { file, splitter, line } = now;
    const place = file.placeAt(file.readTo - splitter.pending);
    now.position = { ...place, id: file.id, line: line + splitter.lines };
    await o.save(now.position);
  }

  async function hand(entries: readonly Entry[]): Promise<boolean> {
    return entries.length === 0 || (await o.take(entries));
  }

  /** Reads one chunk. `more`: there was one; `end`: there is none now; `over`: there will be none. */
  async function read(now: Current): Promise<'more' | 'end' | 'over' | 'stopped'> {
    const { file, splitter } = now;
    let chunk: Buffer | null;
    try {
      chunk = await file.next();
    } catch (error) {
      if (!(error instanceof GzipError)) throw error;
      o.logger.warn({ file: o.path, reason: error.message }, 'a rotated file cannot be read to its end');
      return (await finish(now, { reason: 'truncated', detail: error.message })) ? 'over' : 'stopped';
    }
    if (chunk === null) return (await restart(now)) ? 'more' : 'stopped';
    if (chunk.length === 0) return file.complete ? 'over' : 'end';
    const entries: Entry[] = [];
    splitter.push(file.readTo === chunk.length ? withoutBom(chunk) : chunk, entries);
    if (!(await hand(entries))) return 'stopped';
    if (entries.length > 0) await remember(now);
    return 'more';
  }

  /** What stood after the last line ending will get none any more: it is the last line. */
  async function finish({ splitter }: Current, fault?: EntryFault): Promise<boolean> {
    const entries: Entry[] = [];
    splitter.end(entries, fault);
    return await hand(entries);
  }

  /** Truncated or written anew: what was not read of it may be in a copy. */
  async function restart(now: Current): Promise<boolean> {
    const copy = await findAgain(o.path, now.position);
    if (copy !== null) {
      await change(currentOf(copy, now.position));
      return true;
    }
    if (!(await finish(now))) return false;
    const file = await openAt(o.path, BEGINNING, { rotated: false });
    await change(file === null ? null : fromStart(file));
    return true;
  }

  /** True when nothing is appended to the file any more. */
  async function isOver({ file }: Current): Promise<boolean> {
    const id = await idAt(o.path);
    if (id === null || id === file.id) return false;
    replacedSince ??= o.now();
    if (o.now() - replacedSince >= o.graceMs) return true;
    return typeof (await rotatedAfter(o.path, file.id)) === 'string';
  }

  /** To the file that came after this one; false when there is none yet. */
  async function moveOn(now: Current): Promise<boolean> {
    if (now.splitter.pending > 0) {
      if (!(await finish(now))) return false;
      await remember(now);
    }
    const after = await rotatedAfter(o.path, now.file.id);
    if (after === undefined) {
      // Compressed while we had it open: its successors are found from where it is now.
      const again = await findAgain(o.path, now.position);
      if (again !== null && again.id !== now.file.id) {
        await change(currentOf(again, now.position));
        return true;
      }
      await again?.close();
    }
    const file = await openAt(after ?? o.path, BEGINNING, { rotated: typeof after === 'string' });
    if (file === null) return false;
    await change(fromStart(file));
    return true;
  }

  return {
    async step() {
      current ??= await begin();
      if (current === null) return false;
      const outcome = await read(current);
      if (outcome === 'more') {
        replacedSince = null;
        return true;
      }
      if (outcome === 'stopped' || (outcome === 'end' && !(await isOver(current)))) return false;
      return await moveOn(current);
    },
    close: () => change(null),
  };
}

/** Offset after the last line ending, searched in the last 256 KiB; 0 when there is no such file. */
async function lastLineStart(path: string): Promise<number> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return 0;
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - TAIL);
    const buffer = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    return from + buffer.subarray(0, bytesRead).lastIndexOf(LF) + 1;
  } finally {
    await handle.close();
  }
}

function withoutBom(chunk: Buffer): Buffer {
  return chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk;
}
