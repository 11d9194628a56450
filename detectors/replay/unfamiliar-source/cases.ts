// Cases of D01.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  OFFICE,
  type Place,
  range,
  SECOND,
  SECOND_SITE,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'replay';
const pool = scattered(40, 9000, 1).map(String);
const at = (count: number, seed: number) => work({ collection: '/v1/orders', count, pool, seed });

/** Office hours from one place on each of `days` days. */
const history = (who: Caller, days: number): ApiEvent[] =>
  range(0, days - 1).flatMap((day) =>
    stream(who, { from: START + day * DAY + 8 * HOUR, every: 2 * MINUTE, seed: day }, at(150, day + 1)),
  );
const visit = (who: Caller, where: Place, from: number, count: number): ApiEvent[] =>
  stream({ ...who, place: where }, { from, every: 20 * SECOND, seed: 77 }, at(count, 99));

const key = caller('key', DATA_CENTRE);
const session = caller('session', OFFICE, { kind: 'session' });
const night = START + 14 * DAY + 2 * HOUR;

export const cases: DetectorCase[] = [
  {
    name: 'a key known for two weeks appears abroad with another client',
    kind: 'fires',
    events: () => together(history(key, 14), visit(key, HOSTING_ABROAD, night, 60)),
    expect: { pages: true, family, within: { from: night, requests: 20 } },
  },
  {
    name: 'a session is taken over by another network and client while its owner is silent',
    kind: 'cold start',
    events: () =>
      together(
        stream(session, { from: START, every: 15 * SECOND }, at(60, 3)),
        visit(session, HOSTING_ABROAD, START + HOUR, 60),
      ),
    expect: { pages: true, family, within: { from: START + HOUR, requests: 20 } },
  },
  {
    name: 'a key of this morning appears on another site',
    kind: 'cold start',
    events: () =>
      together(
        stream(key, { from: START, every: 30 * SECOND }, at(120, 3)),
        visit(key, SECOND_SITE, START + 3 * HOUR, 60),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a move to another provider with the same client',
    kind: 'quiet',
    events: () => together(history(key, 14), visit(key, SECOND_SITE, night, 200)),
    expect: { pages: false, family },
  },
  {
    name: 'a new client at the usual place',
    kind: 'quiet',
    events: () => together(history(key, 14), visit(key, { ...DATA_CENTRE, ua_family: 'okhttp' }, night, 200)),
    expect: { pages: false, family },
  },
  {
    name: 'a session moves to a phone network with the same browser',
    kind: 'quiet',
    events: () =>
      together(
        stream(session, { from: START, every: 15 * SECOND }, at(60, 3)),
        visit(session, { ...HOSTING_ABROAD, ua_family: 'chrome' }, START + HOUR, 60),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'an unfamiliar source makes fewer requests than the floor',
    kind: 'boundary',
    events: () => together(history(key, 14), visit(key, HOSTING_ABROAD, night, 19)),
    expect: { pages: false, family },
  },
];
