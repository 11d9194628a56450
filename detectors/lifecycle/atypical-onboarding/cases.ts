// Cases of D33.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  place,
  range,
  SECOND,
  START,
  scattered,
  seeded,
  stream,
  together,
} from '../../cases.ts';

const family = 'lifecycle';
const partner = (n: number, more: Partial<Caller> = {}): Caller =>
  caller(`partner-${n}`, place({ ip: `192.0.2.${n}`, asn: 64_600 + n, country: 'DE', client: 'java' }), {
    client: 'partner',
    ...more,
  });

/** What partners do: own customers and orders by turns, listings, some writing; in office hours. */
function* business(n: number, count: number): Generator<Call> {
  const random = seeded(n);
  const customers = scattered(25, 90_000, n);
  for (let i = 0; i < count; i++) {
    const u = random.next();
    const id = String(customers[random.popular(25)]);
    if (u < 0.4) yield { collection: '/v1/customers', id };
    else if (u < 0.65) yield { collection: '/v1/orders', id };
    else if (u < 0.8) yield { collection: '/v1/orders' };
    else if (u < 0.9) yield { collection: '/v1/orders', id, method: 'PUT' };
    else yield { collection: '/v1/me' };
  }
}
/** `count` partners begin one after the other, two a day. */
const cohort = (count: number): ApiEvent[] =>
  range(1, count).flatMap((n) =>
    stream(
      partner(n),
      { from: START + Math.floor(n / 2) * DAY + 8 * HOUR + (n % 5) * 20 * MINUTE, every: MINUTE, seed: n },
      business(n, 240),
    ),
  );
function* devices(n: number, count: number): Generator<Call> {
  for (const id of scattered(count, 9_000_000, n + 500)) yield { collection: '/v1/devices', id: String(id) };
}
const FULL = 70;
const from = START + 36 * DAY + 2 * HOUR;
const fake = (n: number, calls: Iterable<Call>): ApiEvent[] =>
  stream(
    partner(200 + n, { place: HOSTING_ABROAD }),
    { from: from + n * HOUR, every: 10 * SECOND, seed: n },
    calls,
  );

export const cases: DetectorCase[] = [
  {
    name: 'a partner of today does nothing but look devices up, at night',
    kind: 'fires',
    events: () => together(cohort(FULL), fake(0, devices(0, 400))),
    expect: { pages: true, family, within: { from, requests: 240, records: 240 } },
  },
  {
    name: 'three of them, one after the other',
    kind: 'fires',
    events: () => together(cohort(FULL), ...range(0, 2).map((n) => fake(n, devices(n, 300)))),
    expect: { pages: true, family, within: { from, requests: 240, records: 240 } },
  },
  {
    name: 'the tenth partner ever, with its own ways',
    kind: 'cold start',
    events: () => together(cohort(9), fake(0, devices(0, 400))),
    expect: { pages: false, family },
  },
  {
    name: 'one more partner, like the others',
    kind: 'quiet',
    events: () =>
      together(
        cohort(FULL),
        stream(partner(99), { from: from + 7 * HOUR, every: MINUTE, seed: 99 }, business(99, 400)),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a partner who only reads the listing, and not many objects',
    kind: 'quiet',
    events: () =>
      together(
        cohort(FULL),
        fake(
          0,
          range(1, 400).map(() => ({ collection: '/v1/orders' })),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a migration that was told of',
    kind: 'quiet',
    facts: [
      {
        type: 'job',
        tenant: 'default',
        kind: 'import',
        match: { lineage: 'partner-200' },
        from: from - HOUR,
        until: from + DAY,
        records: 1000,
      },
    ],
    events: () => together(cohort(FULL), fake(0, devices(0, 400))),
    expect: { pages: false, family },
  },
  {
    name: 'the applications of new users look their address books up',
    kind: 'quiet',
    events: () =>
      together(
        cohort(FULL),
        ...range(0, 4).map((n) =>
          fake(
            n,
            range(1, 400).map(() => ({ collection: '/v1/contacts' })),
          ).map((event, i) => ({
            ...event,
            query: `phone=${i}`,
            objects: [{ collection: '?phone', id: `${n}-${i}` }],
          })),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'fewer objects than the floor',
    kind: 'boundary',
    events: () => together(cohort(FULL), fake(0, devices(0, 95))),
    expect: { pages: false, family },
  },
];
