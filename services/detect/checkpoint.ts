// A checkpoint: what was learned, how far, and everything that follows from it, made durable so that a crash at any moment loses
// nothing and repeats nothing.
// Always holds: first one insert that is visible whole or not at all: changed baselines, and per part of the input a head with the
// position and what must still be stored because of it (its duties); then the duties, by tokens that make a repeat harmless.
// Whoever finds a head after a crash does its duties again and goes on at its position.

import { randomUUID } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { StoredBaseline } from '../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import { encodeEvents, type LearnedRow, type Store } from '../store/store.ts';

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

/** @param version of the heads of parts without positions */
function headOf({ part, to }: Outcome, duties: Duties, version: number): LearnedRow {
  return {
    shard: HEAD,
    tenant: '',
    lineage: part || NO_PART,
    layout: LAYOUT,
    version: part === '' ? version : to,
    part,
    position: to,
    updatedAt: 0,
    bytes: serialize(duties),
  };
}

/** The stored heads of the parts, by part; '' is the part without positions. */
export async function readHeads(
  store: Pick<Store, 'learned'>,
  parts: readonly string[],
): Promise<Map<string, { position: number; version: number; duties: Duties }>> {
  const rows = await store.learned.find(
    HEAD,
    parts.map((part) => ({ tenant: '', lineage: part || NO_PART })),
  );
  return new Map(
    rows
      .filter(({ layout }) => layout === LAYOUT)
      .map(({ part, position, version, bytes }) => [
        part,
        { position, version, duties: deserialize(bytes) as Duties },
      ]),
  );
}

export interface Checkpoint {
  readonly rows: LearnedRow[];
  readonly token: string;
  readonly duties: Duties[];
  readonly positions: { part: string; position: number }[];
}

export function checkpointOf(o: {
  baselines: Iterable<StoredBaseline>;
  outcomes: readonly Outcome[];
  /** Where a credential's events come from, and how far they are judged. */
  placeOf: (row: StoredBaseline) => { part: string; position: number };
  /** Shard of what belongs to no credential, and the version of its rows. */
  shard: string;
  version: number;
}): Checkpoint {
  const rows: LearnedRow[] = [];
  for (const row of o.baselines)
    rows.push(
      isShared(row)
        ? { ...row, shard: o.shard, version: o.version, part: '', position: 0 }
        : { ...row, shard: '', ...o.placeOf(row) },
    );
  const duties = o.outcomes.map(dutiesOf);
  for (const [i, outcome] of o.outcomes.entries()) rows.push(headOf(outcome, duties[i]!, o.version));
  return {
    rows,
    token: `learned/${randomUUID()}`,
    duties,
    positions: o.outcomes.map(({ part, to }) => ({ part, position: to })),
  };
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
export function isShared({ lineage }: { lineage: string }): boolean {
  return lineage.startsWith('\u0001');
}

/** The last state of each incident and status in order: an opening is never swallowed by the update after it. */
function latestStates(incidents: readonly Incident[]): Incident[] {
  const last = new Map<string, Incident>();
  for (const incident of incidents) last.set(`${incident.id} ${incident.status}`, incident);
  return [...last.values()];
}
