// Gzip decompression that gives out everything it can before it reports damage.
// Always holds: members that follow one another are one stream; a stream that ends early loses no decoded byte;
// memory is bounded by what 16 KiB of input can inflate to (about 16 MiB).
// Does not promise: without `replay`, that the last 64 KiB decoded before a damaged spot are kept.

import { createGunzip, type Gunzip } from 'node:zlib';

const SLICE = 16 * 1024;
const OUTPUT = 64 * 1024;

/** The compressed stream ends early or is corrupt; raised after everything readable was given out. */
export class GzipError extends Error {
  override name = 'GzipError';
}

export function isGzip(head: Buffer): boolean {
  return head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
}

/** `replay` opens the same compressed bytes again; used once, to read up to the damaged byte itself. */
export async function* gunzip(
  source: AsyncIterable<Buffer>,
  replay?: () => AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  let consumed = 0;
  let delivered = 0;
  const inflater = createInflater();
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += SLICE) {
        const slice = chunk.subarray(at, at + SLICE);
        for (const bytes of await inflater.write(slice)) {
          delivered += bytes.length;
          yield bytes;
        }
        if (inflater.failure !== null) {
          if (replay !== undefined) yield* upTo(replay(), consumed, delivered);
          throw new GzipError(describe(inflater.failure));
        }
        consumed += slice.length;
      }
    }
    for (const bytes of await inflater.end()) yield bytes;
    if (inflater.failure !== null) throw new GzipError(describe(inflater.failure));
  } finally {
    inflater.close();
  }
}

/** Decodes again; from `offset` on byte by byte, so that nothing decodable is lost with the byte that fails. */
async function* upTo(
  source: AsyncIterable<Buffer>,
  offset: number,
  delivered: number,
): AsyncGenerator<Buffer> {
  const inflater = createInflater();
  let consumed = 0;
  let skip = delivered;
  try {
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; ) {
        const step = consumed < offset ? Math.min(SLICE, offset - consumed) : 1;
        const slice = chunk.subarray(at, at + step);
        at += slice.length;
        consumed += slice.length;
        for (const bytes of await inflater.write(slice)) {
          if (bytes.length > skip) yield bytes.subarray(skip);
          skip = Math.max(0, skip - bytes.length);
        }
        if (inflater.failure !== null) return;
      }
    }
  } finally {
    inflater.close();
  }
}

interface Inflater {
  write(slice: Buffer): Promise<Buffer[]>;
  end(): Promise<Buffer[]>;
  readonly failure: NodeJS.ErrnoException | null;
  close(): void;
}

function createInflater(): Inflater {
  const stream: Gunzip = createGunzip({ chunkSize: OUTPUT });
  let failure: NodeJS.ErrnoException | null = null;
  let ready: Buffer[] = [];
  let wake = (): void => {};
  let ended = false;
  stream.on('data', (bytes: Buffer) => ready.push(bytes));
  stream.on('error', (error) => {
    failure = error;
    wake();
  });
  stream.on('end', () => {
    ended = true;
    wake();
  });
  const taken = (): Buffer[] => {
    const out = ready;
    ready = [];
    return out;
  };
  return {
    async write(slice) {
      // Zeros after the last member (tape padding) end the stream; there is nothing more to read.
      if (failure !== null || ended) return [];
      await new Promise<void>((resolve) => {
        wake = resolve;
        stream.write(slice, () => resolve());
      });
      return taken();
    },
    async end() {
      if (failure === null && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          stream.end();
        });
      }
      return taken();
    },
    get failure() {
      return failure;
    },
    close() {
      stream.destroy();
    },
  };
}

function describe(error: NodeJS.ErrnoException): string {
  return error.code === 'Z_BUF_ERROR'
    ? 'the gzip stream ends early; what came before it was read'
    : 'the gzip stream is corrupt from here on; what came before it was read';
}
