// Cases of D04.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  MINUTE,
  range,
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'replay';
const collection = '/v1/accounts';
const book = scattered(60, 9000, 3).map(String);
const KEY = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const bound = { kind: 'jwt' as const, jti: 'token-1' };
const who = caller('service', DATA_CENTRE, bound);
const thief = caller('service', HOSTING_ABROAD, bound);
const theft = START + 2 * DAY;

/** Calls of a token bound to KEY, with what is presented beside it. */
const calls = (o: {
  by?: typeof who;
  from: number;
  count: number;
  certificate: string | null;
  seed: number;
  proof?: (n: number) => string;
}): ApiEvent[] =>
  stream(
    o.by ?? who,
    { from: o.from, every: 30 * SECOND, seed: o.seed },
    work({ collection, count: o.count, pool: book, seed: o.seed }),
  ).map((event, n) => ({
    ...event,
    credential: {
      ...event.credential,
      cnf: KEY,
      certificate: o.certificate,
      ...(o.proof ? { proof: { thumbprint: KEY, jti: o.proof(n), at: event.at } } : {}),
    },
  }));
const owner = (certificate: string | null = KEY): ApiEvent[] =>
  calls({ from: START, count: 400, certificate, seed: 1 });

export const cases: DetectorCase[] = [
  {
    name: 'the token with another certificate',
    kind: 'fires',
    events: () =>
      together(owner(), calls({ by: thief, from: theft, count: 30, certificate: OTHER, seed: 2 })),
    expect: { pages: true, family, within: { from: theft, requests: 2 } },
  },
  {
    name: 'the token without any certificate',
    kind: 'fires',
    events: () => together(owner(), calls({ by: thief, from: theft, count: 30, certificate: null, seed: 2 })),
    expect: { pages: true, family, within: { from: theft, requests: 2 } },
  },
  {
    name: 'one proof for every request',
    kind: 'fires',
    events: () =>
      together(
        owner(),
        calls({ by: thief, from: theft, count: 30, certificate: null, seed: 2, proof: () => 'copied' }),
      ),
    expect: { pages: true, family, within: { from: theft, requests: 3 } },
  },
  {
    name: 'a new service whose token is bound to something else',
    kind: 'cold start',
    events: () => calls({ by: thief, from: START, count: 40, certificate: OTHER, seed: 5 }),
    expect: { pages: true, family, within: { from: START, requests: 18 } },
  },
  {
    name: 'a gateway that never logs certificates',
    kind: 'quiet',
    events: () => owner(null),
    expect: { pages: false, family },
  },
  {
    name: 'the same key written as base64, and a fresh proof each time',
    kind: 'quiet',
    events: () =>
      together(
        owner().map((event) => ({
          ...event,
          credential: { ...event.credential, cnf: 'q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s' },
        })),
        calls({ from: theft, count: 60, certificate: null, seed: 6, proof: (n) => `proof-${n}` }),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'wrong, but refused',
    kind: 'boundary',
    events: () =>
      together(
        owner(),
        range(1, 20)
          .flatMap((n) =>
            calls({ by: thief, from: theft + n * MINUTE, count: 1, certificate: OTHER, seed: n }),
          )
          .map((event) => ({ ...event, status: 401 })),
      ),
    expect: { pages: false, family },
  },
];
