// Cases of D26.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  peers,
  place,
  range,
  read,
  SECOND,
  START,
  scattered,
  stream,
  together,
} from '../../cases.ts';

const family = 'anonymous';
const collection = '/v1/accounts';
const attack = START + 8 * DAY + 10 * HOUR;

const nobody = (n: number): Caller =>
  caller(`client:203.0.113.${n}`, place({ ip: `203.0.113.${n}`, client: 'curl' }), {
    kind: 'client',
    weak: true,
    secret: null,
  });
/** Twelve identified callers, day after day; enough to know the tenant. */
const usual = (path = collection): ApiEvent[] =>
  range(0, 8).flatMap((day) =>
    peers({
      count: 12,
      collection: path,
      from: START + day * DAY + 7 * HOUR,
      hours: 8,
      most: 50_000,
      seed: 20,
    }),
  );
const anonymous = (ids: Iterable<number>, path = collection, more = {}): ApiEvent[] =>
  [...ids].flatMap((id, i) =>
    stream(nobody(1 + (i % 5)), { from: attack + i * SECOND, every: SECOND }, read(path, [id], more)),
  );

export const cases: DetectorCase[] = [
  {
    name: 'a route that always needed a credential answers without one',
    kind: 'fires',
    events: () => together(usual(), anonymous(range(1, 40))),
    expect: { pages: true, family, within: { from: attack, records: 60 } },
  },
  {
    name: 'a forgotten route on which ids are counted up',
    kind: 'fires',
    events: () => together(usual(), anonymous(range(1, 200), '/v0/contacts')),
    expect: { pages: true, family, within: { from: attack, records: 120 } },
  },
  {
    name: 'a route declared to be protected, on its first day',
    kind: 'cold start',
    facts: [{ type: 'sensitivity', route: '/v1/accounts*', tags: ['protected'] }],
    events: () => anonymous(range(1, 20)),
    expect: { pages: true, family, within: { from: attack, records: 5 } },
  },
  {
    name: 'a public route that identified callers use as well',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        range(0, 8).flatMap((day) =>
          stream(
            nobody(9),
            { from: START + day * DAY + 8 * HOUR, every: 4 * MINUTE },
            read(collection, scattered(80, 50_000, day)),
          ),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'anonymous callers are refused, or asked to sign in',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        anonymous(range(1, 200), collection, { status: 401 }),
        anonymous(range(1, 200), collection, { status: 302 }),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'two answers, one fewer than the floor',
    kind: 'boundary',
    events: () => together(usual(), anonymous([1, 2])),
    expect: { pages: false, family },
  },
];
