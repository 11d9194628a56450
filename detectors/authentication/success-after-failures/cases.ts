// Cases of D21.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  type Caller,
  call,
  caller,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  type Place,
  place,
  range,
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'authentication';
const attack = START + 5 * DAY + 10 * HOUR;
const entered = attack + MINUTE;

const home = (n: number): Place =>
  place({ ip: `198.51.100.${n}`, asn: 64700 + n, country: 'DE', client: 'chrome' });
const person = (n: number, where = home(n), secret = `own ${n}`): Caller =>
  caller(`user:person${n}`, where, { kind: 'basic', secret });
const as = (who: Caller, c: Call): Call => ({
  ...c,
  credential: { subject: who.lineage.slice('user:'.length) },
});
const signIn = (at: number, who: Caller, ok: boolean): ApiEvent =>
  call(at, who, as(who, { method: 'POST', collection: '/v1/login', status: ok ? 200 : 401, bytes: 400 }));
const book = scattered(20, 9000, 3).map(String);

/** Twenty people at work on their own customers, each from home. */
const usual = (people = 20): ApiEvent[] =>
  range(0, people - 1).flatMap((n) =>
    range(0, 4).flatMap((day) => {
      const from = START + day * DAY + 8 * HOUR + n * MINUTE;
      const who = person(n);
      return [
        signIn(from - SECOND, who, true),
        ...stream(
          who,
          { from, every: 4 * MINUTE, seed: day },
          [...work({ collection: '/v1/customers', count: 50, pool: book, seed: day + n })].map((c) =>
            as(who, c),
          ),
        ),
      ];
    }),
  );
const guesses = (n: number, count: number, where = HOSTING_ABROAD): ApiEvent[] =>
  range(0, count - 1).map((i) => signIn(attack + i * 3 * SECOND, person(n, where, `guess ${i}`), false));
const after = (who: Caller, calls: Iterable<Call>, from = entered + 5 * SECOND): ApiEvent[] =>
  stream(
    who,
    { from, every: 2 * SECOND },
    [...calls].map((c) => as(who, c)),
  );
const customers = (count: number): Call[] =>
  scattered(count, 90_000, 8).map((id) => ({ collection: '/v1/customers', id: String(id) }));
const thief = person(3, HOSTING_ABROAD);
const fires = (name: string, events: () => ApiEvent[], within: { requests: number; records?: number }) => ({
  name,
  kind: 'fires' as const,
  events,
  expect: { pages: true, family, within: { from: attack, ...within } } as const,
});
const quiet = (name: string, events: () => ApiEvent[]): DetectorCase => ({
  name,
  kind: 'quiet',
  events,
  expect: { pages: false, family },
});

export const cases: DetectorCase[] = [
  fires(
    'guessed from abroad, let in, and a list of users taken',
    () =>
      together(
        usual(),
        guesses(3, 15),
        [signIn(entered, thief, true)],
        after(thief, [{ collection: '/v1/admin/users' }]),
      ),
    { requests: 17 },
  ),
  fires(
    'guessed from abroad, let in, and customers read one after the other',
    () => together(usual(), guesses(3, 15), [signIn(entered, thief, true)], after(thief, customers(200))),
    { requests: 70, records: 52 },
  ),
  fires(
    'keys tried from one source, one of them opens and exports',
    () => {
      const owner = caller('api-key:good', home(60));
      return together(
        usual(),
        range(0, 4).flatMap((day) =>
          stream(
            owner,
            { from: START + day * DAY + 8 * HOUR, every: 4 * MINUTE, seed: day },
            work({ collection: '/v1/customers', count: 60, pool: book, seed: day }),
          ),
        ),
        range(0, 19).map((i) =>
          call(attack + i * 2 * SECOND, caller(`api-key:${i}`, HOSTING_ABROAD), {
            collection: '/v1/customers',
            status: 401,
          }),
        ),
        stream({ ...owner, place: HOSTING_ABROAD }, { from: entered, every: SECOND }, [
          { collection: '/v1/customers' },
          { collection: '/v1/exports', method: 'POST', items: 500 },
        ]),
      );
    },
    { requests: 4 },
  ),
  {
    name: 'an account without a past is guessed and used',
    kind: 'cold start',
    events: () =>
      together(
        usual(),
        guesses(80, 15),
        [signIn(entered, person(80, HOSTING_ABROAD), true)],
        after(person(80, HOSTING_ABROAD), [{ collection: '/v1/admin/users' }]),
      ),
    expect: { pages: false, family },
  },
  quiet('its owner forgot the password at home, and then exports for the first time', () =>
    together(
      usual(),
      guesses(3, 12, home(3)),
      [signIn(entered, person(3), true)],
      after(person(3), [{ collection: '/v1/exports', method: 'POST', items: 500 }]),
    ),
  ),
  quiet('guessed from abroad in vain, while its owner works at home', () =>
    together(
      usual(),
      guesses(3, 15),
      [signIn(entered, person(3), true)],
      after(person(3), [{ collection: '/v1/admin/users' }, ...customers(100)]),
    ),
  ),
  quiet('somebody on a journey mistypes twice, and goes on as always', () =>
    together(
      usual(),
      guesses(3, 2, place({ ip: '203.0.113.9', asn: 64990, country: 'FR', client: 'chrome' })),
      [
        signIn(
          entered,
          person(3, place({ ip: '203.0.113.9', asn: 64990, country: 'FR', client: 'chrome' })),
          true,
        ),
      ],
      after(person(3, place({ ip: '203.0.113.9', asn: 64990, country: 'FR', client: 'chrome' })), [
        { collection: '/v1/admin/users' },
        ...customers(100),
      ]),
    ),
  ),
  quiet('let in after guesses, and nothing follows', () =>
    together(usual(), guesses(3, 15), [signIn(entered, thief, true)]),
  ),
  quiet('a job that knocks with an old password starts to work from its new home', () => {
    const where = place({ ip: '203.0.113.20', asn: 64991, country: 'DE', client: 'java' });
    const stale = person(3, where, 'old');
    return together(
      usual(),
      range(0, 400).map((i) => signIn(attack + i * 100, stale, false)),
      [signIn(entered, person(3, where), true)],
      after(person(3, where), customers(100)),
    );
  }),
  {
    name: 'let in after guesses, one record fewer than the floor',
    kind: 'boundary',
    events: () =>
      together(usual(), guesses(3, 15), [signIn(entered, thief, true)], after(thief, customers(49))),
    expect: { pages: false, family },
  },
];
