// Cases of D03.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DATA_CENTRE,
  type DetectorCase,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  MOBILE,
  OFFICE,
  type Place,
  place,
  range,
  SECOND,
  START,
  stream,
  together,
} from '../../cases.ts';

const family = 'replay';
const collection = '/v1/reports';
const LIFE = HOUR;

/** Tokens of an hour, one after the other, each used a few times. */
const tokens = (
  who: Caller,
  o: { from: number; count: number; calls?: number; life?: number; at?: (n: number, call: number) => Place },
): ApiEvent[] =>
  range(0, o.count - 1).flatMap((n) => {
    const issued = o.from + n * LIFE;
    return stream(
      who,
      { from: issued + MINUTE, every: 8 * MINUTE, seed: n },
      range(0, (o.calls ?? 5) - 1).map((call) => ({
        collection,
        place: o.at?.(n, call) ?? who.place,
        credential: {
          jti: `${who.lineage}-${issued}`,
          issued_at: issued,
          expires_at: issued + (o.life ?? LIFE),
        },
      })),
    );
  });

const service = (n: number): Caller =>
  caller(
    `service-${n}`,
    place({ ip: `192.0.2.${n}`, asn: 64_600 + (n % 4), country: 'DE', client: 'java' }),
    {
      kind: 'jwt',
      client: 'reporting',
    },
  );
const services = (hours: number): ApiEvent[] =>
  range(1, 40).flatMap((n) => tokens(service(n), { from: START + n * SECOND, count: hours }));
const person = (n: number): Caller => caller(`person-${n}`, OFFICE, { kind: 'jwt', client: 'app' });

const from = START + 48 * HOUR + 20 * MINUTE;
const last = START + 48 * HOUR;
/** The present token of a service, copied. */
const copied = (n: number, calls: number, at = HOSTING_ABROAD): ApiEvent[] =>
  stream(
    { ...service(n), place: at },
    { from, every: 20 * SECOND },
    range(1, calls).map(() => ({
      collection,
      credential: {
        jti: `service-${n}-${last + n * SECOND}`,
        issued_at: last + n * SECOND,
        expires_at: last + n * SECOND + LIFE,
      },
    })),
  );

export const cases: DetectorCase[] = [
  {
    name: 'the token of a service appears in a foreign network within the hour',
    kind: 'fires',
    events: () => together(services(50), copied(7, 10)),
    expect: { pages: true, family, within: { from, requests: 5 } },
  },
  {
    name: 'a service of today, whose sisters never move',
    kind: 'cold start',
    events: () =>
      together(
        services(50),
        tokens(service(99), { from: last, count: 1, calls: 5 }),
        stream(
          { ...service(99), place: DATA_CENTRE },
          { from: last + 2 * MINUTE, every: 10 * SECOND },
          range(1, 20).map(() => ({
            collection,
            place: service(99).place,
            credential: { jti: `service-99-${last}`, issued_at: last, expires_at: last + LIFE },
          })),
        ),
        stream(
          { ...service(99), place: HOSTING_ABROAD },
          { from, every: 20 * SECOND },
          range(1, 10).map(() => ({
            collection,
            credential: { jti: `service-99-${last}`, issued_at: last, expires_at: last + LIFE },
          })),
        ),
      ),
    expect: { pages: true, family, within: { from, requests: 6 } },
  },
  {
    name: 'people between office and telephone',
    kind: 'quiet',
    events: () =>
      together(
        ...range(1, 30).map((n) =>
          tokens(person(n), {
            from: START + n * MINUTE,
            count: 40,
            at: (token, call) => ((token + call) % 3 === 0 ? MOBILE : OFFICE),
          }),
        ),
        tokens(person(40), {
          from: START + 20 * HOUR,
          count: 6,
          at: (token, call) => (token === 5 && call > 2 ? MOBILE : OFFICE),
        }),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a service that calls through a private network in between',
    kind: 'quiet',
    events: () =>
      together(services(50), copied(7, 20, place({ ip: '10.4.0.9', asn: 0, country: 'ZZ', client: 'java' }))),
    expect: { pages: false, family },
  },
  {
    name: 'a service that moves, and whose next token is from there',
    kind: 'quiet',
    events: () =>
      together(services(48), tokens(service(7), { from: last + LIFE, count: 6, at: () => HOSTING_ABROAD })),
    expect: { pages: false, family },
  },
  {
    name: 'tokens of a month',
    kind: 'quiet',
    events: () =>
      together(
        ...range(1, 30).map((n) =>
          tokens(service(n), { from: START + n * SECOND, count: 50, life: 30 * 24 * HOUR }),
        ),
        copied(7, 10).map((event) => ({
          ...event,
          credential: { ...event.credential, expires_at: event.credential.issued_at! + 30 * 24 * HOUR },
        })),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one request, which is below the floor',
    kind: 'boundary',
    events: () => together(services(50), copied(7, 1)),
    expect: { pages: false, family },
  },
];
