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
const hour = (day: number, at: Place = DATA_CENTRE): ApiEvent[] =>
  stream(
    { ...key, place: at },
    { from: START + day * DAY + 9 * HOUR, every: MINUTE, seed: day },
    work({ collection, count: 40, pool: book, seed: day }),
  );
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
    name: 'tried twice from abroad, and used four days later',
    kind: 'fires',
    events: () =>
      together(
        others(140),
        days(0, 30),
        wake(130, HOSTING_ABROAD, reads(2)),
        wake(134, HOSTING_ABROAD, reads(20)),
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
    name: "an hour's job every quarter that moves to another network",
    kind: 'quiet',
    events: () =>
      together(
        others(500),
        days(0, 30),
        ...[120, 211, 302].map((day) => hour(day)),
        ...[393, 484].map((day) => hour(day, SECOND_SITE)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a call with the clock of another year, then another site',
    kind: 'quiet',
    // Not in time order: that is what a wrong clock does.
    events: () => [
      ...together(others(30), days(0, 30)),
      ...hour(1500).slice(0, 1),
      ...together(days(31, 40), wake(41, SECOND_SITE, reads(20))),
    ],
    expect: { pages: false, family },
  },
  {
    name: 'back after months, through the network of the others',
    kind: 'quiet',
    events: () =>
      together(
        range(1, 20).flatMap((n) =>
          range(0, 140, 2).flatMap((day) =>
            stream(
              caller(`colleague-${n}`, SECOND_SITE),
              { from: START + day * DAY + n * MINUTE, every: HOUR, seed: n },
              work({ collection, count: 6, pool: scattered(20, 9000, n).map(String), seed: n + day }),
            ),
          ),
        ),
        days(0, 30),
        wake(130, SECOND_SITE, reads(30)),
      ),
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
