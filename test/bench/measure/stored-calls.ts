// Events as the normaliser makes them of Kong's records, made directly, since millions are wanted: random ids, paths with numbers, lists
// with offsets, names and networks of callers; Zipf over credentials, evenly over time. Same arguments, same events.
// Does not promise the proportions of any real API: bytes on disk are those of this traffic.

import type { ApiEvent } from '../../../schemas/event.ts';
import { type Random, seeded } from '../../scenarios/random.ts';

export interface StoredCalls {
  events: number;
  credentials: number;
  from: number;
  to: number;
}

const COLLECTIONS = ['customers', 'orders', 'products', 'shipments', 'invoices', 'returns'];
const COUNTRIES = ['DE', 'FR', 'US', 'NL', 'GB', 'PL'];
const AGENTS = [
  ['python-requests/2.32.3', 'python-requests'],
  ['okhttp/4.12.0', 'okhttp'],
  ['Apache-HttpClient/5.3 (Java/21.0.2)', 'java'],
  ['curl/8.5.0', 'curl'],
] as const;

export function* storedCalls(o: StoredCalls): Generator<ApiEvent> {
  const random = seeded(3);
  const step = (o.to - o.from) / o.events;
  for (let n = 0; n < o.events; n++)
    yield storedCall(Math.floor(o.from + n * step), random.zipf(o.credentials), random);
}

function storedCall(at: number, who: number, random: Random): ApiEvent {
  const collection = `/v1/${COLLECTIONS[(who + random.int(0, 1)) % COLLECTIONS.length]}`;
  const lists = random.next() < 0.3;
  const offset = 50 * random.int(0, 40);
  const object = String(100_000 + who * 150 + random.int(0, 149));
  const client = uuidOf(who);
  return {
    id: random.hex(32),
    at,
    gateway: 'kong',
    tenant: 'default',
    environment: 'production',
    host: 'api.example.com',
    method: random.next() < 0.9 ? 'GET' : 'PATCH',
    path: lists ? collection : `${collection}/${object}`,
    route: lists ? collection : `${collection}/{id}`,
    objects: lists ? [] : [{ collection, id: object }],
    query: lists ? `limit=50&offset=${offset}` : '',
    query_shape: lists ? 'limit=int&offset=int' : '',
    page: lists ? { kind: 'offset', value: offset, limit: 50 } : null,
    status: random.next() < 0.02 ? 404 : random.next() < 0.005 ? 401 : 200,
    bytes_in: 180 + random.int(0, 60),
    bytes_out: 200 + random.int(0, 4000),
    items: null,
    latency_ms: Math.round(8 + random.wait(30)),
    request_id: random.hex(32),
    client: sourceOf(who),
    credential: {
      lineage: `consumer:${client}`,
      fingerprint: null,
      kind: 'consumer',
      weak: false,
      subject: `partner-${who}`,
      client,
      display: `partner-${who}`,
      scopes: [],
      issued_at: null,
      expires_at: null,
      jti: null,
      cnf: null,
      certificate: null,
    },
  };
}

function sourceOf(who: number): ApiEvent['client'] {
  const network = `203.${who & 127}.${(who >> 7) & 255}`;
  const [user_agent, ua_family] = AGENTS[who % AGENTS.length]!;
  return {
    ip: `${network}.${1 + (who % 200)}`,
    prefix: `${network}.0/24`,
    asn: 64_000 + (who % 500),
    network: `EXAMPLE-NET-${who % 500}`,
    country: COUNTRIES[who % COUNTRIES.length]!,
    user_agent,
    ua_family,
    tls: null,
  };
}

/** A stable made-up UUID. */
function uuidOf(who: number): string {
  const hex = seeded(who + 1).hex(32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
