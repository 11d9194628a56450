// Cases of D14.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
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
const collection = '/v1/customers';
const MOST = 5_000_000;
const who = (name: string, n: number): Caller =>
  caller(
    name,
    place({ ip: `192.0.${n >> 7}.${1 + (n & 127)}`, asn: 64_700 + (n % 40), country: 'DE', client: 'java' }),
    {
      client: 'partner',
    },
  );

/** Thirty callers who return to their own objects for five days, now and then to one nobody touched. */
const usual = (): ApiEvent[] =>
  range(0, 29).flatMap((n) => {
    const pool = scattered(60, MOST, 300 + n).map(String);
    return stream(
      who(`usual-${n}`, n),
      { from: START + n * MINUTE, every: 6 * MINUTE, jitter: 1, seed: n },
      work({ collection, count: 1200, pool, seed: n, explore: 0.03, outside: (r) => String(r.int(1, MOST)) }),
    );
  });
const attack = START + 4 * DAY + 10 * HOUR;
/** `ids` divided among `callers` new ones, each slowly. */
const divided = (callers: number, ids: readonly number[], every: number): ApiEvent[] =>
  range(0, callers - 1).flatMap((n) =>
    stream(
      who(`shard-${n}`, 200 + n),
      { from: attack + n * SECOND, every, seed: n },
      read(
        collection,
        ids.filter((_, i) => i % callers === n),
      ),
    ),
  );

export const cases: DetectorCase[] = [
  {
    name: 'a list divided among a hundred callers',
    kind: 'fires',
    events: () => together(usual(), divided(100, scattered(3000, MOST, 9), 20 * SECOND)),
    expect: { pages: true, family, within: { from: attack, records: 1500 } },
  },
  {
    name: 'a walk in order divided among twenty, one read a minute each',
    kind: 'fires',
    events: () => together(usual(), divided(20, range(1_000_000, 1_001_999), MINUTE)),
    expect: { pages: true, family, within: { from: attack, records: 1500 } },
  },
  {
    name: 'an endpoint that nobody knew yesterday',
    kind: 'cold start',
    events: () => divided(50, scattered(3000, MOST, 11), 5 * SECOND),
    expect: { pages: false, family },
  },
  {
    name: 'twice the usual traffic, on the usual objects',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        range(0, 29).flatMap((n) =>
          stream(
            who(`usual-${n}`, n),
            { from: attack, every: 20 * SECOND, jitter: 1, seed: 70 + n },
            work({ collection, count: 200, pool: scattered(60, MOST, 300 + n).map(String), seed: 90 + n }),
          ),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'one caller takes over a large portfolio',
    kind: 'quiet',
    events: () =>
      together(
        usual(),
        stream(
          who('usual-3', 3),
          { from: attack, every: 10 * SECOND },
          read(collection, scattered(2000, MOST, 13)),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'fewer records than the floor',
    kind: 'boundary',
    events: () => together(usual(), divided(40, scattered(400, MOST, 15), 20 * SECOND)),
    expect: { pages: false, family },
  },
];
