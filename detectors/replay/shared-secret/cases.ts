// Cases of D27.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  caller,
  DATA_CENTRE,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
  MINUTE,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'replay';
const book = scattered(60, 9000, 3).map(String);
const who = caller('key', DATA_CENTRE);
const copy = START + 2 * DAY;

const calls = (o: {
  from: number;
  count: number;
  environment: string;
  by?: typeof who;
  status?: number;
}): ApiEvent[] =>
  stream(
    o.by ?? who,
    { from: o.from, every: MINUTE },
    work({ collection: '/v1/orders', count: o.count, pool: book, seed: o.count }),
  ).map((event) => ({
    ...event,
    environment: o.environment,
    status: o.status ?? event.status,
  }));
const production = (): ApiEvent[] => calls({ from: START, count: 400, environment: 'production' });
const laptop = caller('key', HOSTING_ABROAD);

export const cases: DetectorCase[] = [
  {
    name: 'a production key in staging',
    kind: 'fires',
    events: () =>
      together(production(), calls({ by: laptop, from: copy, count: 30, environment: 'staging' })),
    expect: { pages: true, family, within: { from: copy, requests: 5 } },
  },
  {
    name: 'a test key in production, as the inventory knows',
    kind: 'fires',
    facts: [{ type: 'credential', match: { lineage: 'key' }, environment: 'test' }],
    events: () =>
      together(
        calls({ from: START, count: 100, environment: 'test' }),
        calls({ from: copy, count: 30, environment: 'production' }),
      ),
    expect: { pages: true, family, within: { from: copy, requests: 5 } },
  },
  {
    name: 'a key of today where the inventory says it does not belong',
    kind: 'cold start',
    facts: [{ type: 'credential', match: { lineage: 'key' }, environment: 'test' }],
    events: () => calls({ from: START, count: 40, environment: 'production' }),
    expect: { pages: true, family, within: { from: START, requests: 22 } },
  },
  {
    name: 'a key used in two environments from its first day',
    kind: 'quiet',
    events: () =>
      together(
        calls({ from: START, count: 300, environment: 'blue' }),
        calls({ from: START + MINUTE / 2, count: 300, environment: 'green' }),
      ),
    expect: { pages: false, family },
  },
  {
    name: 'staging refuses the production key',
    kind: 'quiet',
    events: () =>
      together(production(), calls({ from: copy, count: 60, environment: 'staging', status: 401 })),
    expect: { pages: false, family },
  },
  {
    name: 'one request fewer than the floor',
    kind: 'boundary',
    events: () => together(production(), calls({ from: copy, count: 4, environment: 'staging' })),
    expect: { pages: false, family },
  },
];
