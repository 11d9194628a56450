// Cases of D02.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
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
  SECOND_SITE,
  START,
  scattered,
  seeded,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'replay';
const pool = scattered(40, 9000, 1).map(String);
const at = (count: number, seed: number) => work({ collection: '/v1/orders', count, pool, seed });

/** An owner with a thief who makes `share` of the requests from `after` requests on. */
function copied(o: {
  share: number;
  after: number;
  every: number;
  thief: Place;
  kind?: 'session' | 'api-key';
  seed: number;
}): ApiEvent[] {
  const who = caller('copied', DATA_CENTRE, { kind: o.kind ?? 'api-key' });
  const from = START + o.after * o.every;
  return together(
    stream(who, { from: START, every: o.every, jitter: 1, seed: o.seed }, at(900, 2)),
    stream(
      { ...who, place: o.thief },
      { from, every: (o.every * (1 - o.share)) / o.share, jitter: 1, seed: o.seed + 9 },
      at(Math.round((700 * o.share) / (1 - o.share)), 3),
    ),
  );
}

const alternating = (
  who: ReturnType<typeof caller>,
  places: readonly Place[],
  count: number,
  seed: number,
): ApiEvent[] => {
  const random = seeded(seed);
  return stream(who, { from: START, every: 30 * SECOND, seed }, at(count, seed)).map((event) => ({
    ...event,
    client: { ...event.client, ...places[random.int(0, places.length - 1)]! },
  }));
};

const theft = START + 75 * MINUTE;

export const cases: DetectorCase[] = [
  {
    name: 'a thief makes half of the requests',
    kind: 'fires',
    events: () => copied({ share: 0.5, after: 150, every: 30 * SECOND, thief: HOSTING_ABROAD, seed: 1 }),
    expect: { pages: true, family, within: { from: theft, requests: 40 } },
  },
  {
    name: 'a thief makes a fifth of the requests with the same client in the same country',
    kind: 'fires',
    events: () => copied({ share: 0.2, after: 150, every: 30 * SECOND, thief: SECOND_SITE, seed: 2 }),
    expect: { pages: true, family, within: { from: theft, requests: 150 } },
  },
  {
    name: 'a thief makes a tenth of the requests',
    kind: 'fires',
    events: () => copied({ share: 0.1, after: 150, every: 30 * SECOND, thief: HOSTING_ABROAD, seed: 3 }),
    expect: { pages: true, family, within: { from: theft, requests: 250 } },
  },
  {
    name: 'a session is copied after a few minutes',
    kind: 'cold start',
    events: () =>
      copied({ share: 0.3, after: 30, every: 10 * SECOND, thief: HOSTING_ABROAD, kind: 'session', seed: 4 }),
    expect: { pages: true, family, within: { from: START + 5 * MINUTE, requests: 60 } },
  },
  {
    name: 'a key runs on three sites from the start',
    kind: 'cold start',
    events: () =>
      alternating(
        caller('active-active', DATA_CENTRE),
        [DATA_CENTRE, SECOND_SITE, place({ ip: '192.0.2.200', asn: 64509, country: 'IE', client: 'java' })],
        1200,
        5,
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a phone hands over three times and flaps in one call of a hundred',
    kind: 'quiet',
    events: () => {
      const random = seeded(6);
      return stream(
        caller('phone', OFFICE, { kind: 'session' }),
        { from: START, every: MINUTE, jitter: 1 },
        at(500, 6),
      ).map((event, i) => {
        const away = [120, 300, 410].filter((turn) => i >= turn).length % 2 === 1;
        const where = random.next() < 0.01 ? !away : away;
        return { ...event, client: { ...event.client, ...(where ? MOBILE : OFFICE) } };
      });
    },
    expect: { pages: false, family },
  },
  {
    name: 'a carrier changes the prefix with every call',
    kind: 'quiet',
    events: () =>
      alternating(
        caller('carrier', MOBILE),
        range(1, 20).map((n) => place({ ip: `198.51.${n}.9`, asn: 64503, country: 'DE', client: 'chrome' })),
        600,
        7,
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one person with a token on each of two devices',
    kind: 'quiet',
    events: () => {
      const phone = caller('person', MOBILE, { kind: 'jwt', secret: 'token of the phone' });
      const desk = caller('person', OFFICE, { kind: 'jwt', secret: 'token of the desk' });
      return together(
        stream(desk, { from: START, every: MINUTE, jitter: 1, seed: 1 }, at(400, 8)),
        stream(phone, { from: START + 3 * HOUR, every: MINUTE, jitter: 1, seed: 2 }, at(200, 9)),
      );
    },
    expect: { pages: false, family },
  },
  {
    name: 'a thief makes one request in two hundred',
    kind: 'boundary',
    events: () => copied({ share: 0.005, after: 150, every: 30 * SECOND, thief: SECOND_SITE, seed: 10 }),
    expect: { pages: false, family },
  },
];
