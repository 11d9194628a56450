// What can be tuned in D13: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z
    .number()
    .min(3)
    .max(50)
    .default(11.5)
    .meta({ unit: 'nats', effect: 'higher: more misses are needed before it is reported' }),
  pathFloor: z.number().int().min(4).max(100_000).default(15).meta({
    unit: 'paths',
    effect: 'higher: more different paths must be missed to page; clumsy clients stay quiet',
  }),
  weakFloor: z.number().int().min(4).max(100_000).default(30).meta({
    unit: 'paths',
    effect:
      'the same for callers known only by network and client, within ten minutes without a pause; higher: visitors with old links stay quiet',
  }),
  usualHits: z.number().min(0.5).max(0.99).default(0.95).meta({
    unit: 'share',
    effect:
      'share of first requests for a path that succeed before the callers have taught better; lower: tolerates more misses',
  }),
  probedHits: z.number().min(0.01).max(0.8).default(0.2).meta({
    unit: 'share',
    effect: 'share of probes expected to find something; higher: catches better lists, needs more misses',
  }),
});
