// Cases of D29.

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
  OFFICE,
  place,
  range,
  SECOND,
  START,
  seeded,
  stream,
  together,
} from '../../cases.ts';

const family = 'automation';
const FUNCTIONS = [
  ...[
    'objects',
    'objects/describe',
    'limits',
    'records',
    'cases',
    'builds',
    'me',
    'search',
    'keys',
    'members',
  ],
  ...['reports', 'files', 'jobs', 'events', 'queries', 'usage', 'roles', 'exports'],
].map((name) => `/v1/${name}`);
const from = START + 10 * DAY;
const key = caller('key', DATA_CENTRE, { client: 'app' });

/** Asks in a wrong way, mends it, and goes on to the next function. */
function* agent(steps: number, o: { mends: (n: number) => boolean }): Generator<Call> {
  const random = seeded(3);
  for (let n = 0; n < steps; n++) {
    const collection = FUNCTIONS[random.int(0, FUNCTIONS.length - 1)]!;
    if (o.mends(n)) {
      yield { collection, query: `filter=${n}`, status: 400 };
      yield { collection, query: `where=${n}&fields=id`, items: 5 };
    } else yield { collection, items: 2 };
  }
}
/** Ordinary programs: four functions, some failures that are repeated as they were. */
const programs = (): ApiEvent[] =>
  range(1, 12).flatMap((n) =>
    range(0, 9).flatMap((day) =>
      stream(
        caller(`app-${n}`, place({ ip: `192.0.2.${n}`, asn: 64_600 + n, country: 'DE', client: 'node' }), {
          client: 'app',
        }),
        { from: START + day * DAY + n * HOUR, every: 2 * SECOND, seed: n + day },
        range(0, 39).map((i) => ({
          collection: FUNCTIONS[(i + n) % 4]!,
          query: `page=${i}`,
          status: i % 17 === 16 ? 422 : 200,
        })),
      ),
    ),
  );
const history = (who: Caller): ApiEvent[] =>
  range(0, 9).flatMap((day) =>
    stream(
      who,
      { from: START + day * DAY + 8 * HOUR, every: 3 * SECOND, seed: day },
      range(0, 39).map((i) => ({ collection: FUNCTIONS[i % 5]! })),
    ),
  );
const session = (who: Caller, calls: Iterable<Call>, every = 300): ApiEvent[] =>
  stream(who, { from, every, seed: 4 }, calls);
const often = (n: number): boolean => n % 4 === 0;

export const cases: DetectorCase[] = [
  {
    name: 'a known key is used by an agent nobody told of',
    kind: 'fires',
    events: () => together(programs(), history(key), session(key, agent(300, { mends: often }))),
    expect: { pages: true, family, within: { from, requests: 110 } },
  },
  {
    name: 'a slower one, a call a second',
    kind: 'fires',
    events: () => together(programs(), history(key), session(key, agent(400, { mends: often }), SECOND)),
    expect: { pages: true, family, within: { from, requests: 200 } },
  },
  {
    name: 'an account of today',
    kind: 'cold start',
    events: () =>
      together(
        programs(),
        session(caller('fresh', HOSTING_ABROAD, { client: 'app' }), agent(300, { mends: often })),
      ),
    expect: { pages: true, family, within: { from, requests: 130 } },
  },
  {
    name: 'an agent that people told of',
    kind: 'quiet',
    facts: [{ type: 'credential', tenant: 'default', match: { lineage: 'key' }, agent: true }],
    events: () => together(programs(), history(key), session(key, agent(300, { mends: often }))),
    expect: { pages: false, family },
  },
  {
    name: 'a kit that goes through everything at once, without a mistake',
    kind: 'quiet',
    events: () => together(programs(), history(key), session(key, agent(400, { mends: () => false }), 100)),
    expect: { pages: false, family },
  },
  {
    name: 'a script that repeats what failed',
    kind: 'quiet',
    events: () =>
      together(
        programs(),
        history(key),
        session(
          key,
          range(0, 300).map((i) => ({
            collection: FUNCTIONS[Math.floor(i / 3) % FUNCTIONS.length]!,
            query: `filter=${i}`,
            status: i % 3 === 2 ? 200 : 400,
          })),
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'a person who tries a query form until it works',
    kind: 'quiet',
    events: () =>
      together(
        programs(),
        session(
          caller('analyst', OFFICE, { kind: 'session', client: 'desk' }),
          range(0, 120).map((i) => ({
            collection: '/v1/queries',
            query: i % 2 === 0 ? `filter=${i}` : `where=${i}`,
            status: i % 2 === 0 ? 400 : 200,
          })),
          20 * SECOND,
        ),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'four mistakes mended, one fewer than the floor',
    kind: 'boundary',
    events: () =>
      together(
        programs(),
        history(key),
        session(key, agent(300, { mends: (n) => n % 60 === 59 && n < 240 })),
      ),
    expect: { pages: false, family },
  },
];
