// Cases of D25.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  type Caller,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  OFFICE,
  range,
  SECOND,
  START,
  stream,
  together,
} from '../../cases.ts';

const family = 'exposure';
const collection = '/v1/orders';
const who = caller('partner', DATA_CENTRE);
const other = caller('colleague', OFFICE);
const attack = START + 3 * DAY;

const list = (o: { pages: number; query?: string; items?: number; each?: number }): Call[] =>
  range(1, o.pages).map((value) => ({
    collection,
    query: `${o.query ?? ''}page=${value}&limit=25`,
    page: { kind: 'page', value, limit: 25 },
    items: o.items ?? 25,
    bytes: 300 + (o.items ?? 25) * (o.each ?? 400),
  }));
/** Both page through orders as they always do. */
const usual = (each = 400, from = START, days = 3): ApiEvent[] =>
  together(
    ...[who, other].map((by: Caller) =>
      range(0, days - 1).flatMap((day) =>
        range(0, 19).flatMap((n) =>
          stream(
            by,
            { from: from + day * DAY + n * 20 * MINUTE, every: 20 * SECOND },
            list({ pages: 4, each }),
          ),
        ),
      ),
    ),
  );
const wide = (pages: number, by = who, from = attack): ApiEvent[] =>
  stream(
    by,
    { from, every: 5 * SECOND },
    list({ pages, query: 'fields=*&expand=customer&', each: 400 * 12 }),
  );

export const cases: DetectorCase[] = [
  {
    name: 'every field and relation of every order',
    kind: 'fires',
    events: () => together(usual(), wide(60)),
    expect: { pages: true, family, within: { from: attack, requests: 25 } },
  },
  {
    name: 'the same between usual calls, one a minute',
    kind: 'fires',
    events: () =>
      together(
        usual(),
        usual(400, attack, 1),
        range(1, 40).flatMap((n) => wide(1, who, attack + n * MINUTE)),
      ),
    expect: { pages: true, family, within: { from: attack, requests: 90 } },
  },
  {
    name: 'four credentials of one client, a few answers each',
    kind: 'fires',
    events: () => {
      const four = range(1, 4).map((n) => caller(`branch-${n}`, DATA_CENTRE, { client: 'branches' }));
      return together(
        usual(),
        ...four.map((by) =>
          range(0, 9).flatMap((n) =>
            stream(by, { from: START + n * HOUR, every: 20 * SECOND }, list({ pages: 3 })),
          ),
        ),
        ...four.map((by, n) => wide(9, by, attack + n * SECOND)),
      );
    },
    expect: { pages: true, family, within: { from: attack, requests: 30, records: 0 } },
  },
  {
    name: 'a credential of today that asks for everything',
    kind: 'cold start',
    events: () =>
      together(
        usual(),
        stream(caller('newcomer', OFFICE), { from: attack - HOUR, every: 20 * SECOND }, list({ pages: 20 })),
        wide(60, caller('newcomer', OFFICE)),
      ),
    expect: { pages: true, family, within: { from: attack, requests: 25 } },
  },
  {
    name: 'answers grow for everybody after a release',
    kind: 'quiet',
    events: () => together(usual(), usual(400 * 12, attack, 2)),
    expect: { pages: false, family },
  },
  {
    name: 'an unfamiliar query with answers of the usual size',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        stream(who, { from: attack, every: 5 * SECOND }, list({ pages: 60, query: 'sort=date&' })),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one oversized answer fewer than the floor',
    kind: 'boundary',
    events: () => together(usual(), wide(19), usual(400, attack + HOUR, 1)),
    expect: { pages: false, family },
  },
];
