// Cases of D10.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  OFFICE,
  peers,
  place,
  range,
  SECOND,
  START,
  scattered,
  seeded,
  stream,
  together,
  uuids,
  work,
} from '../../cases.ts';

const family = 'enumeration';
const collection = '/v1/customers';
const who = caller('guesser', DATA_CENTRE);
const from = START + HOUR;

function* guesses(ids: Iterable<string | number>, hits: number, miss = 404): Generator<Call> {
  const random = seeded(12);
  for (const id of ids) yield { collection, id: String(id), status: random.next() < hits ? 200 : miss };
}
const others = (): ApiEvent[] =>
  peers({ count: 6, collection, from: START, hours: 3, most: 20_000, seed: 60 });
const usual = (): ApiEvent[] =>
  stream(
    who,
    { from: START, every: MINUTE, jitter: 1, seed: 3 },
    work({ collection, count: 100, pool: scattered(30, 20_000, 3).map(String), seed: 3 }),
  );
const guess =
  (calls: Iterable<Call>, every = 2 * SECOND) =>
  (): ApiEvent[] =>
    together(others(), usual(), stream(who, { from, every, jitter: 0.8 }, calls));

export const cases: DetectorCase[] = [
  {
    name: 'random numbers, a third hit',
    kind: 'fires',
    events: guess(guesses(scattered(400, 90_000, 5), 0.3)),
    expect: { pages: true, family, within: { from, requests: 60, records: 25 } },
  },
  {
    name: 'one guess a minute in a sparse space',
    kind: 'fires',
    events: guess(guesses(scattered(120, 9e9, 6), 0.02), MINUTE),
    expect: { pages: true, family, within: { from, requests: 60, records: 5 } },
  },
  {
    name: 'objects of others, refused',
    kind: 'fires',
    events: guess(guesses(scattered(200, 20_000, 7), 0.1, 403)),
    expect: { pages: true, family, within: { from, requests: 60, records: 10 } },
  },
  {
    name: 'three keys guess the same numbers',
    kind: 'fires',
    events: () =>
      together(
        others(),
        ...range(0, 2).map((n) =>
          stream(
            caller(`guesser-${n}`, DATA_CENTRE),
            { from: from + n * 10 * SECOND, every: 2 * SECOND, seed: n },
            guesses(scattered(200, 90_000, 5), 0.1),
          ),
        ),
      ),
    expect: { pages: true, family, within: { from, requests: 60, records: 10 } },
  },
  {
    name: 'twelve new keys of one partner guess by turns',
    kind: 'fires',
    events: () =>
      together(
        peers({ count: 6, collection, from: START - 3 * DAY, hours: 75, most: 20_000, seed: 61 }),
        ...range(0, 11).map((n) =>
          stream(
            caller(`partner-${n}`, HOSTING_ABROAD, { client: 'partner' }),
            { from: from + n * SECOND, every: 12 * SECOND, jitter: 0.8, seed: n },
            guesses(scattered(60, 90_000, 20 + n), 0.33),
          ),
        ),
      ),
    expect: { pages: true, family, within: { from, requests: 320, records: 110 } },
  },
  {
    name: 'a new key guesses UUIDs',
    kind: 'cold start',
    events: () => stream(who, { from, every: SECOND }, guesses(uuids(80, 4), 0)),
    expect: { pages: true, family, within: { requests: 45 } },
  },
  {
    name: 'a retry storm on one missing object',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        stream(
          who,
          { from, every: 50 },
          range(1, 900).map(() => ({ collection, id: '77', status: 404 })),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'three known keys of one client ask for what a clean-up removed',
    kind: 'quiet',
    events: () =>
      together(
        others(),
        ...range(0, 2).map((n) => {
          const known = caller(`shop-${n}`, DATA_CENTRE, { client: 'shop-sync' });
          const pool = scattered(60, 20_000, 30 + n).map(String);
          return together(
            stream(
              known,
              { from: START, every: 20 * MINUTE, seed: n },
              work({ collection, count: 300, pool, seed: n }),
            ),
            stream(
              known,
              { from: START + 5 * DAY, every: 10 * SECOND, seed: n },
              guesses(scattered(12, 90_000, 40 + n), 0),
            ),
          );
        }),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'thirty callers follow the same dead links',
    kind: 'quiet',
    events: () => {
      const dead = scattered(60, 90_000, 8);
      return together(
        ...range(1, 30).map((n) =>
          stream(
            caller(`follower-${n}`, place({ ip: `198.51.100.${n}`, asn: 64700 + n, country: 'DE' })),
            { from: from + n * 10 * SECOND, every: 5 * SECOND, seed: n },
            [
              ...work({ collection, count: 40, pool: scattered(20, 20_000, n).map(String), seed: n }),
              ...guesses(n === 1 ? dead.slice(0, 15) : dead, 0),
            ],
          ),
        ),
      );
    },
    expect: { pages: false, family },
  },
  {
    name: 'a crawler without a credential follows old links',
    kind: 'quiet',
    events: () =>
      stream(
        caller('crawler', OFFICE, { kind: 'client', weak: true, secret: null }),
        { from, every: MINUTE },
        guesses(uuids(400, 9), 0.7),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one miss fewer than the floor',
    kind: 'boundary',
    events: guess(guesses(scattered(19, 90_000, 10), 0)),
    expect: { pages: false, family },
  },
];
