// From a log file, standard input or a stream to entries: decompresses gzip (told by its first bytes), splits lines
// and JSON documents, numbers what it finds.
// Always holds: everything readable is given out, in order, before damage is reported as one refused entry.

import type { Readable } from 'node:stream';
import { type Entry, type EntryFault, positionIn } from './entry.ts';
import { GzipError, gunzip, isGzip } from './gunzip.ts';
import { type Input, MAGIC_BYTES, openInput, refuseOtherCompression } from './input.ts';
import { createSplitter } from './split.ts';

/** Most entries in one batch. */
const BATCH = 1000;

export interface EntryBatch {
  /** At most 1,000, of about 256 KiB in all (more only when a single entry is longer). */
  entries: readonly Entry[];
  /** Bytes of the input read so far, as stored (compressed). */
  bytesRead: number;
  /** Size of the input as stored, null when unknown (standard input, streams). */
  size: number | null;
}

/**
 * Entries of `source`: a path, `-` for standard input, or a stream of bytes. Positions start with `options.name`
 * (default: the path, or `stdin`). Throws InputError when the source cannot be read.
 */
export async function* readEntries(
  source: string | Readable,
  options: { name?: string } = {},
): AsyncGenerator<EntryBatch, void> {
  const name = options.name ?? (source === '-' || typeof source !== 'string' ? 'stdin' : source);
  const input = await openInput(source);
  const splitter = createSplitter(positionIn(name));
  const progress = { bytesRead: 0 };
  const entries: Entry[] = [];
  let fault: EntryFault | undefined;
  try {
    for await (const chunk of plainBytes(input, progress)) {
      splitter.push(chunk, entries);
      yield* batches(entries, progress.bytesRead, input.size);
    }
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    fault = { reason: 'truncated', detail: error.message };
  }
  splitter.end(entries, fault);
  yield* batches(entries, progress.bytesRead, input.size);
}

function* batches(entries: Entry[], bytesRead: number, size: number | null): Generator<EntryBatch> {
  const all = entries.splice(0);
  if (all.length <= BATCH) {
    if (all.length > 0) yield { entries: all, bytesRead, size };
    return;
  }
  for (let at = 0; at < all.length; at += BATCH)
    yield { entries: all.slice(at, at + BATCH), bytesRead, size };
}

/** The input's bytes, decompressed when they are gzip. */
async function* plainBytes(input: Input, progress: { bytesRead: number }): AsyncGenerator<Buffer> {
  const chunks = input.chunks()[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  try {
    while (head.length < MAGIC_BYTES) {
      const next = await chunks.next();
      if (next.done === true) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    refuseOtherCompression(head, input.path);
    const counted = count(head, chunks, progress);
    if (!isGzip(head)) yield* counted;
    else if (input.repeatable) yield* gunzip(counted, () => input.chunks());
    else yield* gunzip(counted);
  } finally {
    await chunks.return?.();
  }
}

async function* count(
  head: Buffer,
  chunks: AsyncIterator<Buffer>,
  progress: { bytesRead: number },
): AsyncGenerator<Buffer> {
  let chunk = head;
  while (true) {
    progress.bytesRead += chunk.length;
    if (chunk.length > 0) yield chunk;
    const next = await chunks.next();
    if (next.done === true) return;
    chunk = next.value;
  }
}
