// Cases of D08.

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
  range,
  read,
  SECOND,
  START,
  scattered,
  stream,
  together,
  uuids,
  work,
} from '../../cases.ts';

const family = 'enumeration';
const collection = '/v1/customers';
const who = caller('account', DATA_CENTRE);
const book = scattered(120, 20_000, 3).map(String);

/** A credential that returns to its own customers on each of `days` days. */
const history = (days: number): ApiEvent[] =>
  range(0, days - 1).flatMap((day) =>
    stream(
      who,
      { from: START + day * DAY + 8 * HOUR, every: 2 * MINUTE, seed: day },
      work({
        collection,
        count: 200,
        pool: book,
        seed: day,
        explore: 0.03,
        outside: (r) => String(r.int(1, 20_000)),
      }),
    ),
  );
const others = (): ApiEvent[] =>
  peers({ count: 8, collection, from: START, hours: 5, most: 20_000, seed: 80 });
const last = START + 5 * DAY + 9 * HOUR;
const morning = START + 4 * HOUR;
const list = (calls: Iterable<Call>) => (): ApiEvent[] =>
  together(history(5), stream(who, { from: last, every: SECOND }, calls));

export const cases: DetectorCase[] = [
  {
    name: 'a list of ids from elsewhere',
    kind: 'fires',
    events: list(read(collection, uuids(900, 5))),
    expect: { pages: true, family, within: { from: last, requests: 420, records: 420 } },
  },
  {
    name: 'the same in no order, mixed with own customers',
    kind: 'fires',
    events: () =>
      together(
        list(read(collection, scattered(1500, 900_000, 6)))(),
        stream(who, { from: last, every: 5 * SECOND }, work({ collection, count: 200, pool: book, seed: 9 })),
      ),
    expect: { pages: true, family, within: { from: last, requests: 700, records: 600 } },
  },
  {
    name: 'a key of today reads far more than its peers',
    kind: 'cold start',
    events: () =>
      together(
        others(),
        stream(
          caller('newcomer', HOSTING_ABROAD),
          { from: morning, every: SECOND },
          read(collection, uuids(1500, 7)),
        ),
      ),
    expect: { pages: true, family, within: { from: morning, requests: 1100, records: 1100 } },
  },
  {
    name: 'a key of today reads a few hundred',
    kind: 'cold start',
    events: () =>
      together(
        others(),
        stream(
          caller('newcomer', HOSTING_ABROAD),
          { from: morning, every: SECOND },
          read(collection, uuids(500, 7)),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a hand-over of 150 customers',
    kind: 'quiet',
    events: list(read(collection, uuids(150, 8))),
    expect: { pages: false, family },
  },
  {
    name: 'a support desk that opens other customers all day',
    kind: 'quiet',
    events: () =>
      range(0, 5).flatMap((day) =>
        stream(
          caller('support', OFFICE, { kind: 'session' }),
          { from: START + day * DAY + 8 * HOUR, every: MINUTE, seed: day },
          scattered(180, 90_000, 20 + day).flatMap((id) => [...read(collection, [id, id, id])]),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a visitor without a credential, for whom every page is new',
    kind: 'quiet',
    events: () =>
      together(
        others(),
        stream(
          caller('visitor', OFFICE, { kind: 'client', weak: true, secret: null }),
          { from: morning, every: 10 * SECOND },
          read('/articles', uuids(1500, 11)),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'fewer new objects than the floor',
    kind: 'boundary',
    events: list(read(collection, uuids(299, 12))),
    expect: { pages: false, family },
  },
];
