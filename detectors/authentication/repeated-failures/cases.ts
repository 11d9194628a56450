// Cases of D19.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  call,
  caller,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  OFFICE,
  type Place,
  place,
  range,
  SECOND,
  START,
  seeded,
  together,
} from '../../cases.ts';

const family = 'authentication';
const attack = START + 4 * DAY + 10 * HOUR;

/** A person with a password; who signs in with another one is refused. */
const person = (name: string, where: Place, secret = `${name}'s own`): Caller =>
  caller(`user:${name}`, where, { kind: 'basic', secret });
const signIn = (at: number, who: Caller, ok: boolean): ApiEvent =>
  call(at, who, {
    method: 'POST',
    collection: '/v1/login',
    status: ok ? 200 : 401,
    bytes: ok ? 900 : 90,
    credential: { subject: who.lineage.slice('user:'.length) },
  });
const desk = (n: number): Place =>
  place({
    ip: `198.51.${100 + (n >> 8)}.${n & 255}`,
    asn: 64700 + (n & 63),
    country: 'DE',
    client: 'chrome',
  });

/** Two hundred people who sign in twice a day and mistype now and then. */
function usual(
  o: { days?: number; where?: (n: number) => Place; fails?: (at: number) => boolean } = {},
): ApiEvent[] {
  const { days = 4, where = desk, fails = () => false } = o;
  const random = seeded(7);
  return range(0, days - 1)
    .flatMap((day) =>
      range(0, 399).flatMap((i) => {
        const name = `person${i % 200}`;
        const at = START + day * DAY + 7 * HOUR + random.next() * 10 * HOUR;
        const typo = random.next() < 0.05;
        return [
          ...(typo
            ? [signIn(at - 20 * SECOND, person(name, where(i % 200), `typo ${day} ${i}`), false)]
            : []),
          signIn(at, person(name, where(i % 200)), !fails(at)),
        ];
      }),
    )
    .sort((a, b) => a.at - b.at);
}
const guesses = (o: {
  name: string;
  count: number;
  every: number;
  where?: Place;
  from?: number;
}): ApiEvent[] =>
  range(0, o.count - 1).map((i) =>
    signIn((o.from ?? attack) + i * o.every, person(o.name, o.where ?? HOSTING_ABROAD, `guess ${i}`), false),
  );
/** API keys that nobody has, one after the other. */
const keys = (count: number, every: number, where = HOSTING_ABROAD): ApiEvent[] =>
  range(0, count - 1).map((i) =>
    call(attack + i * every, caller(`api-key:${i}`, where), {
      collection: '/v1/orders',
      status: 401,
      bytes: 90,
    }),
  );
const quiet = (name: string, events: () => ApiEvent[], more: Partial<DetectorCase> = {}): DetectorCase => ({
  name,
  kind: 'quiet',
  events,
  expect: { pages: false, family },
  ...more,
});
const fires = (name: string, events: () => ApiEvent[], requests: number): DetectorCase => ({
  name,
  kind: 'fires',
  events,
  expect: { pages: true, family, within: { from: attack, requests } },
});

export const cases: DetectorCase[] = [
  fires(
    'passwords guessed on one account from elsewhere',
    () => together(usual(), guesses({ name: 'person3', count: 40, every: SECOND })),
    12,
  ),
  fires(
    'the same, one guess every twenty minutes',
    () => together(usual(), guesses({ name: 'person3', count: 40, every: 20 * MINUTE })),
    14,
  ),
  fires('one source tries keys that nobody has', () => together(usual(), keys(60, 2 * SECOND)), 14),
  fires(
    'one password tried on sixty accounts from one source',
    () =>
      together(
        usual(),
        range(0, 59).map((n) =>
          signIn(attack + n * 5 * SECOND, person(`person${n}`, HOSTING_ABROAD, 'Summer2026'), false),
        ),
      ),
    14,
  ),
  fires(
    'the same through forty sources, each a dozen accounts',
    () =>
      together(
        usual(),
        range(0, 479).map((i) =>
          signIn(
            attack + i * SECOND,
            person(
              `person${(i * 7) % 200}`,
              place({ ip: `203.0.${i % 40}.9`, asn: 64800 + (i % 40), country: 'NL', client: 'curl' }),
              `Summer ${i}`,
            ),
            false,
          ),
        ),
      ),
    480,
  ),
  {
    name: 'an account without a past is guessed at',
    kind: 'cold start',
    events: () => guesses({ name: 'admin', count: 40, every: SECOND, from: START }),
    expect: { pages: true, family, within: { from: START, requests: 14 } },
  },
  quiet('a job retries its old password five thousand times', () =>
    together(
      usual(),
      range(0, 4999).map((i) =>
        signIn(attack + i * SECOND, person('person3', desk(3), i < 10 ? "person3's own" : 'changed'), i < 5),
      ),
    ),
  ),
  quiet('somebody forgot a password and tries eight at the usual place', () =>
    together(
      usual(),
      guesses({ name: 'person3', count: 8, every: 20 * SECOND, where: desk(3) }),
      guesses({ name: 'person3', count: 8, every: 25 * SECOND, where: desk(3) }),
      [signIn(attack + 10 * MINUTE, person('person3', desk(3)), true)],
    ),
  ),
  quiet('the identity provider refuses everybody for two hours, who try again and mistype', () => {
    const from = START + 4 * DAY + 9 * HOUR;
    const down = (at: number): boolean => at >= from && at < from + 2 * HOUR;
    const random = seeded(9);
    return together(
      usual({ days: 5, fails: down }),
      range(0, 1200).map(() => {
        const n = random.int(0, 199);
        const at = from + random.next() * 2 * HOUR;
        const secret = random.next() < 0.3 ? `try ${random.int(1, 6)}` : `person${n}'s own`;
        return signIn(at, person(`person${n}`, desk(n), secret), false);
      }),
    );
  }),
  quiet('two hundred people behind one address mistype', () => usual({ days: 8, where: () => OFFICE })),
  quiet('a probe knocks every minute, also where it must be refused', () => {
    const probe = caller('probe', OFFICE);
    return range(0, 6000).map((i) =>
      call(START + i * MINUTE, probe, { collection: '/v1/orders', status: i % 4 === 1 ? 401 : 200 }),
    );
  }),
  quiet('every key is rotated, and old ones knock for a day', () =>
    range(0, 59).flatMap((n) =>
      range(0, 60).map((i) => {
        const old = i % 2 === 0;
        const at = START + i * HOUR + n * MINUTE;
        return call(at, caller(`key-${n}-${old ? 'old' : 'new'}`, OFFICE), {
          collection: '/v1/orders',
          status: old && i > 30 ? 401 : 200,
        });
      }),
    ),
  ),
  quiet('a client whose tokens have the wrong audience gets a new one each time', () =>
    range(0, 400).map((i) =>
      call(START + i * MINUTE, caller('client:report', OFFICE, { kind: 'jwt', secret: `token ${i}` }), {
        collection: '/v1/orders',
        status: 401,
        credential: { subject: 'report', client: 'report' },
      }),
    ),
  ),
  quiet('a declared test of the own sign-in', () => together(usual(), keys(60, 2 * SECOND)), {
    facts: [
      {
        type: 'job',
        kind: 'test',
        match: { lineage: 'api-key:*' },
        from: attack,
        until: attack + DAY,
        records: 1000,
      },
    ],
  }),
  {
    name: 'one refused attempt fewer than the floor',
    kind: 'boundary',
    events: () => together(usual(), guesses({ name: 'person3', count: 9, every: SECOND })),
    expect: { pages: false, family },
  },
];
