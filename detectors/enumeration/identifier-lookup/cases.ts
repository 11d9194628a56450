// Cases of D12.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  call,
  caller,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  place,
  range,
  SECOND,
  START,
  seeded,
  together,
} from '../../cases.ts';

const family = 'enumeration';
const attack = START + 4 * DAY + 10 * HOUR;

/** A visitor known by network and client only. */
const visitor = (n: number, client = 'chrome'): Caller =>
  caller(
    `client:198.51.${n >> 8}.${n & 255}:${client}`,
    place({ ip: `198.51.${100 + (n >> 8)}.${n & 255}`, client }),
    {
      kind: 'client',
      weak: true,
      secret: null,
    },
  );

const lookup = (at: number, who: Caller, address: string, hit: boolean): ApiEvent => {
  const event = call(at, who, {
    collection: '/v1/lookup',
    query: `email=${address}`,
    status: hit ? 200 : 404,
    bytes: hit ? 320 : 60,
  });
  return { ...event, objects: [{ collection: '?email', id: address }] };
};

/** `count` lookups by `callers`, spread over `hours`; of `known` people, popular ones often. */
function ordinary(o: {
  from: number;
  hours: number;
  count: number;
  callers: number;
  known: number;
  seed: number;
}): ApiEvent[] {
  const random = seeded(o.seed);
  return Array.from({ length: o.count }, () =>
    lookup(
      o.from + random.next() * o.hours * HOUR,
      visitor(random.int(0, o.callers - 1)),
      `p${random.popular(o.known)}@mail.example`,
      random.next() < 0.85,
    ),
  ).sort((a, b) => a.at - b.at);
}
const usual = (): ApiEvent[] =>
  ordinary({ from: START, hours: 120, count: 6000, callers: 300, known: 4000, seed: 3 });
/** A list tried through `proxies`; few of its addresses are known here. */
const list = (o: {
  from: number;
  count: number;
  proxies: number;
  every: number;
  hits: number;
}): ApiEvent[] => {
  const random = seeded(5);
  return range(0, o.count - 1).map((i) =>
    lookup(
      o.from + i * o.every,
      visitor(1000 + (i % o.proxies), 'python-requests'),
      `list${i}@other.example`,
      random.next() < o.hits,
    ),
  );
};

export const cases: DetectorCase[] = [
  {
    name: 'a list tried through four hundred proxies',
    kind: 'fires',
    events: () =>
      together(usual(), list({ from: attack, count: 6000, proxies: 400, every: 200, hits: 0.03 })),
    expect: { pages: true, family, within: { from: attack, requests: 4500 } },
  },
  {
    name: 'the same by one caller, slowly',
    kind: 'fires',
    events: () =>
      together(usual(), list({ from: attack, count: 5000, proxies: 1, every: 4 * SECOND, hits: 0.3 })),
    expect: { pages: true, family, within: { from: attack, requests: 4500 } },
  },
  {
    name: 'a lookup without a past, tried through many',
    kind: 'cold start',
    events: () => list({ from: START, count: 9000, proxies: 500, every: 300, hits: 0.2 }),
    expect: { pages: true, family, within: { from: START, requests: 6500 } },
  },
  {
    name: 'forty people let their address books be looked up',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        ...range(0, 39).map((n) =>
          ordinary({
            from: START + DAY + n * HOUR,
            hours: 0.1,
            count: 300,
            callers: 1,
            known: 30_000,
            seed: 40 + n,
          }).map((event) => ({
            ...event,
            credential: { ...event.credential, lineage: `person-${n}` },
          })),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'five times as many visitors look up whom they know',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        ordinary({ from: attack, hours: 10, count: 2500, callers: 300, known: 4000, seed: 8 }),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a list shorter than the floor',
    kind: 'boundary',
    events: () =>
      together(usual(), list({ from: attack, count: 900, proxies: 100, every: MINUTE / 10, hits: 0.03 })),
    expect: { pages: false, family },
  },
];
