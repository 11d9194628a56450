// What can be tuned in D31: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more of the writes must hit what was just read',
  }),
  objectFloor: z.number().int().min(3).max(100_000).default(20).meta({
    unit: 'objects',
    effect: 'higher: more objects must be read and overwritten, or deleted, to page',
  }),
  usualPairs: z.number().min(0.01).max(0.9).default(0.3).meta({
    unit: 'share',
    effect:
      'share of writes that follow a read of the same object before the credential has taught better; lower: catches sooner, mistakes editors',
  }),
});
