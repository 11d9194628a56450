// One-shot: reads log files, runs the whole pipeline in event time and reports. No server, no clock: a log of years
// ago gives the same result as a live one. Always holds: lines = events + rejected; the result is the same with one thread and with two.

import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createEngine } from '../../detectors/engine.ts';
import type { Engine } from '../../detectors/engine-contract.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Fact } from '../../schemas/fact.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { ScanRoute, ScanSummary } from '../../schemas/scan.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import type { ProgressState } from './progress.ts';
import { createReader, type EventReader, type ReaderListener, type ReaderOptions } from './reader.ts';
import { createThreadedReader } from './threaded-reader.ts';

export interface ScanOptions extends ReaderOptions, Omit<ReaderListener, 'onBatch'> {
  tuning: Tuning;
  /** What people have told. */
  facts?: readonly Fact[];
  onEvent?: (event: ApiEvent) => Promise<void> | void;
  /** Called after each batch. */
  onProgress?: (state: ProgressState) => void;
  now: () => number;
  /** Whether lines are read in a thread of their own; by default where that is worth it. */
  threaded?: boolean;
}

export interface ScanResult {
  summary: ScanSummary;
  /** Final state of every incident, in order of opening. */
  incidents: Incident[];
  engine: Engine;
  routes: readonly ScanRoute[];
}

/** @throws InputError when a path cannot be read. */
export async function scan(options: ScanOptions): Promise<ScanResult> {
  const started = options.now();
  const engine = createEngine({ tuning: options.tuning, knowledge: createKnowledge(options.facts ?? []) });
  const reader = openReader(options);
  const { reading } = reader;
  const tally = createTally();
  for await (const run of reader.runs()) {
    for (const event of run) {
      tally.see(event);
      tally.incidents += countOpened(engine.process(event).incidents);
      const written = options.onEvent?.(event);
      if (written) await written;
    }
    const { bytesRead, bytesTotal, lines } = reading;
    options.onProgress?.({ bytesRead, bytesTotal, lines, events: tally.events, incidents: tally.incidents });
  }
  engine.finish();
  const incidents = [...engine.incidents()].sort(
    (a, b) => a.opened_at.localeCompare(b.opened_at) || a.id.localeCompare(b.id),
  );
  const routes = reader.routes();
  const seconds = (options.now() - started) / 1000;
  const summary = summaryOf({ reader, tally, engine, incidents, routes, seconds });
  return { summary, incidents, engine, routes };
}

/** Below this a thread of its own costs more than it saves; gzip makes logs about ten times smaller. */
const WORTH_A_THREAD = 4 * 1024 * 1024;

function openReader(options: ScanOptions): EventReader {
  const { paths, format, formatOptions, normaliser, sourceFiles, onRejection, onFormat } = options;
  const listener: ReaderListener = { ...(onRejection && { onRejection }), ...(onFormat && { onFormat }) };
  const open = (options.threaded ?? isWorthAThread(paths)) ? createThreadedReader : createReader;
  return open({ paths, format, formatOptions, normaliser, sourceFiles }, listener);
}

/** Standard input and pipes are read where the process is: their size is not known. */
function isWorthAThread(paths: readonly string[]): boolean {
  if (availableParallelism() < 2) return false;
  let size = 0;
  for (const path of paths) {
    const facts = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
    if (facts?.isFile() !== true) return false;
    size += facts.size * (path.endsWith('.gz') ? 10 : 1);
  }
  return size >= WORTH_A_THREAD;
}

const countOpened = (incidents: readonly Incident[]) =>
  incidents.filter((incident) => incident.status === 'open').length;

type Tally = ReturnType<typeof createTally>;

function createTally() {
  return {
    incidents: 0,
    events: 0,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    see(event: ApiEvent) {
      this.events += 1;
      if (event.at < this.first) this.first = event.at;
      if (event.at > this.last) this.last = event.at;
    },
  };
}

const timeOf = (at: number) => (Number.isFinite(at) ? new Date(at).toISOString() : null);

function summaryOf(end: {
  reader: EventReader;
  tally: Tally;
  engine: Engine;
  incidents: readonly Incident[];
  routes: readonly ScanRoute[];
  seconds: number;
}): ScanSummary {
  const { reading } = end.reader;
  const { events, first, last } = end.tally;
  return {
    lines: reading.lines,
    events,
    rejected: reading.rejected,
    credentials: end.engine.statistics().credentials,
    routes: end.routes.length,
    incidents: {
      total: end.incidents.length,
      family: countBy(end.incidents.map((incident) => incident.family)),
      detector: countBy(end.incidents.flatMap((incident) => incident.detectors)),
      severity: countBy(end.incidents.map((incident) => incident.severity)),
    },
    first_event_at: timeOf(first),
    last_event_at: timeOf(last),
    seconds: Math.round(end.seconds * 1000) / 1000,
    events_per_second: Math.round(events / Math.max(0.001, end.seconds)),
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
