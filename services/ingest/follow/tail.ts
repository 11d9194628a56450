// Follows one log file: reads what is appended, through rotation (rename and create), truncation, and absence.
// Always holds: a line is handed over once complete, and the position moves only afterwards; the rest of a rotated file
// is read before the new one. Does not promise: lines that a copy-and-truncate rotation lost between copy and truncation.

import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '../../logger.ts';
import { type Entry, positionIn } from '../read/entry.ts';
import { createLineSplitter, type LineSplitter } from '../read/lines.ts';
import type { FilePosition } from './positions.ts';

const CHUNK = 256 * 1024;
const HEAD = 256;
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

interface OpenFile {
  handle: FileHandle;
  id: string;
  splitter: LineSplitter;
  /** Bytes read. */
  readTo: number;
  /** Lines before this splitter's first. */
  line: number;
  head: { digest: string; bytes: number };
  /** True after a read that found nothing: the next one makes sure that the file was not replaced in place. */
  atEnd: boolean;
}

export function createTail(o: TailOptions): Tail {
  let file: OpenFile | null = null;
  let known = o.position;
  let first = true;
  let replacedSince: number | null = null;

  async function openFile(path: string, from: { offset: number; line: number }): Promise<OpenFile> {
    const handle = await open(path, 'r');
    const id = idOf(await handle.stat({ bigint: true }));
    const splitter = createLineSplitter(positionIn(o.path), from.line);
    const head = await headOf(handle, Math.min(HEAD, from.offset));
    return { handle, id, splitter, readTo: from.offset, line: from.line, head, atEnd: false };
  }

  /** The file to read next, null when there is none yet. */
  async function next(): Promise<OpenFile | null> {
    const before = known;
    const mayStartAtEnd = first;
    const there = await facts(o.path);
    if (before !== null) {
      const sameFile = there?.id === before.id ? o.path : await findRotated(o.path, before.id);
      known = null;
      if (sameFile !== null && (await continues(sameFile, before))) return await openFile(sameFile, before);
      if (there === null || there.id !== before.id)
        o.logger.warn(
          { file: o.path },
          'the file was rotated away while nobody read it; what was left in it is lost',
        );
    }
    first = false;
    if (there === null) return null;
    const offset = mayStartAtEnd && before === null && o.start === 'end' ? await lastLineStart(o.path) : 0;
    const opened = await openFile(o.path, { offset, line: 0 });
    // Remembered at once: what is appended while nobody follows is read at the next start.
    await remember(opened);
    return opened;
  }

  async function hand(entries: Entry[]): Promise<boolean> {
    return entries.length === 0 || (await o.take(entries));
  }

  async function remember(current: OpenFile): Promise<void> {
    const offset = current.readTo - current.splitter.pending;
    if (current.head.bytes < HEAD && offset > current.head.bytes)
      current.head = await headOf(current.handle, Math.min(HEAD, offset));
    await o.save({
      id: current.id,
      offset,
      line: current.line + current.splitter.lines,
      head: current.head.digest,
      headBytes: current.head.bytes,
    });
  }

  /** Reads one chunk; true when there was one. */
  async function read(current: OpenFile): Promise<boolean> {
    const { size } = await current.handle.stat();
    if (size < current.readTo) return await restart(current);
    if (size === current.readTo) {
      current.atEnd = true;
      return false;
    }
    if (current.atEnd && (await headOf(current.handle, current.head.bytes)).digest !== current.head.digest)
      return await restart(current);
    current.atEnd = false;
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size - current.readTo));
    const { bytesRead } = await current.handle.read(buffer, 0, buffer.length, current.readTo);
    const chunk = buffer.subarray(0, bytesRead);
    const entries: Entry[] = [];
    current.splitter.push(current.readTo === 0 ? withoutBom(chunk) : chunk, entries);
    current.readTo += bytesRead;
    if (!(await hand(entries))) return false;
    if (entries.length > 0) await remember(current);
    return bytesRead > 0;
  }

  /** What stood after the last line ending will get none any more: it is the last line. */
  async function finish(current: OpenFile): Promise<boolean> {
    const entries: Entry[] = [];
    current.splitter.end(entries);
    return await hand(entries);
  }

  async function restart(current: OpenFile): Promise<boolean> {
    if (!(await finish(current))) return false;
    await current.handle.close();
    file = await openFile(o.path, { offset: 0, line: 0 });
    return true;
  }

  return {
    async step() {
      file ??= await next();
      if (file === null) return false;
      if (await read(file)) {
        replacedSince = null;
        return true;
      }
      const there = await facts(o.path);
      if (there === null || there.id === file.id) return false;
      replacedSince ??= o.now();
      if (o.now() - replacedSince < o.graceMs || !(await finish(file))) return false;
      await file.handle.close();
      replacedSince = null;
      file = await openFile(o.path, { offset: 0, line: 0 });
      return true;
    },
    async close() {
      await file?.handle.close();
      file = null;
    },
  };
}

function idOf(stats: { dev: bigint; ino: bigint }): string {
  return `${stats.dev}:${stats.ino}`;
}

async function facts(path: string): Promise<{ id: string } | null> {
  try {
    return { id: idOf(await stat(path, { bigint: true })) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The file of that id under another name in the same folder (`access.log.1`). */
async function findRotated(path: string, id: string): Promise<string | null> {
  const folder = dirname(path);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(basename(path))) continue;
    const candidate = join(folder, name);
    if ((await facts(candidate))?.id === id) return candidate;
  }
  return null;
}

/** True when the file still begins as it did and is not shorter than what was read of it. */
async function continues(path: string, before: FilePosition): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    return size >= before.offset && (await headOf(handle, before.headBytes)).digest === before.head;
  } finally {
    await handle.close();
  }
}

async function headOf(handle: FileHandle, bytes: number): Promise<{ digest: string; bytes: number }> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, 0);
  return { digest: createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex'), bytes };
}

/** Offset after the last line ending, searched in the last 256 KiB. */
async function lastLineStart(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - CHUNK);
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
