// Cases of D11.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
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
  seeded,
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
const everybody = (pool: (n: number) => readonly string[] = own, first = 0): ApiEvent[] =>
  range(1, PEOPLE).flatMap((n) =>
    range(first, 3).flatMap((day) =>
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

/** Customers of the desk: far more than it ever meets. */
const CUSTOMERS = 3_000_000;
const customers = '/v1/customers';
const AGENTS = 8;
const agent = (n: number): Caller =>
  caller(`agent-${n}`, OFFICE, { kind: 'session', client: 'desk', secret: `desk ${n}` });
/** A customer calls: the record is opened, with the contracts, and looked at again while they speak. */
function* handle(customer: number): Generator<Call> {
  yield { collection: customers, id: String(customer) };
  yield { collection: '/v1/contracts', id: `${customer}-a` };
  if (customer % 4 > 0) yield { collection: customers, id: String(customer) };
  if (customer % 2 > 0) yield { collection: '/v1/contracts', id: `${customer}-a` };
}
/** Days of one agent, twenty customers each; of every fiftieth the line is cut off at once. */
function desk(n: number, o: { first?: number; days: number; cut?: number }): ApiEvent[] {
  const events: ApiEvent[] = [];
  for (let day = o.first ?? 0; day < o.days; day++) {
    const random = seeded(1000 * n + day);
    for (let i = 0; i < 20; i++) {
      const calls = [...handle(random.int(1, CUSTOMERS))];
      const pace = { from: START + day * DAY + 8 * HOUR + i * 25 * MINUTE, every: 40 * SECOND, seed: i + n };
      events.push(...stream(agent(n), pace, random.next() < (o.cut ?? 0.02) ? calls.slice(0, 1) : calls));
    }
  }
  return events;
}
const wholeDesk = (days: number): ApiEvent[] => range(1, AGENTS).flatMap((n) => desk(n, { days }));
const DESK_DAYS = 5;
const copyingFrom = START + (DESK_DAYS - 1) * DAY + 8 * HOUR;
/** Opens records nobody called about, between the work. */
const copies = (n: number, count: number, every: number): ApiEvent[] =>
  stream(
    agent(n),
    { from: copyingFrom + n * 7 * MINUTE, every, seed: n },
    read(customers, scattered(count, CUSTOMERS, 900 + n)),
  );

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
    name: 'on a route that a service reads through every night, and a desk by day',
    kind: 'fires',
    events: () =>
      together(
        everybody(own, -8),
        ...range(-8, 3).flatMap((day) => [
          stream(
            caller('nightly', place({ ip: '192.0.2.250', asn: 64_990, country: 'DE', client: 'java' })),
            { from: START + day * DAY + 2 * HOUR, every: 10 * SECOND, seed: 10 + day },
            read(
              collection,
              range(1, PEOPLE).flatMap((n) => own(n)),
            ),
          ),
          stream(
            caller('support', OFFICE, { kind: 'session', client: 'desk' }),
            { from: START + day * DAY + 9 * HOUR, every: 3 * MINUTE, seed: day },
            read(
              collection,
              range(1, PEOPLE).flatMap((n) => [`acc-${n}-0`, `acc-${n}-1`, `acc-${n}-2`]),
            ),
          ),
        ]),
        reads(person(1), others(30)),
      ),
    expect: { pages: true, family, within: { from, requests: 14, records: 14 } },
  },
  {
    name: 'an agent of the desk copies sixty customers a day beside the work',
    kind: 'fires',
    events: () => together(wholeDesk(DESK_DAYS), copies(1, 60, 9 * MINUTE)),
    expect: { pages: true, family, within: { from: copyingFrom, requests: 110, records: 70 } },
  },
  {
    name: 'the whole desk divides a list, each a dozen beside the work',
    kind: 'fires',
    events: () =>
      together(
        wholeDesk(DESK_DAYS),
        range(1, AGENTS).flatMap((n) => copies(n, 12, 40 * MINUTE)),
      ),
    expect: { pages: true, family, within: { from: copyingFrom, records: 330 } },
  },
  {
    name: 'a new agent, judged by the desk',
    kind: 'cold start',
    events: () =>
      together(
        wholeDesk(DESK_DAYS),
        desk(99, { first: DESK_DAYS - 1, days: DESK_DAYS }),
        copies(99, 90, 5 * MINUTE).map((event) => ({ ...event, at: event.at - 97 * 7 * MINUTE })),
      ),
    expect: { pages: true, family, within: { from: copyingFrom, requests: 170, records: 110 } },
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
    name: 'a desk that works twice as much on one day',
    kind: 'quiet',
    events: () =>
      together(
        wholeDesk(DESK_DAYS),
        range(1, AGENTS).flatMap((n) =>
          desk(n + 100, { first: DESK_DAYS - 1, days: DESK_DAYS }).map((event) => ({
            ...event,
            at: event.at + 12 * MINUTE,
            credential: { ...event.credential, lineage: `agent-${n}` },
          })),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'five of six lines of the desk are lost for two days',
    kind: 'quiet',
    events: () =>
      together(wholeDesk(DESK_DAYS + 2)).filter(
        ({ at }, i) =>
          at < START + (DESK_DAYS - 1) * DAY || at >= START + (DESK_DAYS + 1) * DAY || i % 6 === 5,
      ),
    expect: { pages: false, family },
  },
  {
    name: 'somebody whose work is to look once at each record',
    kind: 'quiet',
    events: () =>
      together(
        wholeDesk(DESK_DAYS),
        desk(1, { first: DESK_DAYS, days: DESK_DAYS + 1 }),
        range(0, DESK_DAYS).flatMap((day) =>
          stream(
            caller('reviewer', OFFICE, { kind: 'session', client: 'review' }),
            { from: START + day * DAY + 9 * HOUR, every: 5 * MINUTE, seed: day },
            read(customers, scattered(day < 4 ? 60 : 90, CUSTOMERS, 70 + day)),
          ),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a partner gets a portfolio, which it reads one by one',
    kind: 'quiet',
    events: () => {
      const from = START + 5 * DAY;
      const partner = caller(
        'partner',
        place({ ip: '192.0.2.200', asn: 64_900, country: 'DE', client: 'java' }),
        { client: 'crm' },
      );
      const pool = scattered(250, CUSTOMERS, 81);
      const random = seeded(7);
      const visits = range(1, 500).flatMap(() => {
        const id = pool[random.int(0, 249)]!;
        return [id, id];
      });
      return together(
        stream(partner, { from: START + HOUR, every: 5 * MINUTE, seed: 3 }, read(customers, visits)),
        stream(partner, { from, every: 4 * MINUTE, seed: 4 }, read(customers, scattered(150, CUSTOMERS, 82))),
      );
    },
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
  {
    name: 'fewer records left alone than the floor',
    kind: 'boundary',
    events: () => together(wholeDesk(DESK_DAYS), copies(1, 14, 30 * MINUTE)),
    expect: { pages: false, family },
  },
];
