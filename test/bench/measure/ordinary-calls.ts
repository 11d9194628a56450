// Ordinary calls for benchmarks: each credential has a home network, a few routes and a book of objects; how often each calls follows
// Zipf. Same arguments, same calls. Does not promise the proportions of any real API; nothing in it is an attack.

import { hash128 } from '../../../detectors/hash.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { call, createRandom, START } from '../../detectors/engine/traffic.ts';

export interface OrdinaryCalls {
  credentials: number;
  /** Event time between two calls; may change between calls. */
  stepMs: number;
  seed?: number;
}

/** Endless. */
export function* ordinaryCalls(o: OrdinaryCalls): Generator<ApiEvent> {
  const random = createRandom(o.seed ?? 11);
  let n = 0;
  for (let at = START; ; at += o.stepMs) {
    const who = Math.min(o.credentials - 1, Math.floor(o.credentials ** random()));
    // By number: of many calls in a millisecond two may be alike.
    yield { ...ordinaryCall(who, Math.floor(at), random), id: hash128(`${o.seed ?? 11} ${n++}`) };
  }
}

/** One call of each credential. */
export function* oneCallEach(o: OrdinaryCalls): Generator<ApiEvent> {
  const random = createRandom((o.seed ?? 11) + 1);
  for (let who = 0; who < o.credentials; who++)
    yield ordinaryCall(who, Math.floor(START + who * o.stepMs), random);
}

function lineageOf(who: number): string {
  return `key:${(who * 2_654_435_761) % 2 ** 32}:${who}`;
}

function ordinaryCall(who: number, at: number, random: () => number): ApiEvent {
  const pick = (n: number): number => Math.floor(random() * n);
  return call({
    at,
    lineage: lineageOf(who),
    client: `app-${who % 200}`,
    prefix: `10.${who & 255}.${(who >> 8) & 255}.0/24`,
    asn: 64_000 + (who % 500),
    route: `/v1/resource${(who + pick(3)) % 24}/{id}`,
    objects: random() < 0.7 ? [`${who}-${pick(150)}`] : [],
    shape: 'limit=int&offset=int',
    status: random() < 0.02 ? 404 : 200,
    bytes: 200 + pick(4000),
  });
}

/** The next `count` calls. */
export function take(calls: Iterator<ApiEvent>, count: number): ApiEvent[] {
  const out: ApiEvent[] = [];
  for (let next = calls.next(); !next.done; next = calls.next()) {
    out.push(next.value);
    if (out.length === count) break;
  }
  return out;
}
