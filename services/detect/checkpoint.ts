// A checkpoint: what was learned, how far, and everything that follows from it, made durable so that a crash at any moment loses
// nothing and repeats nothing.
// Always holds: per part of the input one insert that is visible whole or not at all: changed baselines, and a head with the
// position and what must still be stored because of it (its duties); then the duties, by tokens that make a repeat harmless.
// Whoever finds a head after a crash does its duties again and goes on at its position. Heads are numbered, and the number is the
// insert's deduplication token: of two processes that go on from the same head, ClickHouse takes one and drops the other.

import { randomUUID } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { StoredBaseline } from '../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import { encodeEvents, type LearnedRow, type Store } from '../store/store.ts';
import type { OpenRows } from './investigations.ts';

/** What must be stored because of some events: the events too, which may be nowhere else. */
export interface Duties {
  /** Names the events; the deduplication token of what is stored because of them. */
  token: string;
  /** As insertEvents() takes them. */
  events: Uint8Array;
  findings: Finding[];
  incidents: Incident[];
}

/** Judged and not stored yet, of one part of the input. */
export interface Outcome {
  part: string;
  from: number;
  /** The next position. */
  to: number;
  token: string;
  events: ApiEvent[];
  findings: Finding[];
  incidents: Incident[];
}

export type CheckpointStore = Pick<
  Store,
  'insertEvents' | 'insertFindings' | 'insertIncidents' | 'learned' | 'recordTuning' | 'query'
>;

export interface Deliverer {
  enqueue(incidents: readonly Incident[]): Promise<void>;
}

const HEAD = 'head';
const LAYOUT = 'head-1';
/** The part of input that has no positions: what HTTP senders and the file follower bring to `up`. */
const NO_PART = 'up';

function dutiesOf(outcome: Outcome): Duties {
  const { token, events, findings, incidents } = outcome;
  return { token, events: encodeEvents(events), findings, incidents: latestStates(incidents) };
}

/** How far a part is judged. */
export interface Place {
  position: number;
  /** Number of the part's last head; 0 when there is none. */
  head: number;
}

/** The stored heads of the parts, by part; '' is the part without positions. Throws on one that another version wrote. */
export async function readHeads(
  store: Pick<Store, 'learned'>,
  parts: readonly string[],
): Promise<Map<string, Place & { duties: Duties }>> {
  const rows = await store.learned.find(
    HEAD,
    parts.map((part) => ({ tenant: '', lineage: part || NO_PART })),
  );
  const foreign = rows.find(({ layout }) => layout !== LAYOUT);
  if (foreign !== undefined)
    throw new Error(
      `the position of ${foreign.lineage} was stored by another version of Keytrail (${foreign.layout})`,
    );
  return new Map(
    rows.map(({ part, position, version, bytes }) => [
      part,
      { position, head: version, duties: deserialize(bytes) as Duties },
    ]),
  );
}

/** Outcomes of nothing for those parts of ours of which only what is open has changed: it is written with its part. */
export function withOpen(o: {
  outcomes: readonly Outcome[];
  open: OpenRows;
  partOf: (tenant: string, lineage: string) => string;
  places: ReadonlyMap<string, Place>;
}): Outcome[] {
  const all = new Map(o.outcomes.map((outcome) => [outcome.part, outcome]));
  for (const { tenant, lineage } of o.open.own) {
    const part = o.partOf(tenant, lineage);
    const place = o.places.get(part);
    if (all.has(part) || place === undefined) continue;
    const { position } = place;
    const token = `${part}@${position}/open`;
    all.set(part, { part, from: position, to: position, token, events: [], findings: [], incidents: [] });
  }
  return [...all.values()];
}

/** What a checkpoint writes of one part. */
export interface PartSave {
  readonly part: string;
  readonly place: Place;
  readonly rows: LearnedRow[];
  readonly token: string;
  readonly duties: Duties;
}

export interface Checkpoint {
  readonly writer: string;
  readonly saves: readonly PartSave[];
  /** What belongs to no credential, when no part takes it along. */
  readonly shared: readonly LearnedRow[];
}

export function checkpointOf(o: {
  baselines: Iterable<StoredBaseline>;
  /** What is open. */
  open: OpenRows;
  outcomes: readonly Outcome[];
  partOf: (tenant: string, lineage: string) => string;
  /** How far each part is judged, with the number of the head before this one. */
  places: ReadonlyMap<string, Place>;
  /** Shard of what belongs to no credential, the version of its rows, and the part it is written with. */
  shared: { name: string; version: number; part: string };
}): Checkpoint {
  const writer = randomUUID();
  const saves = new Map<string, PartSave>();
  for (const outcome of o.outcomes) {
    const { part, to: position } = outcome;
    const place = { position, head: (o.places.get(part)?.head ?? 0) + 1 };
    const duties = dutiesOf(outcome);
    const rows: LearnedRow[] = [
      {
        shard: HEAD,
        tenant: '',
        lineage: part || NO_PART,
        layout: LAYOUT,
        version: place.head,
        part,
        position,
        writer,
        updatedAt: 0,
        bytes: serialize(duties),
      },
    ];
    saves.set(part, { part, place, rows, token: `learned ${part}#${place.head}`, duties });
  }
  const shared: LearnedRow[] = [];
  const share = (row: StoredBaseline): void => {
    const { name: shard, version } = o.shared;
    shared.push({ ...row, shard, version, part: '', position: 0, writer });
  };
  const own = (shard: string, row: StoredBaseline): void => {
    const part = o.partOf(row.tenant, row.lineage);
    const save = saves.get(part);
    // A baseline changes with an event of its part; one whose part is gone belongs to another process now.
    save?.rows.push({ ...row, shard, part, position: save.place.position, writer });
  };
  for (const row of o.baselines) {
    if (isShared(row)) share(row);
    else own('', row);
  }
  for (const row of o.open.shared) share(row);
  for (const row of o.open.own) own(row.shard, row);
  const along = saves.get(o.shared.part);
  along?.rows.push(...shared);
  return { writer, saves: [...saves.values()], shared: along === undefined ? shared : [] };
}

/** Saves at once: each is an insert. */
const AT_ONCE = 4;

/** Writes a checkpoint, all but its duties; answers the saves that were taken. May be called again. */
export async function writeCheckpoint(
  store: Pick<Store, 'learned'>,
  { saves, shared, writer }: Checkpoint,
): Promise<Set<string>> {
  for (let from = 0; from < saves.length; from += AT_ONCE)
    await Promise.all(
      saves.slice(from, from + AT_ONCE).map(({ rows, token }) => store.learned.save(rows, token)),
    );
  await store.learned.save(shared, `learned ${writer}`);
  const writers = await store.learned.writers(
    HEAD,
    saves.map(({ part }) => part || NO_PART),
  );
  const taken = saves.filter(({ part }) => writers.get(part || NO_PART) === writer);
  return new Set(taken.map(({ part }) => part));
}

/** Does what follows from a checkpoint that is stored. May be called again, also by another process. */
export async function perform(
  duties: Duties,
  store: Pick<Store, 'insertEvents' | 'insertFindings' | 'insertIncidents'>,
  deliverer: Deliverer,
): Promise<void> {
  const { token, events, findings, incidents } = duties;
  if (findings.length > 0) await store.insertFindings(findings, token);
  if (incidents.length > 0) {
    await store.insertIncidents(incidents, token);
    await deliverer.enqueue(incidents);
  }
  await store.insertEvents(events, token);
}

/** State that belongs to no credential; see detectors/state/snapshot.ts. */
function isShared({ lineage }: { lineage: string }): boolean {
  return lineage.startsWith('\u0001');
}

/** The last state of each incident and status in order: an opening is never swallowed by the update after it. */
function latestStates(incidents: readonly Incident[]): Incident[] {
  const last = new Map<string, Incident>();
  for (const incident of incidents) last.set(`${incident.id} ${incident.status}`, incident);
  return [...last.values()];
}
