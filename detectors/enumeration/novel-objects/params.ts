// What can be tuned in D08: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z
    .number()
    .min(3)
    .max(50)
    .default(11.5)
    .meta({ unit: 'nats', effect: 'higher: a longer stretch of new objects is needed' }),
  excessFloor: z.number().int().min(20).max(10_000_000).default(300).meta({
    unit: 'objects',
    effect: 'higher: more new objects beyond the usual share are needed to page; hand-overs stay quiet',
  }),
  youngFloor: z.number().int().min(20).max(10_000_000).default(1000).meta({
    unit: 'objects',
    effect:
      'the same for credentials with little history, judged by their peers (half of it once they have a habit); higher: first synchronisations stay quiet',
  }),
  youngFactor: z.number().min(1).max(1000).default(8).meta({
    unit: 'times',
    effect:
      'how far beyond the 99th percentile of its peers at the same age a young credential must be; higher: fewer reports on newcomers',
  }),
  minPeers: z.number().int().min(2).max(10_000).default(5).meta({
    unit: 'credentials',
    effect: 'peers needed to judge a young credential; higher: newcomers in small groups are not judged',
  }),
  inflation: z.number().min(1).max(5).default(1.5).meta({
    unit: 'times',
    effect: 'margin on the learned share of new objects; higher: tolerates more drift',
  }),
  collecting: z.number().min(0.86).max(0.99).default(0.95).meta({
    unit: 'share',
    effect:
      'share of new objects expected of a collector; lower: also catches collectors who revisit, needs more records',
  }),
  siblingFloor: z.number().int().min(10).max(1_000_000).default(40).meta({
    unit: 'objects',
    effect:
      'excess of each of several credentials of one client that collect in the same hour, to be counted together; higher: they must each take more',
  }),
});
