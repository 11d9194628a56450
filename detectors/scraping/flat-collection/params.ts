// What can be tuned in D18: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: a longer stretch of unpopular objects is needed before it is reported',
  }),
  coldFloor: z.number().int().min(10).max(10_000_000).default(300).meta({
    unit: 'objects',
    effect: 'higher: more unpopular objects must have been read to page',
  }),
  weakFloor: z.number().int().min(10).max(10_000_000).default(500).meta({
    unit: 'objects',
    effect:
      'the same for callers known only by network and client; higher: many people behind one address stay quiet',
  }),
  flat: z.number().min(0.5).max(0.99).default(0.9).meta({
    unit: 'share',
    effect: 'share of unpopular objects that a collector reads; lower: catches those who mix, needs more',
  }),
  inflation: z.number().min(1).max(3).default(1.3).meta({
    unit: 'factor',
    effect: 'how much more than the usual share is still ordinary; higher: more tolerant',
  }),
});
