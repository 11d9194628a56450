// Everything in one process tree: store (embedded or given), engine, HTTP receiver, file follower, delivery, status
// page. The same parts as the separate services, put together over an in-process sink instead of Kafka.
// Always holds: a sender is acknowledged after its events are stored; batches are judged one after another.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine } from '../../detectors/engine.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import { outlast } from '../bus/outage.ts';
import { type Settings, tuningOf } from '../config.ts';
import { type Console, startConsole } from '../console/server.ts';
import type { StatusReport } from '../console/status.ts';
import { createDeliverer } from '../deliver/deliver.ts';
import { createDetect } from '../detect/detect.ts';
import { reportHealth } from '../detect/detector-health.ts';
import { createResidency } from '../detect/residency.ts';
import { factTaker } from '../facts/fact-taker.ts';
import { readFactsFiles } from '../facts/read-facts.ts';
import { createFactKeeper } from '../facts/take-facts.ts';
import { createArrivals, heard } from '../health/arrivals.ts';
import { createHealth, type Health } from '../health/health.ts';
import { watchDetect } from '../health/watch-detect.ts';
import { startSchedule } from '../hunt/schedule.ts';
import type { FactTaker } from '../ingest/http/fact-routes.ts';
import { createNormaliserFactory, type NormaliserFactory } from '../ingest/normaliser-factory.ts';
import { createIngest, type Ingest } from '../ingest/service.ts';
import type { Sink } from '../ingest/sink.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Logger } from '../logger.ts';
import { version } from '../paths.ts';
import { watchTuning } from '../reload.ts';
import { keepAlive } from '../store/embedded/keep-alive.ts';
import { type EmbeddedServer, startEmbedded } from '../store/embedded/server.ts';
import { type LedgerRow, readLedger } from '../store/ledger.ts';
import { createStore, type Store } from '../store/store.ts';
import { upFigures } from './figures.ts';
import { type Counts, inProcessSink } from './in-process-sink.ts';
import { play } from './play.ts';

export interface UpOptions {
  settings: Settings;
  /** Files to read once, to their end, before or beside live input. */
  playback: readonly string[];
  /** How the sources are named to people. */
  sources: readonly string[];
  /** False: no receiver, follower or status page; ends when the playback does. */
  live: boolean;
  onIncidents: (incidents: readonly Incident[]) => void;
  onProgress: (state: { lines: number; bytesRead: number; bytesTotal: number }) => void;
  logger: Logger;
  lifecycle: Lifecycle;
}

export interface Up {
  consoleUrl: string | null;
  receiverUrl: string | null;
  /** Null when the store is a server of the user's own. */
  embeddedStore: StatusReport['store'];
  /** Resolves when the playback is done and durable. */
  played: Promise<{ lines: number; events: number; rejected: Record<string, number> }>;
  report(): StatusReport;
  /** Every incident, newest first. */
  incidents(): Incident[];
  /** Stores the final state of incidents and baselines, and delivers what is due. */
  finish(): Promise<void>;
  /** Makes everything durable and sends what is due; what is open stays open and is taken up again at the next start. */
  stop(): Promise<void>;
}

/** What credentials share is stored under this name; there is one `up` per store. */
const SHARED = 'shared/up';
const DAILY = '0 5 0 * * *';
/** Incidents of earlier runs shown on the status page. */
const EARLIER_INCIDENTS = 1000;

export async function startUp(o: UpOptions): Promise<Up> {
  const { settings, lifecycle, logger } = o;
  const { store, embedded } = await openStore(settings, lifecycle, logger);
  let tuning = tuningOf(settings);
  const knowledge = createKnowledge(readFactsFiles(settings.facts));
  const residency = createResidency(store);
  const engine = createEngine({
    tuning,
    knowledge,
    pagesPerDay: settings.pagesPerDay,
    onEvict: residency.onEvict,
    recall: residency.recall,
  });
  const keeper = createFactKeeper({ store, knowledge });
  await keeper.catchUp();
  const deliverer = createDeliverer({ outbox: store.outbox, webhooks: settings.webhooks, logger });
  const { onIncidents } = o;
  const watched = watchDetect(
    createDetect({ engine, residency, tuning, store, deliverer, logger, onIncidents }),
  );
  const { detect } = watched;
  await detect.share(SHARED, (names) => (names.includes(SHARED) ? SHARED : null));
  await detect.adopt(['']);
  const known = await store.query('SELECT 1 FROM events LIMIT 1');
  if (known.length > 0) detect.doubt(Number.POSITIVE_INFINITY);
  const apply = (next: Tuning): void => {
    detect.setTuning(next);
    tuning = next;
  };
  const reload = watchTuning({ file: settings.file, apply, logger });
  lifecycle.onClose('configuration watch', () => reload.close());

  const normaliserFor = createNormaliserFactory(settings);
  const counts: Counts = { lines: 0, events: 0, rejected: {}, newest: 0 };
  const sink = inProcessSink({ detect, store, counts, lifecycle });
  const delivering = deliverer.run(lifecycle.signal);
  lifecycle.onClose('delivery', () => delivering);
  const schedule = startSchedule({
    jobs: [
      { name: 'health of detectors', every: DAILY, run: async () => reportHealth(engine.health(), logger) },
    ],
    logger,
  });
  lifecycle.onClose('schedule', () => schedule.close());

  const embeddedStore = embedded && {
    url: embedded.url,
    analyst: embedded.analyst.username,
    passwordFile: embedded.analystFile,
  };
  const startedAt = new Date();
  const arrivals = createArrivals();
  const health = createHealth({
    read: upFigures({
      ...{ settings, store, engine, watched, deliverer, arrivals, counts },
      place: new URL(embedded?.url ?? settings.clickhouse.url!).host,
      tuning: () => tuning,
      configProblem: () => reload.problem,
    }),
    limits: settings.health,
    logger,
  });
  lifecycle.onClose('health', () => health.close());
  let live: Live | null = null;
  const earlier = await store.incidents({ limit: EARLIER_INCIDENTS });
  const incidents = () => newestFirst(earlier, engine.incidents());
  const report = (): StatusReport => {
    const statistics = engine.statistics();
    const sent = deliverer.statistics();
    return {
      version,
      startedAt: startedAt.toISOString(),
      uptimeSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
      sources: [...o.sources],
      lines: counts.lines,
      events: counts.events,
      rejected: counts.rejected,
      credentials: statistics.credentials,
      openIncidents: statistics.openIncidents,
      findings: statistics.findings,
      evictions: statistics.evictions,
      late: statistics.late,
      quarantined: statistics.quarantined,
      stateBytes: statistics.stateBytes,
      newestEventAt: counts.newest === 0 ? null : new Date(counts.newest).toISOString(),
      tuning: engine.tuningVersion,
      receiverUrl: live?.ingest.url ?? null,
      webhooks: settings.webhooks.length,
      deliveries: { delivered: sent.delivered, failed: sent.failed, dead: sent.dead },
      store: embeddedStore,
      configProblem: reload.problem,
      problems: health.problems,
    };
  };
  live = o.live
    ? await startLive({
        ...o,
        // What is played back came from no gateway just now, and may well be followed by silence.
        sink: heard(sink, arrivals),
        health,
        normaliserFor,
        report,
        incidents,
        facts: factTaker(settings, keeper),
        ledger: (incident) => readLedger(store, incident),
      })
    : null;
  const played = play({
    paths: o.playback,
    normaliserFor: () => normaliserFor(),
    sink,
    signal: lifecycle.signal,
    onProgress: o.onProgress,
    logger,
  });
  return {
    consoleUrl: live?.console.url ?? null,
    receiverUrl: live?.ingest.url ?? null,
    embeddedStore,
    played,
    report,
    incidents,
    async finish() {
      const work = async () => {
        await detect.finish();
        await deliverer.drain();
      };
      const what = 'store the final state';
      // At the end of the program there is one try, and no waiting.
      if (!(await outlast(work, { what, logger, signal: lifecycle.signal }))) await work();
    },
    async stop() {
      await detect.checkpoint();
      await deliverer.drain();
    },
  };
}

async function openStore(
  settings: Settings,
  lifecycle: Lifecycle,
  logger: Logger,
): Promise<{ store: Store; embedded: EmbeddedServer | null }> {
  const { clickhouse } = settings;
  await mkdir(settings.dataDirectory, { recursive: true, mode: 0o700 });
  const embedded =
    clickhouse.url === undefined
      ? await startEmbedded({ dir: join(settings.dataDirectory, 'clickhouse') })
      : null;
  if (embedded) {
    const onTaken = (error: Error) => lifecycle.fail(`the store is lost: ${error.message}`);
    const kept = keepAlive(embedded, { logger, onTaken });
    lifecycle.onClose('embedded ClickHouse', () => kept.close());
  }
  const store = createStore({
    ...(embedded ?? {
      url: clickhouse.url!,
      username: clickhouse.username,
      password: clickhouse.password,
      database: clickhouse.database,
    }),
    retentionDays: clickhouse.retentionDays,
  });
  lifecycle.onClose('store', () => store.close());
  await store.migrate();
  return { store, embedded };
}

interface LiveOptions extends UpOptions {
  sink: Sink;
  normaliserFor: NormaliserFactory;
  health: Health;
  report: () => StatusReport;
  incidents: () => Incident[];
  facts: FactTaker;
  ledger: (incident: Incident) => Promise<LedgerRow[]>;
}

interface Live {
  ingest: Ingest;
  console: Console;
}

async function startLive(o: LiveOptions): Promise<Live> {
  const { settings, lifecycle, sink, normaliserFor, logger } = o;
  const console = await startConsole({
    ...settings.console,
    source: { report: o.report, incidents: o.incidents, ledger: o.ledger, health: o.health },
  });
  lifecycle.onClose('status page', () => console.close());
  const ingest = await createIngest({
    config: settings.ingest,
    dataDirectory: settings.dataDirectory,
    normaliserFor,
    sink,
    facts: o.facts,
    logger,
  });
  lifecycle.onClose('ingest', () => ingest.close());
  ingest.done.catch((error: Error) => lifecycle.fail(`ingest failed: ${error.message}`));
  return { ingest, console };
}

/** One state per incident: this run's wins over the stored one. */
function newestFirst(earlier: readonly Incident[], current: Iterable<Incident>): Incident[] {
  const latest = new Map(earlier.map((incident) => [incident.id, incident]));
  for (const incident of current) latest.set(incident.id, incident);
  return [...latest.values()].sort((a, b) => b.opened_at.localeCompare(a.opened_at));
}
