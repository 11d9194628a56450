// Reads log files to events: normalises them, merges the files by time, learns and counts routes. Everything before the engine.
// Always holds: runs() gives the same events in the same order, and routes the same counts, wherever the reader runs.

import { createRouteLearner, type RouteLearner } from '../../detectors/routes/learner.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { FormatOptions } from '../../schemas/gateways/gateway-format.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import type { ScanRoute } from '../../schemas/scan.ts';
import { createNormaliser, type NormaliserOptions } from '../ingest/normalise.ts';
import { type EntryBatch, readEntries } from '../ingest/read/read.ts';
import { openSourceFacts, type SourceFactsLookup, type SourceFactsOptions } from '../ingest/source/lookup.ts';
import { mergeByTime } from './merge.ts';

/** Plain data, so that it can be sent to another thread. */
export interface ReaderOptions {
  /** Files, or `-` for standard input. */
  paths: readonly string[];
  format: string;
  formatOptions: FormatOptions;
  normaliser: Omit<NormaliserOptions, 'format' | 'formatOptions' | 'routes' | 'sources'>;
  /** Own files with networks and countries. */
  sourceFiles: Pick<SourceFactsOptions, 'asn' | 'country'>;
}

/** How far reading has come. */
export interface Reading {
  lines: number;
  rejected: Record<string, number>;
  /** Bytes as stored. */
  bytesRead: number;
  /** 0 when the size is unknown (standard input). */
  bytesTotal: number;
}

export interface ReaderListener {
  onRejection?: (rejection: Rejection) => void;
  onFormat?: (path: string, format: string) => void;
  /** Called after each batch of entries; reading waits for what it gives. */
  onBatch?: () => Promise<void> | undefined;
}

export interface EventReader {
  /** Throws InputError when a path cannot be read. */
  runs(): AsyncIterable<readonly ApiEvent[]>;
  readonly reading: Reading;
  /** Once runs() has ended. */
  routes(): readonly ScanRoute[];
}

export function createReader(options: ReaderOptions, listener: ReaderListener): EventReader {
  const routes = createRouteLearner();
  const sources = openSourceFacts(options.sourceFiles);
  const progress = createProgressOfFiles();
  const shared: Shared = { options, listener, routes, sources, progress };

  async function* runs(): AsyncGenerator<readonly ApiEvent[]> {
    for await (const run of mergeByTime(options.paths.map((path) => eventsOf(path, shared)))) {
      for (const event of run) routes.count(event);
      yield run;
    }
  }

  return { runs, reading: progress.reading, routes: () => [...routes.routes()] };
}

interface Shared {
  options: ReaderOptions;
  listener: ReaderListener;
  routes: RouteLearner;
  sources: SourceFactsLookup;
  progress: ReturnType<typeof createProgressOfFiles>;
}

async function* eventsOf(path: string, shared: Shared): AsyncGenerator<ApiEvent[]> {
  const { options, listener, routes, sources, progress } = shared;
  const { format, formatOptions } = options;
  const normaliser = createNormaliser({ ...options.normaliser, format, formatOptions, routes, sources });
  let announced = false;
  for await (const batch of readEntries(path)) {
    const events: ApiEvent[] = [];
    normaliser.lookAhead(batch.entries);
    for (const entry of batch.entries) {
      const outcome = normaliser.normalise(entry.bytes, entry.position, entry.fault);
      if ('event' in outcome) events.push(outcome.event);
      else {
        progress.reject(outcome.rejection);
        listener.onRejection?.(outcome.rejection);
      }
    }
    progress.read(path, batch);
    if (!announced && normaliser.format) {
      announced = true;
      listener.onFormat?.(path, normaliser.format);
    }
    const wait = listener.onBatch?.();
    if (wait !== undefined) await wait;
    if (events.length > 0) yield events;
  }
}

function createProgressOfFiles() {
  const sizes = new Map<string, { read: number; total: number }>();
  const reading: Reading = { lines: 0, rejected: {}, bytesRead: 0, bytesTotal: 0 };
  return {
    reading,
    read(path: string, batch: EntryBatch) {
      const before = sizes.get(path) ?? { read: 0, total: 0 };
      const now = { read: batch.bytesRead, total: batch.size ?? 0 };
      sizes.set(path, now);
      reading.lines += batch.entries.length;
      reading.bytesRead += now.read - before.read;
      reading.bytesTotal += now.total - before.total;
    },
    reject({ reason }: Rejection) {
      reading.rejected[reason] = (reading.rejected[reason] ?? 0) + 1;
    },
  };
}
