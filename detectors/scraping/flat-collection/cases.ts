// Cases of D18.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  MINUTE,
  place,
  range,
  read,
  SECOND,
  START,
  scattered,
  seeded,
  stream,
  together,
} from '../../cases.ts';

const family = 'scraping';
const collection = '/v1/products';
const from = START + 3 * DAY;

/** Ids as people ask for them: some of three hundred very often, now and then one of six thousand. */
function* wanted(count: number, seed: number): Generator<string> {
  const random = seeded(seed);
  for (let i = 0; i < count; i++)
    yield random.next() < 0.92 ? `p-${random.popular(300)}` : `p-${random.int(300, 6000)}`;
}
const visitor = (n: number): Caller =>
  caller(`visitor-${n}`, place({ ip: `192.0.2.${n % 250}`, asn: 64_600 + (n % 40), country: 'DE' }));
const everybody = (): ApiEvent[] =>
  range(1, 60).flatMap((n) =>
    stream(
      visitor(n),
      { from: START + n * 20 * MINUTE, every: 3 * MINUTE, seed: n },
      read(collection, wanted(60, n)),
    ),
  );
const flat = (count: number, seed: number): string[] =>
  scattered(count, 5700, seed).map((n) => `p-${300 + n}`);
const scraper = caller('reseller', HOSTING_ABROAD);

export const cases: DetectorCase[] = [
  {
    name: 'a reseller reads the whole catalogue in no order',
    kind: 'fires',
    events: () =>
      together(everybody(), stream(scraper, { from, every: SECOND }, read(collection, flat(900, 5)))),
    expect: { pages: true, family, within: { from, requests: 360, records: 360 } },
  },
  {
    name: 'one product in two minutes, with popular ones in between',
    kind: 'fires',
    events: () =>
      together(
        everybody(),
        stream(scraper, { from, every: 2 * MINUTE }, read(collection, flat(900, 6))),
        stream(scraper, { from, every: 10 * MINUTE }, read(collection, wanted(180, 9))),
      ),
    expect: { pages: true, family, within: { from, requests: 480, records: 450 } },
  },
  {
    name: 'the first days of an interface, where nothing is popular yet',
    kind: 'cold start',
    events: () => stream(scraper, { from, every: SECOND }, read(collection, flat(900, 7))),
    expect: { pages: false, family },
  },
  {
    name: 'a heavy reader of what everybody reads',
    kind: 'quiet',
    events: () =>
      together(everybody(), stream(visitor(77), { from, every: SECOND }, read(collection, wanted(3000, 8)))),
    expect: { pages: false, family },
  },
  {
    name: 'everybody reads its own objects, one of them a lot',
    kind: 'quiet',
    events: () =>
      together(
        ...range(1, 40).map((n) =>
          stream(
            visitor(n),
            { from: START + n * MINUTE, every: MINUTE, seed: n },
            read(
              '/v1/orders',
              range(1, 30).map((i) => `o-${n}-${i}`),
            ),
          ),
        ),
        stream(
          visitor(1),
          { from, every: SECOND },
          read(
            '/v1/orders',
            range(1, 900).map((i) => `o-1-${100 + i}`),
          ),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a search engine that says so',
    kind: 'quiet',
    events: () =>
      together(
        everybody(),
        stream(
          caller('crawler', place({ ip: '203.0.113.5', asn: 64_900, client: 'bot:searchbot' }), {
            kind: 'client',
            weak: true,
            secret: null,
          }),
          { from, every: SECOND },
          read(collection, flat(2000, 10)),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'fewer unpopular objects than the floor',
    kind: 'boundary',
    events: () =>
      together(everybody(), stream(scraper, { from, every: SECOND }, read(collection, flat(299, 11)))),
    expect: { pages: false, family },
  },
];
