// Plays log files once, to their end, as fast as it can, through the same intake as live input. The bundled sample, a
// day of a fictitious company's Kong log with three planted attacks, is such a file. An outage of the sink is waited out.

import { join } from 'node:path';
import { outlast } from '../bus/outage.ts';
import { createIntake } from '../ingest/intake.ts';
import type { Normaliser } from '../ingest/normalise.ts';
import type { Entry } from '../ingest/read/entry.ts';
import { readEntries } from '../ingest/read/read.ts';
import type { Sink } from '../ingest/sink.ts';
import type { Logger } from '../logger.ts';
import { projectRoot } from '../paths.ts';

export const SAMPLE = join(projectRoot, 'samples', 'larkfield-kong.ndjson.gz');

export interface PlayOptions {
  paths: readonly string[];
  normaliserFor: () => Normaliser;
  sink: Sink;
  signal: AbortSignal;
  onProgress: (state: { lines: number; bytesRead: number; bytesTotal: number }) => void;
  logger: Logger;
}

/** Entries handed to the sink at a time: few, large inserts. */
const CHUNK = 10_000;

/** Resolves when everything is durable, or soon after the signal. */
export async function play(
  o: PlayOptions,
): Promise<{ lines: number; events: number; rejected: Record<string, number> }> {
  const intake = createIntake({ sink: o.sink });
  const take = (entries: readonly Entry[], normaliser: Normaliser, path: string) =>
    outlast(async () => void (await intake.take(entries, normaliser)), { ...o, what: `hand over ${path}` });
  for (const path of o.paths) {
    const normaliser = o.normaliserFor();
    let chunk: Entry[] = [];
    for await (const batch of readEntries(path)) {
      if (o.signal.aborted) return intake.totals;
      chunk.push(...batch.entries);
      if (chunk.length < CHUNK) continue;
      await take(chunk, normaliser, path);
      chunk = [];
      o.onProgress({ lines: intake.totals.lines, bytesRead: batch.bytesRead, bytesTotal: batch.size ?? 0 });
    }
    await take(chunk, normaliser, path);
  }
  return intake.totals;
}
