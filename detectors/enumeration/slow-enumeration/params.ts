// What can be tuned in D15: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more days, or days further above the habit, are needed before it is reported',
  }),
  excessFloor: z.number().int().min(10).max(1_000_000).default(100).meta({
    unit: 'objects',
    effect: 'higher: more objects beyond the habit of all risen days together are needed to page',
  }),
  growth: z.number().min(1).max(3).default(1.15).meta({
    unit: 'factor a week',
    effect:
      'growth that is taken for ordinary; higher: habits may grow faster, and slow collectors hide in that',
  }),
  perDay: z.number().min(2).max(20).default(5).meta({
    unit: 'nats',
    effect: 'most that one day adds; higher: fewer days suffice, and a single hand-over may page',
  }),
  ledgerFloor: z.number().int().min(100).max(1_000_000_000).default(10_000).meta({
    unit: 'objects',
    effect:
      'higher: a credential may have read more objects in its life before it is compared with its peers',
  }),
  ledgerFactor: z.number().min(1).max(1000).default(5).meta({
    unit: 'factor',
    effect: 'how many times the 99th percentile of peers of its age it must hold; higher: fewer are reported',
  }),
});
