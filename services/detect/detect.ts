// Detection as a service: judges events with the engine and makes everything that follows durable.
// Always holds: handle() resolves only when findings, incidents, deliveries and events are stored, events last, so an
// event that is in the store has had its consequences; a repeated call judges nothing twice.
// Does not promise: what was learned since the last save() after a crash.

import { randomUUID } from 'node:crypto';
import type { Engine, StoredBaseline } from '../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import type { Logger } from '../logger.ts';
import type { Store } from '../store/store.ts';
import { createRecentIds } from './recent-ids.ts';

/** Ids remembered per generation; about 10 MB each. */
const RECENT_IDS = 100_000;
const BASELINES_AT_ONCE = 1_000;

export interface DetectOptions {
  engine: Engine;
  store: Pick<
    Store,
    | 'insertEvents'
    | 'insertFindings'
    | 'insertIncidents'
    | 'recordTuning'
    | 'saveBaselines'
    | 'loadBaselines'
    | 'query'
  >;
  /** What the engine judges by at the start. */
  tuning: Tuning;
  deliverer: { enqueue(incidents: readonly Incident[]): Promise<void> };
  /** Told of every incident state once it is stored. */
  onIncidents?: (incidents: readonly Incident[]) => void;
  logger: Logger;
}

export interface DetectCounters {
  events: number;
  /** Events that had been judged before. */
  duplicates: number;
  findings: number;
  /** Incident states stored. */
  incidents: number;
  /** Events a detector failed on; they are stored but not judged. */
  failed: number;
}

export interface Detect {
  /** Throws what the store throws; call again with the same events then. `token` names the batch. */
  handle(events: readonly ApiEvent[], token: string): Promise<void>;
  /** The next `events` events may be in the store already (after a start or a rebalance): look before judging. */
  doubt(events: number): void;
  /** Throws TuningError naming every problem; the old tuning stays in force. */
  setTuning(tuning: Tuning): void;
  /** Stores the baselines that `which` accepts. */
  save(which?: (row: StoredBaseline) => boolean): Promise<void>;
  restore(which?: (row: StoredBaseline) => boolean): Promise<{ restored: number; ignored: number }>;
  /** Stores the final state of incidents and all baselines. */
  finish(which?: (row: StoredBaseline) => boolean): Promise<void>;
  readonly counters: Readonly<DetectCounters>;
}

/** What judging a batch gave, until it is stored. */
interface Outcome {
  token: string;
  events: readonly ApiEvent[];
  findings: Finding[];
  incidents: Incident[];
}

export function createDetect(o: DetectOptions): Detect {
  const { engine, store } = o;
  const counters: DetectCounters = { events: 0, duplicates: 0, findings: 0, incidents: 0, failed: 0 };
  const recent = createRecentIds(RECENT_IDS);
  /** At most one: the next batch is judged only after this one is stored. */
  let unwritten: Outcome | null = null;
  let doubtful = 0;
  let { tuning } = o;
  /** Version that is known to be in the store: every incident there can be traced to what it was judged by. */
  let recorded: string | null = null;

  async function recordTuning(): Promise<void> {
    const version = engine.tuningVersion;
    if (version === recorded) return;
    await store.recordTuning({ version, tuning });
    recorded = version;
  }

  async function write(): Promise<void> {
    if (unwritten === null) return;
    const { token, events, findings, incidents } = unwritten;
    await recordTuning();
    if (findings.length > 0) await store.insertFindings(findings, token);
    if (incidents.length > 0) {
      await store.insertIncidents(incidents, token);
      await o.deliverer.enqueue(incidents);
    }
    if (events.length > 0) await store.insertEvents(events, token);
    unwritten = null;
    counters.findings += findings.length;
    counters.incidents += incidents.length;
    if (incidents.length > 0) o.onIncidents?.(incidents);
  }

  function judge(events: readonly ApiEvent[], token: string): Outcome {
    const findings: Finding[] = [];
    const incidents: Incident[] = [];
    for (const event of events) {
      try {
        const verdict = engine.process(event);
        findings.push(...verdict.findings);
        incidents.push(...verdict.incidents);
      } catch (error) {
        counters.failed++;
        o.logger.error(
          { err: error, event: event.id },
          'a detector failed on an event; it is stored unjudged',
        );
      }
    }
    return { token, events, findings, incidents: latestStates(incidents) };
  }

  async function fresh(events: readonly ApiEvent[]): Promise<ApiEvent[]> {
    const stored = doubtful > 0 ? await storedIds(store, events) : null;
    doubtful = Math.max(0, doubtful - events.length);
    const kept = events.filter((event) => recent.add(event.id) && !stored?.has(event.id));
    counters.duplicates += events.length - kept.length;
    return kept;
  }

  async function* rows(which: (row: StoredBaseline) => boolean): AsyncGenerator<StoredBaseline[]> {
    let part: StoredBaseline[] = [];
    for await (const row of store.loadBaselines()) {
      if (which(row)) part.push(row);
      if (part.length < BASELINES_AT_ONCE) continue;
      yield part;
      part = [];
    }
    if (part.length > 0) yield part;
  }

  async function save(which: (row: StoredBaseline) => boolean = () => true): Promise<void> {
    const token = `baselines/${randomUUID()}`;
    let part: StoredBaseline[] = [];
    let n = 0;
    for (const row of engine.snapshot()) {
      if (which(row)) part.push(row);
      if (part.length < BASELINES_AT_ONCE) continue;
      await store.saveBaselines(part, `${token}/${n++}`);
      part = [];
    }
    if (part.length > 0) await store.saveBaselines(part, `${token}/${n}`);
  }

  return {
    counters,
    async handle(events, token) {
      await write();
      const kept = await fresh(events);
      if (kept.length === 0) return;
      counters.events += kept.length;
      unwritten = judge(kept, token);
      await write();
    },
    doubt(events) {
      doubtful = Math.max(doubtful, events);
    },
    setTuning(next) {
      engine.setTuning(next);
      tuning = next;
    },
    save,
    async restore(which = () => true) {
      const total = { restored: 0, ignored: 0 };
      for await (const part of rows(which)) {
        const result = engine.restore(part);
        total.restored += result.restored;
        total.ignored += result.ignored;
      }
      return total;
    },
    async finish(which) {
      await write();
      unwritten = {
        token: `finish/${randomUUID()}`,
        events: [],
        findings: [],
        incidents: latestStates(engine.finish()),
      };
      await write();
      await save(which);
    },
  };
}

/** The last state of each incident and status in order: an opening is never swallowed by the update after it. */
function latestStates(incidents: readonly Incident[]): Incident[] {
  const last = new Map<string, Incident>();
  for (const incident of incidents) last.set(`${incident.id} ${incident.status}`, incident);
  return [...last.values()];
}

/** Events per look-up: ClickHouse takes at most 128 KiB in one query parameter (http_max_field_value_size). */
const LOOKUP = 500;

async function storedIds(store: Pick<Store, 'query'>, events: readonly ApiEvent[]): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let from = 0; from < events.length; from += LOOKUP)
    for (const { id } of await storedAmong(store, events.slice(from, from + LOOKUP))) ids.add(id);
  return ids;
}

async function storedAmong(
  store: Pick<Store, 'query'>,
  events: readonly ApiEvent[],
): Promise<{ id: string }[]> {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const { at } of events) {
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  return await store.query<{ id: string }>(
    `SELECT toString(id) AS id FROM events
     WHERE lineage IN {lineages:Array(String)} AND id IN {ids:Array(String)}
       AND at >= fromUnixTimestamp64Milli({from:Int64}) AND at <= fromUnixTimestamp64Milli({to:Int64})`,
    {
      lineages: [...new Set(events.map((event) => event.credential.lineage))],
      ids: events.map((event) => event.id),
      from,
      to,
    },
  );
}
