// Cases of D11.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  OFFICE,
  place,
  range,
  read,
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'enumeration';
const collection = '/v1/accounts';
const PEOPLE = 40;
const from = START + 4 * DAY;

const person = (n: number): Caller =>
  caller(`person-${n}`, place({ ip: `192.0.2.${n}`, asn: 64_600 + n, country: 'DE', client: 'okhttp' }), {
    kind: 'jwt',
    client: 'app',
  });
const own = (n: number): string[] => range(0, 7).map((i) => `acc-${n}-${i}`);
/** Everybody reads the own accounts, day after day. */
const everybody = (pool: (n: number) => readonly string[] = own): ApiEvent[] =>
  range(1, PEOPLE).flatMap((n) =>
    range(0, 3).flatMap((day) =>
      stream(
        person(n),
        { from: START + day * DAY + n * MINUTE, every: 10 * MINUTE, seed: n + day },
        work({ collection, count: 40, pool: pool(n), seed: n + day }),
      ),
    ),
  );
/** One account of each of `count` people. */
const others = (count: number, first = 2): string[] =>
  range(0, count - 1).map((i) => `acc-${first + (i % (PEOPLE - first))}-${i % 3}`);
const reads = (who: Caller, ids: readonly string[], every = 20 * SECOND): ApiEvent[] =>
  stream(who, { from, every, seed: 5 }, read(collection, ids));

export const cases: DetectorCase[] = [
  {
    name: "a person reads other people's accounts",
    kind: 'fires',
    events: () => together(everybody(), reads(person(1), others(30))),
    expect: { pages: true, family, within: { from, requests: 12, records: 12 } },
  },
  {
    name: 'one an hour, between reads of its own',
    kind: 'fires',
    events: () =>
      together(
        everybody(),
        reads(person(1), others(30), HOUR),
        stream(
          person(1),
          { from, every: HOUR, seed: 8 },
          work({ collection, count: 30, pool: own(1), seed: 8 }),
        ),
      ),
    expect: { pages: true, family, within: { from, requests: 30, records: 20 } },
  },
  {
    name: 'three of a collection tagged as personal',
    kind: 'fires',
    facts: [{ type: 'sensitivity', tenant: 'default', route: `${collection}/{id}`, tags: ['personal'] }],
    events: () => together(everybody(), reads(person(1), others(6))),
    expect: { pages: true, family, within: { from, requests: 5, records: 5 } },
  },
  {
    name: 'an account of this week reads what belongs to others',
    kind: 'cold start',
    events: () =>
      together(
        everybody(),
        ...range(0, 3).map((day) =>
          stream(
            person(90),
            { from: START + day * DAY + 22 * HOUR, every: MINUTE, seed: day },
            work({ collection, count: 25, pool: own(90), seed: day }),
          ),
        ),
        reads(person(90), others(30)),
      ),
    expect: { pages: true, family, within: { from, requests: 14, records: 14 } },
  },
  {
    name: 'accounts that are shared by everybody',
    kind: 'quiet',
    events: () =>
      together(
        everybody((n) => range(0, 7).map((i) => `acc-${(n + i) % 12}-${i}`)),
        reads(person(1), others(30)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a support desk, which reads what is not its own every day',
    kind: 'quiet',
    events: () =>
      together(
        everybody(),
        ...range(0, 4).map((day) =>
          stream(
            caller('support', OFFICE, { kind: 'session', client: 'desk' }),
            { from: START + day * DAY + 9 * HOUR, every: 5 * MINUTE, seed: day },
            read(
              collection,
              scattered(30, PEOPLE, 60 + day).map((n) => `acc-${n}-${day % 3}`),
            ),
          ),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'all accounts of one person are handed over to another',
    kind: 'quiet',
    events: () => together(everybody(), reads(person(1), [...own(2), ...own(3)])),
    expect: { pages: false, family },
  },
  {
    name: 'one object fewer than the floor',
    kind: 'boundary',
    events: () => together(everybody(), reads(person(1), others(9))),
    expect: { pages: false, family },
  },
];
