// Made-up events for engine tests: everything a detector or the baseline looks at can be set, the rest is ordinary.

import { hash128 } from '../../../detectors/hash.ts';
import type { ApiEvent, EventCredential } from '../../../schemas/event.ts';

/** A Monday, 00:00 UTC. */
export const START = Date.UTC(2026, 0, 5);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Call {
  at: number;
  lineage?: string;
  tenant?: string;
  client?: string | null;
  kind?: EventCredential['kind'];
  prefix?: string;
  asn?: number;
  country?: string;
  ua?: string;
  method?: string;
  route?: string;
  objects?: string[];
  shape?: string;
  status?: number;
  bytes?: number;
}

export function call(o: Call): ApiEvent {
  const prefix = o.prefix ?? '203.0.113.0/24';
  const lineage = o.lineage ?? 'key:alpha';
  const route = o.route ?? '/v1/customers/{id}';
  const collection = route.replace(/\/\{.*$/, '');
  return {
    id: hash128(JSON.stringify(o)),
    at: o.at,
    gateway: 'test',
    tenant: o.tenant ?? 'acme',
    environment: 'production',
    host: 'api.example',
    method: o.method ?? 'GET',
    path: route,
    route,
    objects: (o.objects ?? []).map((id) => ({ collection, id })),
    query: '',
    query_shape: o.shape ?? '',
    page: null,
    status: o.status ?? 200,
    bytes_in: 0,
    bytes_out: o.bytes ?? 1000,
    items: null,
    latency_ms: null,
    request_id: null,
    client: {
      ip: prefix.replace(/0\/\d+$/, '7'),
      prefix,
      asn: o.asn ?? 64500,
      network: 'EXAMPLE',
      country: o.country ?? 'DE',
      user_agent: 'made-up/1.0',
      ua_family: o.ua ?? 'python-requests',
      tls: null,
    },
    credential: {
      lineage,
      fingerprint: null,
      kind: o.kind ?? 'api-key',
      weak: false,
      subject: null,
      client: o.client ?? null,
      display: lineage,
      scopes: [],
      issued_at: null,
      expires_at: null,
      jti: null,
      cnf: null,
      certificate: null,
    },
  };
}

/** Small deterministic generator of numbers in [0, 1) (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Mixed traffic of several credentials, tenants and sources, in time order. */
export function traffic(o: {
  events: number;
  seed: number;
  credentials?: number;
  tenants?: number;
  stepMs?: number;
}): ApiEvent[] {
  const random = createRandom(o.seed);
  const pick = (n: number): number => Math.floor(random() * n);
  const out: ApiEvent[] = [];
  let at = START;
  for (let i = 0; i < o.events; i++) {
    at += pick(o.stepMs ?? 4 * MINUTE);
    const who = Math.floor(random() ** 2 * (o.credentials ?? 12));
    out.push(
      call({
        at,
        tenant: `tenant-${pick(o.tenants ?? 2)}`,
        lineage: `key:${who}`,
        client: who % 3 === 0 ? null : `app-${who % 3}`,
        prefix: random() < 0.02 ? `2001:db8:${pick(4000).toString(16)}::/48` : `10.0.${who}.0/24`,
        asn: random() < 0.05 ? pick(5) : 64500 + (who % 4),
        country: random() < 0.03 ? 'FR' : 'DE',
        route: `/v1/things${pick(12)}/{id}`,
        objects: random() < 0.7 ? [String(pick(random() < 0.1 ? 1e6 : 40 * (who + 1)))] : [],
        shape: `limit=int&q${pick(3)}=text`,
        status: random() < 0.05 ? 404 : random() < 0.02 ? 401 : 200,
        bytes: pick(5000),
      }),
    );
  }
  return out;
}
