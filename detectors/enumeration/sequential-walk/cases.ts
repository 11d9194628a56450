// Cases of D09.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  call,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  OFFICE,
  peers,
  place,
  range,
  read,
  SECOND,
  START,
  scattered,
  seeded,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'enumeration';
const collection = '/v1/customers';
const who = caller('walker', DATA_CENTRE);
const from = START + HOUR;

const others = (): ApiEvent[] =>
  peers({ count: 6, collection, from: START, hours: 3, most: 20_000, seed: 40 });
const usual = (): ApiEvent[] =>
  stream(
    who,
    { from: START, every: MINUTE, jitter: 1, seed: 3 },
    work({ collection, count: 120, pool: scattered(30, 20_000, 3).map(String), seed: 3 }),
  );
const walk =
  (calls: Iterable<Call>, every = 2 * SECOND) =>
  (): ApiEvent[] =>
    together(others(), usual(), stream(who, { from, every, jitter: 0.8 }, calls));
const workers = (count: number, each: number, apart: number): number[] =>
  range(0, each - 1).flatMap((i) => range(0, count - 1).map((w) => 5000 + w * apart + i));
const fires = (name: string, events: () => ApiEvent[], requests: number, records: number): DetectorCase => ({
  name,
  kind: 'fires',
  events,
  expect: { pages: true, family, within: { from, requests, records } },
});

export const cases: DetectorCase[] = [
  fires('ids one after another', walk(read(collection, range(5000, 5400))), 80, 60),
  fires('backwards', walk(read(collection, range(5400, 5000, -1))), 80, 60),
  fires('in strides of a thousand', walk(read(collection, range(1000, 400_000, 1000))), 90, 70),
  fires(
    'numbers with a prefix',
    walk(
      read(
        collection,
        range(5000, 5400).map((n) => `cust_${String(n).padStart(7, '0')}`),
      ),
    ),
    80,
    60,
  ),
  fires('one request a minute', walk(read(collection, range(5000, 5150)), MINUTE), 140, 70),
  fires('eight workers with a range each', walk(read(collection, workers(8, 60, 1000)), 250), 180, 180),
  fires(
    'mixed with as many other objects it never read',
    walk(
      read(
        collection,
        scattered(300, 900_000, 7).flatMap((other, i) => [5000 + i, other]),
      ),
    ),
    180,
    150,
  ),
  fires(
    'by a client whose calls overtake each other',
    walk(
      read(
        collection,
        range(5000, 5400, 4).flatMap((n) => [n + 1, n + 3, n, n + 2]),
      ),
    ),
    80,
    60,
  ),
  fires('a new id every 20 ms', walk(read(collection, range(5000, 5600)), 20), 200, 200),
  {
    name: 'a walk by a key never seen before, nobody else there',
    kind: 'cold start',
    events: () => stream(who, { from, every: SECOND }, read(collection, range(1, 300))),
    expect: { pages: true, family, within: { records: 150 } },
  },
  {
    name: 'people page to the next record',
    kind: 'quiet',
    events: () => {
      const random = seeded(8);
      const calls = range(1, 30).flatMap(() => {
        const first = random.int(100, 19_000);
        return [...read(collection, range(first, first + random.int(0, 9)))];
      });
      return together(
        others(),
        stream(caller('reader', OFFICE, { kind: 'session' }), { from, every: 20 * SECOND }, calls),
      );
    },
    expect: { pages: false, family },
  },
  {
    name: 'photo albums of fifty a screen',
    kind: 'quiet',
    events: () => {
      const random = seeded(9);
      const viewer = caller('viewer', OFFICE, { kind: 'session' });
      return range(1, 20).flatMap((screen) => {
        const first = random.int(1, 900_000);
        return stream(
          viewer,
          { from: from + screen * MINUTE, every: 30, seed: screen },
          read('/v1/photos', range(first, first + 49)),
        );
      });
    },
    expect: { pages: false, family },
  },
  {
    name: 'a consumer reads orders as they are created and their buyers look at them',
    kind: 'quiet',
    events: () => {
      const random = seeded(10);
      const buyers = range(1, 20).map((n) =>
        caller(`buyer-${n}`, place({ ip: `198.51.100.${n}`, asn: 64700, country: 'DE', client: 'chrome' }), {
          kind: 'session',
        }),
      );
      return together(
        range(0, 400).flatMap((n) => [
          call(from + n * 2 * MINUTE, buyers[random.int(0, 19)]!, {
            collection: '/v1/orders',
            id: String(90_000 + n),
          }),
          call(from + n * 2 * MINUTE + 20 * SECOND, caller('consumer', DATA_CENTRE), {
            collection: '/v1/orders',
            id: String(90_000 + n),
          }),
        ]),
      );
    },
    expect: { pages: false, family },
  },
  {
    name: 'a nightly job reads the same range it has always read',
    kind: 'quiet',
    events: () =>
      range(0, 4).flatMap((night) =>
        stream(
          who,
          { from: START + night * DAY, every: 5 * SECOND, seed: night },
          read(collection, range(1, 45)),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one object fewer than the floor',
    kind: 'boundary',
    events: walk(read(collection, range(5000, 5048))),
    expect: { pages: false, family },
  },
];
