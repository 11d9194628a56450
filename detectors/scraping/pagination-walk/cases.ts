// Cases of D17.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  OFFICE,
  pages,
  range,
  SECOND,
  START,
  scattered,
  seeded,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'scraping';
const collection = '/v1/products';
const who = caller('scraper', DATA_CENTRE);
const from = START + HOUR;

const usual = (): ApiEvent[] =>
  stream(
    who,
    { from: START, every: MINUTE, jitter: 1, seed: 3 },
    work({ collection, count: 100, pool: scattered(30, 900, 3).map(String), seed: 3 }),
  );
const walk =
  (calls: Iterable<Call>, every = SECOND) =>
  (): ApiEvent[] =>
    together(usual(), stream(who, { from, every, jitter: 0.5 }, calls));
const shuffled = (numbers: number[]): number[] => {
  const random = seeded(5);
  return numbers
    .map((n) => [random.next(), n] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, n]) => n);
};
const fires = (name: string, events: () => ApiEvent[], requests: number): DetectorCase => ({
  name,
  kind: 'fires',
  events,
  expect: { pages: true, family, within: { from, requests } },
});

export const cases: DetectorCase[] = [
  fires('page by page', walk(pages({ collection, pages: range(1, 150) })), 60),
  fires('by offset', walk(pages({ collection, pages: range(0, 7500, 50), kind: 'offset' })), 60),
  fires('by cursor', walk(pages({ collection, pages: scattered(150, 4e9, 6), kind: 'cursor' })), 60),
  fires('one page a minute', walk(pages({ collection, pages: range(1, 90) }), MINUTE), 100),
  fires(
    'workers that share out the pages',
    walk(pages({ collection, pages: shuffled(range(1, 200)) }), 150),
    70,
  ),
  fires(
    'many listings of six pages each',
    walk(
      range(1, 120).flatMap((n) => [
        ...pages({ collection: `/v1/categories/${n}/products`, pages: range(1, 6) }),
      ]),
    ),
    260,
  ),
  {
    name: 'a new key walks a listing',
    kind: 'cold start',
    events: () =>
      stream(who, { from, every: SECOND }, pages({ collection, pages: range(1, 120), limit: 20 })),
    expect: { pages: true, family, within: { requests: 70 } },
  },
  {
    name: 'people look at a few pages of many listings',
    kind: 'quiet',
    events: () => {
      const random = seeded(7);
      return stream(
        caller('person', OFFICE, { kind: 'session' }),
        { from, every: 20 * SECOND },
        range(1, 80).flatMap((n) => [
          ...pages({ collection, pages: range(1, random.int(1, 4)), filter: `q=${n}` }),
        ]),
      );
    },
    expect: { pages: false, family },
  },
  {
    name: 'a feed is polled with a new cursor every minute',
    kind: 'quiet',
    events: () => {
      const random = seeded(8);
      return stream(
        who,
        { from, every: MINUTE },
        [...pages({ collection: '/v1/feed', pages: scattered(900, 4e9, 9), kind: 'cursor' })].map((c) => ({
          ...c,
          bytes: random.next() < 0.05 ? 15_000 : 150,
        })),
      );
    },
    expect: { pages: false, family },
  },
  {
    name: 'a nightly synchronisation of what changed',
    kind: 'quiet',
    events: () =>
      range(0, 3).flatMap((night) =>
        stream(
          who,
          { from: START + night * DAY + 2 * HOUR, every: SECOND, seed: night },
          pages({ collection, pages: range(1, 90), filter: 'updated_since=2026-03-01' }),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one page fewer than the floor',
    kind: 'boundary',
    events: walk(pages({ collection, pages: range(1, 40) })),
    expect: { pages: false, family },
  },
];
