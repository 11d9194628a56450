// The same made-up calls as gateways log them: Kong's JSON records and the combined text format, as bytes.
// Same seed, same lines. Does not promise the proportions of any real log.

import { type Call, kongLine } from '../../scenarios/kong-line.ts';
import { type Random, seeded } from '../../scenarios/random.ts';

export interface GatewayLine {
  kong: Buffer;
  combined: Buffer;
}

const START = Date.UTC(2026, 0, 5);
const STEP_MS = 50;
const COLLECTIONS = ['customers', 'orders', 'products', 'shipments'];
const AGENTS = [
  'python-requests/2.32.3',
  'okhttp/4.12.0',
  'Apache-HttpClient/5.3 (Java/21.0.2)',
  'curl/8.5.0',
];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Endless. */
export function* gatewayLines(o: { credentials: number; seed?: number }): Generator<GatewayLine> {
  const random = seeded(o.seed ?? 7);
  for (let at = START; ; at += STEP_MS) {
    const call = nextCall(at, random.zipf(o.credentials), random);
    yield { kong: Buffer.from(kongLine(call, random)), combined: Buffer.from(combinedLine(call)) };
  }
}

function nextCall(at: number, who: number, random: Random): Call {
  const collection = COLLECTIONS[(who + random.int(0, 1)) % COLLECTIONS.length]!;
  const lists = random.next() < 0.3;
  return {
    at,
    caller: {
      consumer: `partner-${who}`,
      userAgent: AGENTS[who % AGENTS.length]!,
      ip: `203.${who & 127}.${(who >> 7) & 255}.${1 + (who % 200)}`,
    },
    method: random.next() < 0.9 ? 'GET' : 'PATCH',
    path: lists ? `/v1/${collection}` : `/v1/${collection}/${100_000 + who * 150 + random.int(0, 149)}`,
    query: lists ? { limit: '50', offset: String(50 * random.int(0, 40)) } : {},
    status: random.next() < 0.02 ? 404 : 200,
    bytes: 200 + random.int(0, 4000),
  };
}

function combinedLine({ at, caller, method, path, query, status, bytes }: Call): string {
  const search = new URLSearchParams(query).toString();
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
  return `${caller.ip} - ${caller.consumer} [${time}] "${method} ${path}${search && `?${search}`} HTTP/1.1" ${status} ${bytes} "-" "${caller.userAgent}"`;
}
