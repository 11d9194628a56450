// Plays log files once, to their end, as fast as it can, through the same intake as live input. The bundled sample, a
// day of a fictitious company's Kong log with three planted attacks, is such a file.

import { join } from 'node:path';
import { createIntake } from '../ingest/intake.ts';
import type { Normaliser } from '../ingest/normalise.ts';
import { readEntries } from '../ingest/read/read.ts';
import type { Sink } from '../ingest/sink.ts';
import { projectRoot } from '../paths.ts';

export const SAMPLE = join(projectRoot, 'samples', 'larkfield-kong.ndjson.gz');

export interface PlayOptions {
  paths: readonly string[];
  normaliserFor: () => Normaliser;
  sink: Sink;
  signal: AbortSignal;
  onProgress: (state: { lines: number; bytesRead: number; bytesTotal: number }) => void;
}

/** Entries handed to the sink at a time: few, large inserts. */
const CHUNK = 10_000;

/** Resolves when everything is durable, or soon after the signal. */
export async function play(
  o: PlayOptions,
): Promise<{ lines: number; events: number; rejected: Record<string, number> }> {
  const intake = createIntake({ sink: o.sink });
  for (const path of o.paths) {
    const normaliser = o.normaliserFor();
    let chunk: Parameters<typeof intake.take>[0][number][] = [];
    for await (const batch of readEntries(path)) {
      if (o.signal.aborted) return intake.totals;
      chunk.push(...batch.entries);
      if (chunk.length < CHUNK) continue;
      await intake.take(chunk, normaliser);
      chunk = [];
      o.onProgress({ lines: intake.totals.lines, bytesRead: batch.bytesRead, bytesTotal: batch.size ?? 0 });
    }
    await intake.take(chunk, normaliser);
  }
  return intake.totals;
}
