// Cases of D13.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  type Caller,
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  OFFICE,
  place,
  range,
  SECOND,
  START,
  stream,
  together,
} from '../../cases.ts';

const family = 'enumeration';
const USED = ['/v1/me', '/v1/orders', '/v1/customers', '/v1/search', '/v1/files', '/v1/reports'];
const WORDS = [
  ...['admin', 'backup', '.env', '.git/config', 'wp-login.php', 'phpmyadmin', 'actuator', 'swagger', 'debug'],
  ...[
    'v2/users',
    'v0/users',
    'internal',
    'console',
    'graphql',
    'metrics',
    'status',
    'private',
    'exports',
    'beta',
  ],
];
const from = START + DAY;

/** `count` paths of a word list. */
const list = (count: number, status: (n: number) => number): Call[] =>
  range(0, count - 1).map((n) => ({
    collection: `/${WORDS[n % WORDS.length]}${n < WORDS.length ? '' : `-${n}`}`,
    status: status(n),
    bytes: 150,
  }));

const ordinary = (who: Caller, at: number, count = 60): ApiEvent[] =>
  stream(
    who,
    { from: at, every: 5 * MINUTE, seed: 2 },
    range(1, count).map((n) => ({ collection: USED[n % USED.length]! })),
  );
const everybody = (): ApiEvent[] =>
  range(1, 8).flatMap((n) =>
    ordinary(
      caller(`user-${n}`, place({ ip: `192.0.2.${n}`, asn: 64600 + n, country: 'DE' })),
      START + n * MINUTE,
    ),
  );
const key = caller('key', DATA_CENTRE);
const stranger = (n = 66): Caller =>
  caller(`stranger-${n}`, place({ ip: `203.0.113.${n}`, asn: 64700, client: 'python-requests' }), {
    kind: 'client',
    weak: true,
    secret: null,
  });

export const cases: DetectorCase[] = [
  {
    name: 'a word list, most of it missing',
    kind: 'fires',
    events: () =>
      together(
        everybody(),
        ordinary(key, START),
        stream(
          key,
          { from, every: SECOND },
          list(80, (n) => (n % 9 === 8 ? 200 : 404)),
        ),
      ),
    expect: { pages: true, family, within: { from, requests: 25 } },
  },
  {
    name: 'one path every twenty minutes, refused',
    kind: 'fires',
    events: () =>
      together(
        everybody(),
        ordinary(key, START),
        stream(
          key,
          { from, every: 20 * MINUTE },
          list(40, (n) => (n % 2 === 0 ? 403 : 404)),
        ),
      ),
    expect: { pages: true, family, within: { from, requests: 20 } },
  },
  {
    name: 'a stranger without a credential',
    kind: 'fires',
    events: () =>
      together(
        everybody(),
        stream(
          stranger(),
          { from, every: SECOND },
          list(90, () => 404),
        ),
      ),
    expect: { pages: true, family, within: { from, requests: 60 } },
  },
  {
    name: 'a key of today',
    kind: 'cold start',
    events: () =>
      together(
        everybody(),
        stream(
          caller('fresh', HOSTING_ABROAD),
          { from, every: SECOND },
          list(60, () => 404),
        ),
      ),
    expect: { pages: true, family, within: { from, requests: 40 } },
  },
  {
    name: 'a new version asks for what is not deployed yet, in every session',
    kind: 'quiet',
    events: () =>
      together(
        everybody(),
        ordinary(key, START),
        ...range(0, 19).map((n) =>
          stream(
            key,
            { from: from + n * HOUR, every: SECOND },
            range(1, 12).map((i) => ({ collection: `/v2/part-${i}`, status: 404 })),
          ),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'visitors with the links of a site that was rebuilt',
    kind: 'quiet',
    events: () =>
      together(
        everybody(),
        ...range(1, 40).map((n) =>
          stream(
            stranger(n),
            { from: from + n * MINUTE, every: 8 * SECOND },
            range(1, 45).map((i) => ({
              collection: i % 3 === 0 ? `/old/page-${(i + n) % 60}` : `/page-${i}`,
              status: i % 3 === 0 ? 404 : 200,
            })),
          ),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'an explorer of the documentation, who finds what it asks for',
    kind: 'quiet',
    events: () =>
      together(
        everybody(),
        ordinary(caller('reader', OFFICE), START),
        stream(
          caller('reader', OFFICE),
          { from, every: SECOND },
          list(80, (n) => (n % 12 === 0 ? 404 : 200)),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one path fewer than the floor',
    kind: 'boundary',
    events: () =>
      together(
        everybody(),
        ordinary(key, START),
        stream(
          key,
          { from, every: SECOND },
          list(14, () => 404),
        ),
      ),
    expect: { pages: false, family },
  },
];
