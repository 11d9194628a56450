// What can be tuned in D27: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(13.8).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: nothing changes up to 13.8, the evidence of a second environment',
  }),
  requestFloor: z.number().int().min(1).max(100_000).default(5).meta({
    unit: 'requests',
    effect: 'higher: more requests in the second environment are needed to page',
  }),
  settledFloor: z.number().int().min(1).max(1_000_000).default(50).meta({
    unit: 'requests',
    effect:
      'requests in one environment after which the credential belongs there; higher: credentials that move about while young stay quiet',
  }),
});
