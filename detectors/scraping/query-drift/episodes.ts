// Broad queries that were new lately: per caller what it took with them, per kind of query who uses it.
// Always holds: bounded (the one touched longest ago is forgotten); an episode ends after a day of silence; save() and load()
// keep every verdict. Does not promise to tell repeated pages beyond 4,096 queries of an episode.

import type { ApiEvent } from '../../../schemas/event.ts';
import type { Memory } from '../../detector.ts';
import { hash32, mix32 } from '../../hash.ts';
import { ownShape } from '../../own-shape.ts';
import { itemsOf } from './usual-queries.ts';

const DAY = 86_400_000;
const MOST_CALLERS = 4096;
const MOST_SHAPES = 20_000;
const MOST_ATTRIBUTED = 1000;
const MOST_QUERIES = 4096;
const MOST_KINDS = 32;
const VERSION = 1;

/** What broad queries took since the episode began. */
export interface Taken {
  since: number;
  lastAt: number;
  requests: number;
  records: number;
  bytes: number;
  /** Hashes of the queries asked, so that a repeated one takes nothing more. */
  queries: Set<number>;
  /** CUSUM of "an answer larger or deeper than is usual". */
  rows: number;
  reportedAt: number;
  reportedRecords: number;
}

export interface Caller extends Taken {
  /** Evidence of the novelty of its queries. */
  novelty: number;
  /** Kinds of query among them. */
  kinds: Set<number>;
  /** Of these, kinds that only look around. */
  looks: number;
}

export interface User {
  lineage: string;
  display: string;
  records: number;
  requests: number;
  /** An established credential at a place it is known from; or one that is somewhere new. */
  settled: boolean;
  strange: boolean;
}

export interface Kind {
  /** Credentials that took it up without suspicion. */
  users: number;
  /** Null while nothing speaks against it. */
  episode: (Taken & { callers: Map<string, User>; settled: number; strange: number }) | null;
}

export interface Episodes extends Memory {
  /** What detect() found out about the event at hand, for watch(); means nothing after it. */
  noted: { event: ApiEvent; kind: Kind; more: boolean; looks: boolean; nats: number } | null;
  kind(key: number): Kind;
  /** The caller's episode, begun when there is none. */
  caller(tenant: string, lineage: string, at: number): Caller;
  /** True when the caller's episode goes on and has this kind. */
  watches(o: { tenant: string; lineage: string; at: number; kind: number }): boolean;
}

const nothing = (at: number): Taken => ({
  since: at,
  lastAt: at,
  requests: 0,
  records: 0,
  bytes: 0,
  queries: new Set(),
  rows: 0,
  reportedAt: 0,
  reportedRecords: 0,
});

export function createEpisodes(): Episodes {
  const kinds = new Map<number, Kind>();
  const callers = new Map<number, Caller>();
  return ownShape({
    noted: null,
    get bytes() {
      let total = kinds.size * 60;
      for (const { episode } of kinds.values())
        if (episode) total += 200 + episode.queries.size * 16 + episode.callers.size * 160;
      for (const one of callers.values()) total += 200 + one.queries.size * 16 + one.kinds.size * 16;
      return total;
    },
    kind(key) {
      let one = kinds.get(key);
      if (one === undefined) {
        one = { users: 0, episode: null };
        if (kinds.size >= MOST_SHAPES) kinds.delete(kinds.keys().next().value as number);
        kinds.set(key, one);
      }
      return one;
    },
    caller(tenant, lineage, at) {
      const key = keyOf(tenant, lineage);
      const before = callers.get(key);
      const one =
        before !== undefined && at - before.lastAt <= DAY
          ? before
          : { ...nothing(at), novelty: 0, kinds: new Set<number>(), looks: 0 };
      callers.delete(key);
      callers.set(key, one);
      if (callers.size > MOST_CALLERS) callers.delete(callers.keys().next().value as number);
      return one;
    },
    watches({ tenant, lineage, at, kind }) {
      if (callers.size === 0) return false;
      const one = callers.get(keyOf(tenant, lineage));
      return one !== undefined && at - one.lastAt <= DAY && one.kinds.has(kind);
    },
    save: () => encode(kinds, callers),
    load: (stored) => decode(stored, kinds, callers),
  });
}

/** Of tenant, route and query together, as a number that hardly repeats. */
export function keyOf(tenant: string, name: string, seed = 0): number {
  const a = hash32(name, hash32(tenant) ^ seed);
  return a * 4096 + (mix32(hash32(name, seed ^ 0x9e3779b9)) & 4095);
}

/** Notes a kind's episode, begun anew after a day of silence. */
export function episodeOf(kind: Kind, at: number): NonNullable<Kind['episode']> {
  if (kind.episode === null || at - kind.episode.lastAt > DAY)
    kind.episode = { ...nothing(at), callers: new Map(), settled: 0, strange: 0 };
  return kind.episode;
}

/** Takes the answer in; returns the records that were not there before. */
export function take(taken: Taken, event: ApiEvent, novel: number): number {
  taken.lastAt = event.at;
  taken.requests++;
  taken.bytes += event.bytes_out;
  const query = hash32(event.query, hash32(event.path));
  if (taken.queries.has(query)) return 0;
  if (taken.queries.size < MOST_QUERIES) taken.queries.add(query);
  const records = Math.max(itemsOf(event) ?? 0, novel);
  taken.records += records;
  return records;
}

export function addKind(caller: Caller, key: number): boolean {
  if (caller.kinds.has(key) || caller.kinds.size >= MOST_KINDS) return false;
  caller.kinds.add(key);
  return true;
}

export function addUser(episode: NonNullable<Kind['episode']>, o: Omit<User, 'requests'>): void {
  let user = episode.callers.get(o.lineage);
  if (user === undefined) {
    if (episode.callers.size >= MOST_ATTRIBUTED) return;
    user = { ...o, records: 0, requests: 0 };
    episode.callers.set(o.lineage, user);
    if (o.settled) episode.settled++;
    if (o.strange) episode.strange++;
  }
  user.records += o.records;
  user.requests++;
}

type Stored<T extends Taken> = Omit<T, 'queries' | 'kinds' | 'callers'> & { queries: number[] };
interface Rows {
  version: number;
  kinds: [
    key: number,
    users: number,
    episode: (Stored<Taken> & { settled: number; strange: number; callers: User[] }) | null,
  ][];
  callers: [key: number, caller: Stored<Caller> & { kinds: number[] }][];
}

function encode(kinds: ReadonlyMap<number, Kind>, callers: ReadonlyMap<number, Caller>): Uint8Array {
  const rows: Rows = {
    version: VERSION,
    kinds: [...kinds].map(([key, { users, episode }]) => [
      key,
      users,
      episode && { ...episode, queries: [...episode.queries], callers: [...episode.callers.values()] },
    ]),
    callers: [...callers].map(([key, one]) => [
      key,
      { ...one, queries: [...one.queries], kinds: [...one.kinds] },
    ]),
  };
  return new TextEncoder().encode(JSON.stringify(rows));
}

function decode(stored: Uint8Array, kinds: Map<number, Kind>, callers: Map<number, Caller>): boolean {
  const rows = JSON.parse(new TextDecoder().decode(stored)) as Rows;
  if (rows.version !== VERSION) return false;
  for (const [key, users, episode] of rows.kinds)
    kinds.set(key, {
      users,
      episode: episode && {
        ...episode,
        queries: new Set(episode.queries),
        callers: new Map(episode.callers.map((user) => [user.lineage, user])),
      },
    });
  for (const [key, one] of rows.callers)
    callers.set(key, { ...one, queries: new Set(one.queries), kinds: new Set(one.kinds) });
  return true;
}
