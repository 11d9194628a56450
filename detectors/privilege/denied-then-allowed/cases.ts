// Cases of D23.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  MOBILE,
  OFFICE,
  range,
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'privilege';
const attack = START + 3 * DAY;
const who = caller('user', MOBILE, { kind: 'jwt' });
const book = scattered(20, 9000, 3).map(String);
const usual = (by: Caller = who): ApiEvent[] =>
  range(0, 2).flatMap((day) =>
    stream(
      by,
      { from: START + day * DAY, every: 5 * MINUTE, seed: day },
      work({ collection: '/v1/orders', count: 60, pool: book, seed: day }),
    ),
  );
const tries = (o: {
  by?: Caller;
  routes: number;
  status: number;
  from?: number;
  every?: number;
}): ApiEvent[] =>
  stream(
    o.by ?? who,
    { from: o.from ?? attack, every: o.every ?? 3 * SECOND },
    range(1, o.routes).map((n) => ({ collection: `/v1/admin/function${n}`, status: o.status })),
  );

export const cases: DetectorCase[] = [
  {
    name: 'administration is tried function by function',
    kind: 'fires',
    events: () => together(usual(), tries({ routes: 40, status: 403 })),
    expect: { pages: true, family, within: { from: attack, requests: 8 } },
  },
  {
    name: 'five refuse, then one of them opens',
    kind: 'fires',
    events: () =>
      together(
        usual(),
        tries({ routes: 5, status: 403 }),
        tries({ routes: 1, status: 200, from: attack + MINUTE }),
      ),
    expect: { pages: true, family, within: { from: attack, requests: 6 } },
  },
  {
    name: 'a token of today tries administration',
    kind: 'cold start',
    events: () =>
      together(
        stream(
          who,
          { from: attack - HOUR, every: MINUTE },
          work({ collection: '/v1/orders', count: 20, pool: book, seed: 1 }),
        ),
        tries({ routes: 20, status: 403 }),
      ),
    expect: { pages: true, family, within: { from: attack, requests: 8 } },
  },
  {
    name: 'one function refuses all day',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        range(0, 200).flatMap((n) => tries({ routes: 1, status: 403, from: attack + n * MINUTE })),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a new version asks twelve functions that refuse everybody',
    kind: 'quiet',
    events: () =>
      together(
        ...range(0, 9).map((n) => {
          const by = caller(`user${n}`, OFFICE, { kind: 'jwt' });
          return together(
            usual(by),
            tries({ by, routes: n < 5 ? 6 : 12, status: 403, from: attack + n * MINUTE }),
          );
        }),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one refusal fewer than the floor',
    kind: 'boundary',
    events: () => together(usual(), tries({ routes: 7, status: 403 })),
    expect: { pages: false, family },
  },
];
