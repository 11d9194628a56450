// One-shot: reads log files, runs the whole pipeline in event time and reports. No server, no clock: a log of years
// ago gives the same result as a live one. Always holds: lines = events + rejected.

import { createEngine } from '../../detectors/engine.ts';
import type { Engine } from '../../detectors/engine-contract.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import { createRouteLearner, type RouteLearner } from '../../detectors/routes/learner.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Fact } from '../../schemas/fact.ts';
import type { FormatOptions } from '../../schemas/gateways/gateway-format.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import type { ScanSummary } from '../../schemas/scan.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import { createNormaliser, type NormaliserOptions } from '../ingest/normalise.ts';
import { type EntryBatch, readEntries } from '../ingest/read/read.ts';
import { mergeByTime } from './merge.ts';
import type { ProgressState } from './progress.ts';

export interface ScanOptions {
  /** Files, or `-` for standard input. */
  paths: readonly string[];
  format: string;
  formatOptions: FormatOptions;
  normaliser: Omit<NormaliserOptions, 'format' | 'formatOptions' | 'routes'>;
  tuning: Tuning;
  /** What people have told. */
  facts?: readonly Fact[];
  onEvent?: (event: ApiEvent) => Promise<void> | void;
  onRejection?: (rejection: Rejection) => void;
  onFormat?: (path: string, format: string) => void;
  /** Called after each batch. */
  onProgress?: (state: ProgressState) => void;
  now: () => number;
}

export interface ScanResult {
  summary: ScanSummary;
  /** Final state of every incident, in order of opening. */
  incidents: Incident[];
  engine: Engine;
  routes: RouteLearner;
}

/** @throws InputError when a path cannot be read. */
export async function scan(options: ScanOptions): Promise<ScanResult> {
  const started = options.now();
  const routes = createRouteLearner();
  const knowledge = createKnowledge(options.facts ?? []);
  const engine = createEngine({ tuning: options.tuning, knowledge });
  const tally = createTally();
  const streams = options.paths.map((path) => eventsOf(path, { options, routes, tally }));
  for await (const batch of mergeByTime(streams)) {
    for (const event of batch) {
      tally.see(event);
      routes.count(event);
      tally.incidents += countOpened(engine.process(event).incidents);
      const written = options.onEvent?.(event);
      if (written) await written;
    }
    options.onProgress?.(tally.progress());
  }
  engine.finish();
  const incidents = [...engine.incidents()].sort(
    (a, b) => a.opened_at.localeCompare(b.opened_at) || a.id.localeCompare(b.id),
  );
  const summary = tally.summary({ incidents, engine, routes, seconds: (options.now() - started) / 1000 });
  return { summary, incidents, engine, routes };
}

const countOpened = (incidents: readonly Incident[]) =>
  incidents.filter((incident) => incident.status === 'open').length;

interface Shared {
  options: ScanOptions;
  routes: RouteLearner;
  tally: Tally;
}

async function* eventsOf(path: string, { options, routes, tally }: Shared): AsyncGenerator<ApiEvent[]> {
  const normaliser = createNormaliser({
    ...options.normaliser,
    format: options.format,
    formatOptions: options.formatOptions,
    routes,
  });
  let announced = false;
  for await (const batch of readEntries(path)) {
    const events: ApiEvent[] = [];
    normaliser.lookAhead(batch.entries);
    for (const entry of batch.entries) {
      const outcome = normaliser.normalise(entry.bytes, entry.position, entry.fault);
      if ('event' in outcome) events.push(outcome.event);
      else tally.reject(outcome.rejection, options.onRejection);
    }
    tally.read(path, batch);
    if (!announced && normaliser.format) {
      announced = true;
      options.onFormat?.(path, normaliser.format);
    }
    if (events.length > 0) yield events;
  }
}

type Tally = ReturnType<typeof createTally>;

function createTally() {
  const rejected: Record<string, number> = {};
  const sizes = new Map<string, { read: number; total: number }>();
  let lines = 0;
  let events = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const time = (at: number) => (Number.isFinite(at) ? new Date(at).toISOString() : null);
  return {
    incidents: 0,
    read(path: string, batch: EntryBatch) {
      lines += batch.entries.length;
      sizes.set(path, { read: batch.bytesRead, total: batch.size ?? 0 });
    },
    see(event: ApiEvent) {
      events += 1;
      if (event.at < first) first = event.at;
      if (event.at > last) last = event.at;
    },
    reject(rejection: Rejection, onRejection?: (rejection: Rejection) => void) {
      rejected[rejection.reason] = (rejected[rejection.reason] ?? 0) + 1;
      onRejection?.(rejection);
    },
    progress(): ProgressState {
      let bytesRead = 0;
      let bytesTotal = 0;
      for (const size of sizes.values()) {
        bytesRead += size.read;
        bytesTotal += size.total;
      }
      return { bytesRead, bytesTotal, lines, events, incidents: this.incidents };
    },
    summary(end: {
      incidents: readonly Incident[];
      engine: Engine;
      routes: RouteLearner;
      seconds: number;
    }): ScanSummary {
      return {
        lines,
        events,
        rejected,
        credentials: end.engine.statistics().credentials,
        routes: [...end.routes.routes()].length,
        incidents: {
          total: end.incidents.length,
          family: countBy(end.incidents.map((incident) => incident.family)),
          detector: countBy(end.incidents.flatMap((incident) => incident.detectors)),
          severity: countBy(end.incidents.map((incident) => incident.severity)),
        },
        first_event_at: time(first),
        last_event_at: time(last),
        seconds: Math.round(end.seconds * 1000) / 1000,
        events_per_second: Math.round(events / Math.max(0.001, end.seconds)),
      };
    },
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
