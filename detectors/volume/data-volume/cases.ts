// Cases of D24.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
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
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'volume';
const collection = '/v1/reports';
const who = caller('reporter', DATA_CENTRE);
const pool = scattered(30, 900, 3).map(String);
const days = 6;
const last = START + days * DAY + 10 * HOUR;

const history = (bytes: number): ApiEvent[] =>
  range(0, days - 1).flatMap((day) =>
    stream(
      who,
      { from: START + day * DAY + 8 * HOUR, every: 2 * MINUTE, seed: day },
      work({ collection, count: 240, pool, seed: day + 1, bytes }),
    ),
  );
const burst = (bytes: number, by = who, from = last): ApiEvent[] =>
  stream(by, { from, every: SECOND }, work({ collection, count: 300, pool, seed: 50, bytes }));
const group = (): ApiEvent[] => peers({ count: 15, collection, from: START, hours: 4, most: 900, seed: 90 });
const newcomer = caller('newcomer', HOSTING_ABROAD);

export const cases: DetectorCase[] = [
  {
    name: 'a gigabyte within minutes where 60 kB an hour are usual',
    kind: 'fires',
    events: () => together(history(2000), burst(4_000_000)),
    expect: { pages: true, family, within: { from: last, requests: 20 } },
  },
  {
    name: 'a newcomer takes thousands of times what its peers take',
    kind: 'cold start',
    events: () => together(group(), burst(8_000_000, newcomer, START + 5 * HOUR)),
    expect: { pages: true, family, within: { requests: 80 } },
  },
  {
    name: 'a newcomer takes what a first export takes',
    kind: 'cold start',
    events: () => together(group(), burst(1_000_000, newcomer, START + 5 * HOUR)),
    expect: { pages: false, family },
  },
  {
    name: 'a busy hour of the usual kind',
    kind: 'quiet',
    events: () => together(history(200_000), burst(200_000)),
    expect: { pages: false, family },
  },
  {
    name: 'a large video by somebody who watches videos',
    kind: 'quiet',
    events: () => together(history(3_000_000), burst(2_000_000)),
    expect: { pages: false, family },
  },
  {
    name: 'a visitor known only by network and client',
    kind: 'quiet',
    events: () =>
      together(
        group(),
        burst(
          8_000_000,
          caller('visitor', OFFICE, { kind: 'client', weak: true, secret: null }),
          START + 5 * HOUR,
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'unusual, but less than the floor',
    kind: 'boundary',
    events: () => together(history(200), burst(160_000)),
    expect: { pages: false, family },
  },
];
