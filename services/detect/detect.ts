// Detection as a service: judges events with the engine, in order, and makes everything that follows durable in checkpoints.
// Always holds: an event is judged once, whatever is repeated, restarted or taken over, unless nothing of its first judgement was
// kept. Judging goes on while a checkpoint is written, one at a time; what is judged and not durable is bounded, and while the store
// is away nothing more is judged.

import { randomUUID } from 'node:crypto';
import type { Engine } from '../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import type { Logger } from '../logger.ts';
import {
  type CheckpointStore,
  checkpointOf,
  type Deliverer,
  type Outcome,
  perform,
  readHeads,
  withOpen,
} from './checkpoint.ts';
import { openRows, restoreOpen } from './investigations.ts';
import { type Batch, createJudged, type Pace } from './judged.ts';
import { exchangeLayouts } from './layouts.ts';
import type { Key, Residency } from './residency.ts';
import { restoreShared } from './shared-state.ts';
import { storedIds } from './stored-ids.ts';
import { createWriter } from './writer.ts';

const NO_HEAD =
  'a checkpoint was not taken and there is none before it: rows of the table learned were deleted one by one; use TRUNCATE TABLE learned';
const SHARED_STORE =
  'another Keytrail process judges into this store; only one `keytrail up` can use a store, several `keytrail detect` can';

export interface DetectOptions {
  engine: Engine;
  residency: Residency;
  store: CheckpointStore;
  /** What the engine judges by at the start. */
  tuning: Tuning;
  deliverer: Deliverer;
  /** The part of the input that a credential's events come in; default: all in one part without positions. */
  partOf?: (tenant: string, lineage: string) => string;
  /** Told of every incident state once it is stored. */
  onIncidents?: (incidents: readonly Incident[]) => void;
  pace?: Partial<Pace>;
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
  checkpoints: number;
}

export interface Position {
  part: string;
  position: number;
}

/** Another process has judged in this part: it goes on at position(), where that one had come. */
export class Superseded extends Error {
  override name = 'Superseded';
  readonly part: string;
  constructor(part: string) {
    super(`another process has judged in ${part}; going on from where it had come`);
    this.part = part;
  }
}

export interface Listener {
  /** After each checkpoint: how far the parts are durable. */
  durable(positions: readonly Position[]): Promise<void>;
  /** Another process had judged further, or in our place: the parts go on here. */
  moved(positions: readonly Position[]): void;
}

export interface Detect {
  /**
   * Judges the events; a later checkpoint makes that durable. Throws what the store throws; call again with the same events then.
   * Throws Superseded, having judged nothing: the part goes on at position().
   */
  take(batch: Batch): Promise<void>;
  /** Judges the events of input without positions and resolves when that is durable. `token` names them. */
  handle(events: readonly ApiEvent[], token: string): Promise<void>;
  /** A checkpoint, if one is due. */
  tick(): Promise<void>;
  checkpoint(): Promise<void>;
  listen(listener: Listener): void;
  /** The next `events` events may be in the store already (after a start or a rebalance): look before judging. */
  doubt(events: number): void;
  /** Throws TuningError naming every problem; the old tuning stays in force. */
  setTuning(tuning: Tuning): void;
  /** Takes up what is shared between credentials under this name, or under the one `like` prefers, and keeps it there from now. */
  share(name: string, like: (names: readonly string[]) => string | null): Promise<void>;
  /** Takes parts up where they are durable: finishes what was begun, and answers where to go on; a part never judged is missing. */
  adopt(parts: readonly string[]): Promise<Position[]>;
  /** Forgets parts that others have now, with what was judged of them and is not durable. */
  abandon(parts: readonly string[]): Promise<void>;
  /** The next position to judge in a part, as far as this process knows. */
  position(part: string): number | undefined;
  /** Ends the input: tells the final state of incidents, and makes everything durable. To go on later, checkpoint() is enough. */
  finish(): Promise<void>;
  readonly counters: Readonly<DetectCounters>;
}

export function createDetect(o: DetectOptions): Detect {
  const { engine, store, residency, partOf = () => '' } = o;
  const counters: DetectCounters = {
    events: 0,
    duplicates: 0,
    findings: 0,
    incidents: 0,
    failed: 0,
    checkpoints: 0,
  };
  const judged = createJudged(o.pace);
  const { places } = judged;
  /** Parts that were set to where another process had come: the next batch may be of before. */
  const moved = new Set<string>();
  const shared = { name: '', version: 0, whole: true };
  const writer = createWriter({ store, deliverer: o.deliverer, before: recordTunings });
  /** Version of the last rows of what is open, over all processes that had the parts. */
  let openVersion = 0;
  let met = false;
  let doubtful = 0;
  let tell: Listener = { durable: async () => undefined, moved: () => undefined };
  const { tuning } = o;
  /** Tunings in force since the last checkpoint, by version: every incident in the store can be traced to what it was judged by. */
  const unrecorded = new Map([[engine.tuningVersion, tuning]]);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  async function recordTunings(): Promise<void> {
    for (const [version, tuning] of unrecorded) {
      await store.recordTuning({ version, tuning });
      unrecorded.delete(version);
    }
  }

  /** Begins a checkpoint of everything judged; the one before must be settled. */
  function begin(): void {
    const outcomes = judged.take();
    if (outcomes.length === 0) return;
    const open = openRows(engine, { version: ++openVersion, whole: shared.whole });
    const baselines = [...residency.seal(), ...engine.changes(), ...(shared.whole ? engine.shared() : [])];
    shared.whole = false;
    shared.version++;
    const checkpoint = checkpointOf({
      baselines,
      open,
      outcomes: withOpen({ outcomes, open, partOf, places }),
      partOf,
      places,
      shared: { ...shared, part: [...places.keys()].sort()[0] ?? '' },
    });
    // Whatever fails is met by the next settle().
    writer.begin(checkpoint, () => void inTurn(settleEnded).catch(() => undefined));
  }

  const settleEnded = async (): Promise<void> => {
    if (writer.ended) await settle();
  };

  /** Waits for the checkpoint under way, or tries it again, and draws the conclusions. */
  async function settle(): Promise<void> {
    if (!writer.busy) return;
    const { ours, lost } = await writer.finish();
    for (const { part, place } of ours) judged.durable(part, place);
    residency.saved();
    counters.checkpoints++;
    for (const { duties } of ours) {
      const { findings, incidents } = duties;
      counters.findings += findings.length;
      counters.incidents += incidents.length;
      if (incidents.length > 0) o.onIncidents?.(incidents);
    }
    // Those given up since have no place any more, and are none of our business.
    if (lost.includes('')) throw new Error(SHARED_STORE);
    if (lost.length > 0) shared.whole = true;
    for (const part of lost) if (places.has(part)) await goOnFrom(part);
    await tell.durable(ours.map(({ part, place }) => ({ part, position: place.position })));
  }

  /** Before anything is read from the store or written there. */
  async function meetStore(): Promise<void> {
    if (met) return;
    await exchangeLayouts(store, engine);
    met = true;
  }

  async function adopt(parts: readonly string[]): Promise<Position[]> {
    await meetStore();
    const heads = await readHeads(store, parts);
    for (const [part, { duties, ...place }] of heads) {
      await perform(duties, store, o.deliverer);
      places.set(part, place);
    }
    const isOurs = ({ tenant, lineage }: Key): boolean => parts.includes(partOf(tenant, lineage));
    openVersion = Math.max(openVersion, await restoreOpen(store, engine, { isOurs, logger: o.logger }));
    return [...heads].map(([part, { position }]) => ({ part, position }));
  }

  function abandon(parts: readonly string[]): void {
    const lost = judged.forget(parts);
    for (const part of lost) moved.delete(part);
    if (lost.size === 0) return;
    const isLost = ({ tenant, lineage }: Key): boolean => lost.has(partOf(tenant, lineage));
    for (const { tenant, lineage } of [...engine.held()].filter(isLost)) engine.forget(tenant, lineage);
    residency.forget(isLost);
  }

  /** What was judged of the part here does not count: another process did it. */
  async function goOnFrom(part: string): Promise<void> {
    abandon([part]);
    const positions = await adopt([part]);
    if (positions.length === 0) throw new Error(NO_HEAD);
    moved.add(part);
    o.logger.warn({ part }, new Superseded(part).message);
    tell.moved(positions);
  }

  /** A checkpoint, if one is due. While one is under way the next waits, and so does judging when there is too much for it. */
  async function keepPace(): Promise<void> {
    if (writer.busy && judged.isFull(residency.size)) await settle();
    if (!writer.busy && judged.isDue(residency.size)) begin();
  }

  async function checkpoint(): Promise<void> {
    await settle();
    begin();
    await settle();
  }

  function judge(events: readonly ApiEvent[], into: Outcome): void {
    for (const event of events) {
      try {
        const verdict = engine.process(event);
        into.findings.push(...verdict.findings);
        into.incidents.push(...verdict.incidents);
      } catch (error) {
        counters.failed++;
        o.logger.error(
          { err: error, event: event.id },
          'a detector failed on an event; it is stored unjudged',
        );
      }
      into.events.push(event);
    }
  }

  async function take(batch: Batch, token: string | null): Promise<void> {
    const { part, from } = batch;
    // A part that was given up and comes back may be in the checkpoint under way.
    if (judged.position(part) === undefined) await settle();
    const position = judged.position(part) ?? from;
    if (moved.delete(part)) throw new Superseded(part);
    let ahead = false;
    await residency.fetch(engine, batch.events, (row) => {
      ahead ||= part !== '' && row.part === part && row.position > position;
    });
    if (ahead) {
      await goOnFrom(part);
      moved.delete(part);
      throw new Superseded(part);
    }
    const stored = doubtful > 0 ? await storedIds(store, batch.events) : null;
    // From here on nothing waits and nothing throws: a batch is judged whole or not at all.
    doubtful = Math.max(0, doubtful - batch.events.length);
    const fresh = judged.fresh(part, batch.events, stored);
    counters.events += fresh.length;
    counters.duplicates += batch.events.length - fresh.length;
    if (fresh.length > 0 || part !== '') judge(fresh, judged.outcomeOf(batch, token));
    if (part !== '') judged.moveTo(part, batch.to);
    residency.judged(writer.busy);
  }

  return {
    counters,
    take: (batch) =>
      inTurn(async () => {
        await settleEnded();
        if (batch.to > (judged.position(batch.part) ?? 0)) await take(batch, null);
        await keepPace();
      }),
    handle: (events, token) =>
      inTurn(async () => {
        await settle();
        await take({ part: '', from: 0, to: 0, events }, token);
        await checkpoint();
      }),
    tick: () =>
      inTurn(async () => {
        await settleEnded();
        await keepPace();
      }),
    checkpoint: () => inTurn(checkpoint),
    listen(next) {
      tell = next;
    },
    doubt(events) {
      doubtful = Math.max(doubtful, events);
    },
    setTuning(next) {
      engine.setTuning(next);
      unrecorded.set(engine.tuningVersion, next);
    },
    share: (name, like) =>
      inTurn(async () => {
        await settle();
        if (shared.name === name) return;
        await meetStore();
        const choose = shared.version === 0 ? like : null;
        const from = await restoreShared(store, engine, { name, like: choose ?? null, logger: o.logger });
        Object.assign(shared, { name, ...from });
      }),
    adopt: (parts) =>
      inTurn(async () => {
        await settle();
        return await adopt(parts);
      }),
    abandon: (parts) => inTurn(async () => abandon(parts)),
    position: judged.position,
    finish: () =>
      inTurn(async () => {
        await settle();
        const [part = ''] = places.keys();
        const incidents = engine.finish();
        const position = judged.position(part) ?? 0;
        if (incidents.length > 0 || residency.size > 0)
          judged
            .outcomeOf({ part, from: position, to: position, events: [] }, `finish/${randomUUID()}`)
            .incidents.push(...incidents);
        await checkpoint();
      }),
  };
}
