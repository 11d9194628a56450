// Cases of D07.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  call,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  range,
  START,
  stream,
  together,
} from '../../cases.ts';

const family = 'replay';
const who = caller('clerk', DATA_CENTRE);

/** Calls through the given hours of the working days `first` to `last`. */
const days = (first: number, last: number, hours: readonly number[]): ApiEvent[] =>
  range(first, last)
    .filter((day) => day % 7 < 5)
    .flatMap((day) =>
      hours.flatMap((hour) =>
        stream(
          who,
          { from: START + day * DAY + hour * HOUR + MINUTE, every: 10 * MINUTE, seed: day + hour },
          range(1, 4).map(() => ({ collection: '/v1/orders' })),
        ),
      ),
    );
const OFFICE_HOURS = range(8, 16);
const nights = (list: readonly number[]): ApiEvent[] => list.flatMap((day) => days(day, day, [1, 2]));

export const cases: DetectorCase[] = [
  {
    name: 'three nights, after six weeks of office hours',
    kind: 'fires',
    events: () => together(days(0, 46, OFFICE_HOURS), nights([42, 43, 44])),
    expect: { pages: false, supports: true, family },
  },
  {
    name: 'three nights, after a call with the clock of another year',
    kind: 'fires',
    // Not in time order: that is what a wrong clock does.
    events: () => [
      ...days(0, 39, OFFICE_HOURS),
      call(START + 1500 * DAY, who, { collection: '/v1/orders' }),
      ...together(days(40, 46, OFFICE_HOURS), nights([42, 43, 44])),
    ],
    expect: { pages: false, supports: true, family },
  },
  {
    name: 'three nights, after two weeks',
    kind: 'cold start',
    events: () => together(days(0, 18, OFFICE_HOURS), nights([14, 15, 16])),
    expect: { pages: false, family },
  },
  {
    name: 'a job that runs around the clock',
    kind: 'quiet',
    events: () => days(0, 50, range(0, 23)),
    expect: { pages: false, family },
  },
  {
    name: 'the clock changes',
    kind: 'quiet',
    events: () =>
      together(
        days(0, 41, OFFICE_HOURS),
        days(
          42,
          53,
          OFFICE_HOURS.map((hour) => hour - 1),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one night on call in a while',
    kind: 'quiet',
    events: () => together(days(0, 100, OFFICE_HOURS), nights([43, 60, 77])),
    expect: { pages: false, family },
  },
  {
    name: 'one night',
    kind: 'boundary',
    events: () => together(days(0, 46, OFFICE_HOURS), nights([42])),
    expect: { pages: false, family },
  },
];
