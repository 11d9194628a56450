// What can be tuned in D02: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more alternations are needed; 11.5 is 1 false alarm in 100,000 requests',
  }),
  requestFloor: z.number().int().min(2).max(100_000).default(8).meta({
    unit: 'requests',
    effect: 'higher: the joining network must make more requests before it pages',
  }),
  roamingRate: z.number().min(0.01).max(0.3).default(0.06).meta({
    unit: 'share of requests',
    effect:
      'how often one caller may switch network; higher: tolerates flapping connections, slower against small thieves',
  }),
  differentRate: z.number().min(0.005).max(0.3).default(0.04).meta({
    unit: 'share of requests',
    effect: 'the same when the joining client or country is new; higher: tolerates a second device',
  }),
  disabledRate: z.number().min(0.1).max(1).default(0.3).meta({
    unit: 'share of requests',
    effect:
      'learned switching (doubled) above which the test turns itself off; higher: also tests keys used from many networks',
  }),
  joinMinutes: z.number().min(1).max(1440).default(30).meta({
    unit: 'minutes',
    effect:
      'a network first seen this long after the credential has joined; lower: earlier detection, active-active keys may be taken for theft',
  }),
  joinRequests: z.number().int().min(1).max(100_000).default(100).meta({
    unit: 'requests',
    effect:
      'a network first seen after this many requests has joined; lower: earlier detection, active-active keys may be taken for theft',
  }),
  absence: z.number().min(0).max(20).default(3).meta({
    unit: 'nats',
    effect:
      'how unlikely it must be that the joining network was merely not drawn earlier; higher: more history is needed',
  }),
  requestsPerNetwork: z.number().int().min(1).max(100_000).default(100).meta({
    unit: 'requests',
    effect:
      'a credential that came from a new network more often than this, at least three times, is expected to; lower: watches such credentials too',
  }),
  youngDays: z.number().min(1).max(90).default(7).meta({
    unit: 'days',
    effect: 'how long a network counts as joining; higher: watches new networks longer',
  }),
});
