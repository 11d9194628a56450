// Cases of D05.

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
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'lifecycle';
const collection = '/v1/orders';
const book = scattered(40, 9000, 3).map(String);
const who = caller('key', DATA_CENTRE);
const elsewhere = caller('key', HOSTING_ABROAD);
const end = START + 2 * DAY;
const revoked = { type: 'revocation', match: { lineage: 'key' }, at: end, by: 'Anna' } as const;

const calls = (o: {
  by?: Caller;
  from: number;
  count: number;
  status?: number;
  expires?: number;
}): ApiEvent[] =>
  stream(
    o.by ?? who,
    { from: o.from, every: MINUTE },
    work({ collection, count: o.count, pool: book, seed: 4 }),
  ).map((event) => ({
    ...event,
    status: o.status ?? event.status,
    credential: { ...event.credential, expires_at: o.expires ?? null },
  }));
const past = (): ApiEvent[] => calls({ from: START, count: 300 });

export const cases: DetectorCase[] = [
  {
    name: 'revoked, and still accepted',
    kind: 'fires',
    facts: [revoked],
    events: () => together(past(), calls({ from: end + HOUR, count: 20 })),
    expect: { pages: true, family, within: { from: end, requests: 1 } },
  },
  {
    name: 'revoked, refused, and tried from elsewhere',
    kind: 'fires',
    facts: [revoked],
    events: () => together(past(), calls({ by: elsewhere, from: end + HOUR, count: 20, status: 401 })),
    expect: { pages: true, family, within: { from: end, requests: 2 } },
  },
  {
    name: 'a token accepted an hour after it expired, of a caller never seen',
    kind: 'cold start',
    events: () => calls({ from: START, count: 40, expires: START - HOUR }),
    expect: { pages: true, family, within: { from: START, requests: 18 } },
  },
  {
    name: 'a forgotten job goes on and is refused',
    kind: 'quiet',
    facts: [revoked],
    events: () => together(past(), calls({ from: end + HOUR, count: 200, status: 401 })),
    expect: { pages: false, family },
  },
  {
    name: 'another key of the same client was revoked',
    kind: 'quiet',
    facts: [{ ...revoked, match: { lineage: 'other' } }],
    events: () => together(past(), calls({ from: end + HOUR, count: 50 })),
    expect: { pages: false, family },
  },
  {
    name: 'the last second of the grace period',
    kind: 'boundary',
    facts: [revoked],
    events: () =>
      together(
        past(),
        calls({ from: end + 299 * SECOND, count: 1 }),
        calls({ from: end + 5 * HOUR, count: 1, status: 401 }),
      ),
    expect: { pages: false, family },
  },
];
