// Tells a change that many credentials go through at once (a deploy, a failover, a carrier's new addresses) from an attack on
// one: the same detector, resting on the same new value, speaks of many credentials of a tenant within half an hour.
// Always holds: counted per tenant, value and credential; bounded, the value met least recently is forgotten.
// Does not promise to know a change from its first credential: see hold.ts.

import { ownShape } from '../own-shape.ts';
import { DAY } from './open-incident.ts';

const WINDOW = 30 * 60_000;
/** A change stays one for this long; later it is news again. */
const ACCEPTED = 30 * DAY;
const LEAST_CREDENTIALS = 5;
const SHARE = 0.02;
const MOST_VALUES = 10_000;
const MOST_CREDENTIALS = 1000;

export interface Meeting {
  readonly tenant: string;
  readonly detector: string;
  readonly lineage: string;
  readonly display: string;
  /** Of the new value. */
  readonly value: number;
  readonly at: number;
  /** Credentials of the tenant. */
  readonly peers: number;
}

export interface Change {
  /** When the first credential met the value, ms. */
  readonly since: number;
  /** Recognised by this meeting; later ones are of a change already known. */
  readonly fresh: boolean;
  /** Those that met it, in order. */
  readonly credentials: readonly { lineage: string; display: string }[];
}

export interface Fleet {
  /** Notes the meeting; the change it is part of, or null while it is of too few credentials. */
  meet(meeting: Meeting): Change | null;
  /** Grows whenever something changes. */
  readonly changes: number;
  readonly size: number;
  /** All of it as plain data, for load(). */
  save(): StoredFleet;
  load(saved: StoredFleet): void;
}

/** Value met → by whom; the value met least recently comes first. */
export type StoredFleet = ReadonlyMap<string, Value>;

interface Value {
  readonly met: Map<string, { at: number; display: string }>;
  since: number;
  acceptedAt: number;
}

export function createFleet(): Fleet {
  const values = new Map<string, Value>();
  let changes = 0;
  return ownShape({
    meet(o) {
      changes++;
      const key = `${o.tenant}\n${o.detector}\n${o.value}`;
      const value = values.get(key) ?? { met: new Map(), since: o.at, acceptedAt: 0 };
      values.delete(key);
      values.set(key, value);
      if (values.size > MOST_VALUES) values.delete(values.keys().next().value as string);
      const accepted = value.acceptedAt > 0 && o.at - value.acceptedAt < ACCEPTED;
      if (!accepted) forgetOld(value, o.at);
      if (value.met.size < MOST_CREDENTIALS && !value.met.has(o.lineage))
        value.met.set(o.lineage, { at: o.at, display: o.display });
      if (!accepted) {
        if (value.met.size <= Math.max(LEAST_CREDENTIALS, SHARE * o.peers)) return null;
        value.acceptedAt = o.at;
      }
      return {
        since: value.since,
        fresh: !accepted,
        credentials: [...value.met].map(([lineage, { display }]) => ({ lineage, display })),
      };
    },
    get size() {
      return values.size;
    },
    get changes() {
      return changes;
    },
    save: () => new Map([...values].map(([key, value]) => [key, { ...value, met: new Map(value.met) }])),
    load(saved) {
      for (const [key, value] of saved) values.set(key, { ...value, met: new Map(value.met) });
    },
  });
}

function forgetOld(value: Value, at: number): void {
  value.acceptedAt = 0;
  for (const [lineage, met] of value.met) {
    if (at - met.at <= WINDOW) break;
    value.met.delete(lineage);
  }
  value.since = value.met.values().next().value?.at ?? at;
}
