// Cases of D16.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  caller,
  DATA_CENTRE,
  type DetectorCase,
  HOUR,
  MINUTE,
  range,
  read,
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';
import { canaryDigest } from '../../knowledge.ts';

const family = 'enumeration';
const collection = '/v1/customers';
const who = caller('account', DATA_CENTRE);
const book = scattered(50, 9000, 3).map(String);
const from = START + 10 * HOUR;
const planted = {
  type: 'canary',
  kind: 'object',
  digest: canaryDigest('object', collection, '4711'),
  name: 'the seventh',
} as const;

const past = (): ApiEvent[] =>
  stream(who, { from: START, every: MINUTE }, work({ collection, count: 200, pool: book, seed: 2 }));
const walk = (): ApiEvent[] => stream(who, { from, every: SECOND }, read(collection, range(4700, 4720)));

export const cases: DetectorCase[] = [
  {
    name: 'a walk meets a planted record',
    kind: 'fires',
    facts: [planted],
    events: () => together(past(), walk()),
    expect: { pages: true, family, within: { from, requests: 12 } },
  },
  {
    name: 'a planted route is called',
    kind: 'fires',
    facts: [{ type: 'canary', kind: 'route', digest: canaryDigest('route', 'GET', '/v1/backup') }],
    events: () => together(past(), stream(who, { from, every: SECOND }, [{ collection: '/v1/backup' }])),
    expect: { pages: true, family, within: { from, requests: 1 } },
  },
  {
    name: 'a planted key, used for the first time ever',
    kind: 'cold start',
    facts: [{ type: 'canary', kind: 'credential', digest: canaryDigest('credential', 'planted') }],
    events: () => stream(caller('planted', DATA_CENTRE), { from, every: SECOND }, read(collection, [1])),
    expect: { pages: true, family, within: { from, requests: 1 } },
  },
  {
    name: 'a full synchronisation that is entitled to everything',
    kind: 'quiet',
    facts: [
      planted,
      { type: 'credential', match: { lineage: 'account' }, entitlements: [{ collection: '*' }] },
    ],
    events: () => together(past(), walk()),
    expect: { pages: false, family },
  },
  {
    name: 'the same id in another collection',
    kind: 'quiet',
    facts: [planted],
    events: () => together(past(), stream(who, { from, every: SECOND }, read('/v1/orders', [4711]))),
    expect: { pages: false, family },
  },
  {
    name: 'the record beside it',
    kind: 'boundary',
    facts: [planted],
    events: () => together(past(), stream(who, { from, every: SECOND }, read(collection, [4710, 4712]))),
    expect: { pages: false, family },
  },
];
