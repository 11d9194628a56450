// What can be tuned in D26: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more answers to anonymous callers are needed where authentication is only learned',
  }),
  recordFloor: z.number().int().min(1).max(100_000).default(3).meta({
    unit: 'objects',
    effect: 'higher: more distinct objects must be given to anonymous callers on a protected route',
  }),
  unknownFloor: z.number().int().min(5).max(100_000).default(50).meta({
    unit: 'objects',
    effect:
      'the same on a route that hardly anybody used before; higher: a new public release stays quiet for longer',
  }),
  authenticated: z.number().min(0.5).max(1).default(0.98).meta({
    unit: 'share',
    effect:
      'least share of authenticated successes for a route to count as protected; higher: fewer routes do',
  }),
  leastSuccesses: z.number().int().min(20).max(1_000_000).default(200).meta({
    unit: 'answers',
    effect:
      'successes after which that share is believed; higher: takes longer to learn which routes are protected',
  }),
});
