// What a detector's cases are made of: places, callers, and streams of calls by one caller at a stated pace.
// Always holds: the same case gives the same events on every machine; time is event time. Cases hold events only, never
// features, so that they run through the real baseline. Not part of the product: only tests import cases.

import type { ApiEvent, CredentialKind } from '../schemas/event.ts';
import type { FactInput } from '../schemas/fact.ts';
import type { Family } from '../schemas/finding.ts';
import { hash128 } from './hash.ts';

export interface DetectorCase {
  name: string;
  kind: 'fires' | 'quiet' | 'cold start' | 'boundary';
  events: () => ApiEvent[];
  /** What people have told Keytrail before. */
  facts?: FactInput[];
  expect: {
    pages: boolean;
    /** Of a detector that never pages: it must be found all the same. */
    supports?: true;
    family: Family;
    /** Of the first page: at most so many requests of the paged credential since `from`, and records exposed. */
    within?: { from?: number; requests?: number; records?: number };
  };
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Monday 2 March 2026, 00:00 UTC. */
export const START = Date.UTC(2026, 2, 2);

export interface Random {
  next(): number;
  int(low: number, high: number): number;
  /** Index below `n`, small ones common. */
  popular(n: number): number;
}

/** mulberry32. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    popular: (n) => Math.min(n - 1, Math.floor(n ** next() - 1)),
  };
}

export type Place = Pick<ApiEvent['client'], 'ip' | 'prefix' | 'asn' | 'network' | 'country' | 'ua_family'>;

/** A network with a client. Address blocks are those reserved for documentation; `asn` 0 leaves only the prefix. */
export function place(o: { ip: string; asn?: number; country?: string; client?: string }): Place {
  const prefix = o.ip.includes(':')
    ? `${o.ip.split(':').slice(0, 3).join(':')}::/48`
    : `${o.ip.split('.').slice(0, 3).join('.')}.0/24`;
  const asn = o.asn ?? 0;
  return {
    ip: o.ip,
    prefix,
    asn,
    network: asn === 0 ? 'unknown' : `Network ${asn}`,
    country: o.country ?? 'ZZ',
    ua_family: o.client ?? 'okhttp',
  };
}

export const DATA_CENTRE = place({ ip: '192.0.2.10', asn: 64500, country: 'DE', client: 'java' });
export const SECOND_SITE = place({ ip: '192.0.2.140', asn: 64501, country: 'DE', client: 'java' });
export const OFFICE = place({ ip: '198.51.100.7', asn: 64502, country: 'DE', client: 'chrome' });
export const MOBILE = place({ ip: '198.51.100.90', asn: 64503, country: 'DE', client: 'chrome' });
export const HOSTING_ABROAD = place({
  ip: '203.0.113.66',
  asn: 64666,
  country: 'NL',
  client: 'python-requests',
});

export interface Caller {
  lineage: string;
  kind: CredentialKind;
  place: Place;
  secret: string | null;
  jti: string | null;
  weak: boolean;
  client: string | null;
}

export function caller(lineage: string, where: Place, more: Partial<Caller> = {}): Caller {
  return {
    lineage,
    kind: 'api-key',
    place: where,
    secret: lineage,
    jti: null,
    weak: false,
    client: null,
    ...more,
  };
}

export interface Call {
  method?: string;
  /** Collection read, such as `/v1/customers`; with an id the route is `…/{id}`. */
  collection: string;
  id?: string;
  query?: string;
  page?: ApiEvent['page'];
  status?: number;
  bytes?: number;
  place?: Place;
  items?: number;
  environment?: string;
  /** What the call's token says differently. */
  credential?: Partial<ApiEvent['credential']>;
}

/** One call. Two equal calls at the same millisecond share an id, which plays no part in verdicts. */
export function call(at: number, who: Caller, c: Call): ApiEvent {
  const path = c.id === undefined ? c.collection : `${c.collection}/${c.id}`;
  const where = c.place ?? who.place;
  return {
    id: hash128(`${who.lineage} ${at} ${path} ${c.query ?? ''}`),
    at: Math.round(at),
    gateway: 'case',
    tenant: 'default',
    environment: c.environment ?? 'production',
    host: 'api.example.com',
    method: c.method ?? 'GET',
    path,
    route: c.id === undefined ? c.collection : `${c.collection}/{id}`,
    objects: c.id === undefined ? [] : [{ collection: c.collection, id: c.id }],
    query: c.query ?? '',
    query_shape: (c.query ?? '').replace(/=[^&]*/g, '=any'),
    page: c.page ?? null,
    status: c.status ?? 200,
    bytes_in: 0,
    bytes_out: c.bytes ?? 1200,
    items: c.items ?? null,
    latency_ms: 20,
    request_id: null,
    client: { ...where, user_agent: where.ua_family, tls: null },
    credential: {
      lineage: who.lineage,
      fingerprint: who.secret === null ? null : hash128(who.secret),
      kind: who.kind,
      weak: who.weak,
      subject: null,
      client: who.client,
      display: who.lineage,
      scopes: [],
      issued_at: null,
      expires_at: null,
      jti: who.jti,
      cnf: null,
      certificate: null,
      ...c.credential,
    },
  };
}

export interface Pace {
  from: number;
  /** Mean time between calls, ms. */
  every: number;
  /** 0: like clockwork; 1: each gap uniform between nothing and twice the mean. */
  jitter?: number;
  seed?: number;
}

/** The calls, in their order, at a pace. */
export function stream(who: Caller, pace: Pace, calls: Iterable<Call>): ApiEvent[] {
  const random = seeded(pace.seed ?? 1);
  const jitter = pace.jitter ?? 0.5;
  const events: ApiEvent[] = [];
  let at = pace.from;
  for (const c of calls) {
    events.push(call(at, who, c));
    at += pace.every * (1 + jitter * (2 * random.next() - 1));
  }
  return events;
}

/** `count` reads that return to a pool of objects, popular ones often, and now and then one outside it. */
export function* work(o: {
  collection: string;
  count: number;
  pool: readonly string[];
  seed: number;
  /** Share of reads outside the pool, drawn from `outside`. */
  explore?: number;
  outside?: (random: Random) => string;
  miss?: number;
  bytes?: number;
}): Generator<Call> {
  const random = seeded(o.seed);
  for (let i = 0; i < o.count; i++) {
    const away = o.outside !== undefined && random.next() < (o.explore ?? 0);
    const id = away ? o.outside!(random) : o.pool[random.popular(o.pool.length)]!;
    const missed = random.next() < (o.miss ?? 0);
    yield { collection: o.collection, id, status: missed ? 404 : 200, bytes: o.bytes ?? 1200 };
  }
}

export function* read(
  collection: string,
  ids: Iterable<string | number>,
  more: Partial<Call> = {},
): Generator<Call> {
  for (const id of ids) yield { collection, id: String(id), ...more };
}

export function* pages(o: {
  collection: string;
  pages: Iterable<number>;
  kind?: 'page' | 'offset' | 'cursor';
  limit?: number;
  filter?: string;
  bytes?: number;
}): Generator<Call> {
  const kind = o.kind ?? 'page';
  const limit = o.limit ?? 50;
  for (const value of o.pages)
    yield {
      collection: o.collection,
      query: `${o.filter ? `${o.filter}&` : ''}${kind}=${value}&limit=${limit}`,
      page: { kind, value, limit },
      bytes: o.bytes ?? 300 * limit,
    };
}

export function range(from: number, to: number, step = 1): number[] {
  const out: number[] = [];
  for (let i = from; step > 0 ? i <= to : i >= to; i += step) out.push(i);
  return out;
}

/** `count` different numbers below `below`, in no order. */
export function scattered(count: number, below: number, seed: number): number[] {
  const random = seeded(seed);
  const out = new Set<number>();
  while (out.size < count) out.add(random.int(1, below));
  return [...out];
}

function uuid(random: Random): string {
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => random.int(0, 15).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

export function uuids(count: number, seed: number): string[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => uuid(random));
}

/** All streams as one, in time order. */
export function together(...streams: readonly ApiEvent[][]): ApiEvent[] {
  return streams.flat().sort((a, b) => a.at - b.at);
}

/** Other credentials at ordinary work on a collection: what peers teach. Ids are spread over 1 to `most`. */
export function peers(o: {
  count: number;
  collection: string;
  from: number;
  hours: number;
  most: number;
  seed: number;
}): ApiEvent[] {
  return Array.from({ length: o.count }, (_, i) => {
    const seed = o.seed + i;
    const pool = scattered(30, o.most, seed).map(String);
    const calls = o.hours * 20;
    const who = caller(
      `peer-${o.seed}-${i}`,
      place({ ip: `192.0.2.${20 + i}`, asn: 64600 + i, country: 'DE' }),
    );
    return stream(
      who,
      { from: o.from + i * MINUTE, every: (o.hours * HOUR) / calls, jitter: 1, seed },
      work({
        collection: o.collection,
        count: calls,
        pool,
        seed,
        explore: 0.1,
        outside: (r) => String(r.int(1, o.most)),
      }),
    );
  }).flat();
}
