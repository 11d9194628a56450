// An open log file, plain or compressed with gzip, read from a given byte on.
// Always holds: it stays the file that was opened, whatever is renamed; offsets count decompressed bytes; a plain file that was
// truncated or replaced in place is told by its size and by what stands before the byte that comes next.

import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { GzipError, gunzip, isGzip } from '../read/gunzip.ts';
import type { FilePosition } from './positions.ts';

const CHUNK = 256 * 1024;
/** Bytes at the beginning, and before the next byte, by which a file is known again. */
const MARK = 256;
const MAGIC = 2;
const NOTHING = Buffer.alloc(0);

/** A byte of a file, and what the file is known again by. */
export type Place = Omit<FilePosition, 'id' | 'line'>;

export const BEGINNING: Place = { offset: 0, head: '', headBytes: 0, mark: '', markBytes: 0 };

export interface LogFile {
  /** Device and inode. */
  readonly id: string;
  /** Nothing is appended any more. */
  readonly complete: boolean;
  /** Bytes read so far. */
  readonly readTo: number;
  /** The next bytes; none when there are none now; null when it is not the file it was. Throws GzipError after damage. */
  next(): Promise<Buffer | null>;
  /** A byte of the last piece read, as a place to come back to; by what was read, whatever the file holds by now. */
  placeAt(offset: number): Place;
  close(): Promise<void>;
}

/** Null when there is no such file. */
export async function idAt(path: string): Promise<string | null> {
  try {
    return idOf(await stat(path, { bigint: true }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Opens a file at a place. Null when there is no such file, or not that place in it: the file begins otherwise, is shorter, or
 * something else stands before that byte. One that was rotated may be compressed.
 */
export async function openAt(path: string, place: Place, o: { rotated: boolean }): Promise<LogFile | null> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  let file: LogFile | null = null;
  try {
    const id = idOf(await handle.stat({ bigint: true }));
    const compressed = o.rotated && isGzip(await bytesAt(handle, 0, MAGIC));
    file = await (compressed ? openCompressed : openPlain)(handle, id, place);
    return file;
  } finally {
    if (file === null) await handle.close();
  }
}

async function openPlain(handle: FileHandle, id: string, place: Place): Promise<LogFile | null> {
  const digestAt = async (from: number, bytes: number) => digest(await bytesAt(handle, from, bytes));
  const { offset, headBytes, markBytes } = place;
  if ((await handle.stat()).size < offset) return null;
  if (headBytes > 0 && (await digestAt(0, headBytes)) !== place.head) return null;
  if (markBytes > 0 && (await digestAt(offset - markBytes, markBytes)) !== place.mark) return null;
  const before = Math.min(MARK, offset);
  const trace = createTrace(
    await bytesAt(handle, 0, before),
    await bytesAt(handle, offset - before, before),
    offset,
  );
  return {
    id,
    complete: false,
    get readTo() {
      return trace.readTo;
    },
    async next() {
      const { size } = await handle.stat();
      const { readTo } = trace;
      if (size < readTo) return null;
      if (size === readTo) return NOTHING;
      const last = trace.last();
      if (!(await bytesAt(handle, readTo - last.length, last.length)).equals(last)) return null;
      const chunk = await bytesAt(handle, readTo, Math.min(CHUNK, size - readTo));
      trace.saw(chunk);
      return chunk;
    },
    placeAt: trace.placeAt,
    close: () => handle.close(),
  };
}

async function openCompressed(handle: FileHandle, id: string, place: Place): Promise<LogFile | null> {
  const stream = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: CHUNK });
  const pieces = gunzip(stream);
  const pull = async (): Promise<Buffer> => (await pieces.next()).value ?? NOTHING;
  const trace = createTrace(NOTHING, NOTHING, 0);
  /** What comes after the place in the piece it is in; null when it is not that file. */
  const skip = async (): Promise<Buffer | null> => {
    const { offset, headBytes } = place;
    let rest: Buffer = NOTHING;
    while (trace.readTo < offset) {
      const begun = trace.readTo < headBytes;
      const chunk = await pull();
      if (chunk.length === 0) return null;
      const skipped = chunk.subarray(0, offset - trace.readTo);
      rest = chunk.subarray(skipped.length);
      trace.saw(skipped);
      if (begun && trace.readTo >= headBytes && trace.headDigest(headBytes) !== place.head) return null;
    }
    return place.markBytes > 0 && trace.placeAt(offset).mark !== place.mark ? null : rest;
  };
  const found = await skip().catch((error) => {
    if (error instanceof GzipError) return null;
    throw error;
  });
  if (found === null) {
    await pieces.return();
    return null;
  }
  let rest = found;
  return {
    id,
    complete: true,
    get readTo() {
      return trace.readTo;
    },
    async next() {
      const chunk = rest.length > 0 ? rest : await pull();
      rest = NOTHING;
      trace.saw(chunk);
      return chunk;
    },
    placeAt: trace.placeAt,
    async close() {
      await pieces.return();
      await handle.close();
    },
  };
}

function idOf(stats: { dev: bigint; ino: bigint }): string {
  return `${stats.dev}:${stats.ino}`;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function bytesAt(handle: FileHandle, from: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await handle.read(buffer, 0, bytes, from);
  return buffer.subarray(0, bytesRead);
}

interface Trace {
  readonly readTo: number;
  saw(chunk: Buffer): void;
  /** The bytes before the next one, at most 256. */
  last(): Buffer;
  headDigest(bytes: number): string;
  placeAt(offset: number): Place;
}

/** What was read of a file: its beginning, and the last piece with what stood before it. */
function createTrace(head: Buffer, before: Buffer, offset: number): Trace {
  let [begins, recent, readTo] = [head, before, offset];
  const headDigest = (bytes: number) => digest(begins.subarray(0, bytes));
  return {
    get readTo() {
      return readTo;
    },
    saw(chunk) {
      if (begins.length < MARK) begins = Buffer.concat([begins, chunk.subarray(0, MARK - begins.length)]);
      recent = Buffer.concat([recent.subarray(-MARK), chunk]);
      readTo += chunk.length;
    },
    last: () => recent.subarray(-MARK),
    headDigest,
    placeAt(to) {
      const end = recent.length - (readTo - to);
      const mark = recent.subarray(Math.max(0, end - MARK), end);
      const headBytes = Math.min(MARK, to);
      return {
        offset: to,
        head: headDigest(headBytes),
        headBytes,
        mark: digest(mark),
        markBytes: mark.length,
      };
    },
  };
}
