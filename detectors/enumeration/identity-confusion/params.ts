// What can be tuned in D32: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more calls that name two, with fewer ordinary ones in between',
  }),
  confusionFloor: z.number().int().min(2).max(10_000).default(3).meta({
    unit: 'calls',
    effect: 'higher: more different pairs must be answered before it pages',
  }),
  leastAnswers: z.number().int().min(20).max(1_000_000).default(100).meta({
    unit: 'answers',
    effect: 'higher: a route must be known for longer before anything there is unusual',
  }),
  knownUsers: z.number().int().min(1).max(4).default(3).meta({
    unit: 'credentials',
    effect: 'so many others that name two on a route make it ordinary there; higher: more must do so',
  }),
});
