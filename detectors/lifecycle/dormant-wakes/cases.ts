// Cases of D06.

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
  type Place,
  place,
  range,
  SECOND_SITE,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'lifecycle';
const collection = '/v1/invoices';
const key = caller('key', DATA_CENTRE);
const book = scattered(40, 9000, 4).map(String);

const days = (first: number, last: number, step = 1): ApiEvent[] =>
  range(first, last, step).flatMap((day) =>
    stream(
      key,
      { from: START + day * DAY + 9 * HOUR, every: 20 * MINUTE, seed: day },
      work({ collection, count: 12, pool: book, seed: day }),
    ),
  );
const others = (until: number): ApiEvent[] =>
  range(1, 10).flatMap((n) =>
    range(0, until, 3).flatMap((day) =>
      stream(
        caller(`other-${n}`, place({ ip: `192.0.2.${n}`, asn: 64_600 + n, country: 'DE', client: 'java' })),
        { from: START + day * DAY + n * MINUTE, every: HOUR, seed: n },
        work({ collection, count: 8, pool: scattered(20, 9000, n).map(String), seed: n + day }),
      ),
    ),
  );
const wake = (day: number, at: Place, calls: Iterable<Call>): ApiEvent[] =>
  stream({ ...key, place: at }, { from: START + day * DAY + 3 * HOUR, every: MINUTE }, calls);
const reads = (count: number): Iterable<Call> => work({ collection, count, pool: book, seed: 77 });
const from = START + 130 * DAY;

export const cases: DetectorCase[] = [
  {
    name: 'a key of last winter is used from abroad',
    kind: 'fires',
    events: () => together(others(140), days(0, 30), wake(130, HOSTING_ABROAD, reads(20))),
    expect: { pages: true, family, within: { from, requests: 5 } },
  },
  {
    name: 'another site of the company, for what it never did',
    kind: 'fires',
    events: () =>
      together(
        others(170),
        days(0, 60),
        wake(160, SECOND_SITE, [
          { collection: '/v1/exports', method: 'POST' },
          { collection: '/v1/members' },
          { collection: '/v1/keys' },
          { collection: '/v1/keys' },
          { collection: '/v1/files' },
        ]),
      ),
    expect: { pages: true, family, within: { from, requests: 5 } },
  },
  {
    name: 'a key with a handful of calls, forgotten, and used from abroad',
    kind: 'cold start',
    events: () => together(others(140), days(0, 0), wake(130, HOSTING_ABROAD, reads(3))),
    expect: { pages: false, family },
  },
  {
    name: 'a job that runs every quarter, where it always runs',
    kind: 'quiet',
    events: () =>
      together(others(400), days(0, 3), days(91, 92), days(182, 183), days(273, 274), days(365, 366)),
    expect: { pages: false, family },
  },
  {
    name: 'three weeks of holiday, then from another site',
    kind: 'quiet',
    events: () => together(others(60), days(0, 30), wake(52, SECOND_SITE, reads(20))),
    expect: { pages: false, family },
  },
  {
    name: 'silent for months, then as before',
    kind: 'quiet',
    events: () => together(others(140), days(0, 30), wake(130, DATA_CENTRE, reads(40))),
    expect: { pages: false, family },
  },
  {
    name: 'silent for months, then at home for something new',
    kind: 'quiet',
    events: () =>
      together(
        others(170),
        days(0, 60),
        wake(160, DATA_CENTRE, [
          { collection: '/v1/exports', method: 'POST' },
          { collection: '/v1/members' },
          { collection: '/v1/keys' },
          { collection: '/v1/keys' },
          { collection: '/v1/files' },
        ]),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'two requests, one fewer than the floor',
    kind: 'boundary',
    events: () => together(others(140), days(0, 30), wake(130, HOSTING_ABROAD, reads(2))),
    expect: { pages: false, family },
  },
];
