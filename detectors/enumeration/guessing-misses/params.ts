// What can be tuned in D10: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z
    .number()
    .min(3)
    .max(50)
    .default(11.5)
    .meta({ unit: 'nats', effect: 'higher: more misses are needed before it is reported' }),
  missFloor: z.number().int().min(4).max(100_000).default(20).meta({
    unit: 'objects',
    effect: 'higher: more distinct misses are needed to page; stale links stay quiet',
  }),
  weakFloor: z.number().int().min(4).max(100_000).default(150).meta({
    unit: 'objects',
    effect:
      'the same for callers known only by network and client; higher: crawlers with old links stay quiet',
  }),
  siblingFloor: z.number().int().min(4).max(100_000).default(6).meta({
    unit: 'objects',
    effect:
      'distinct misses after which a credential counts among several of its client that guess in the same hour; higher: attacks spread over many credentials are found later',
  }),
  usualHits: z.number().min(0.5).max(0.99).default(0.9).meta({
    unit: 'share',
    effect:
      'share of first requests that hit before the route has taught better; lower: tolerates more misses',
  }),
  guessedHits: z.number().min(0.01).max(0.8).default(0.3).meta({
    unit: 'share',
    effect: 'share of guesses expected to hit; higher: catches better guessers, needs more misses',
  }),
});
