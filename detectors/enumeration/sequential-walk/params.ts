// What can be tuned in D09: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z
    .number()
    .min(3)
    .max(50)
    .default(11.5)
    .meta({ unit: 'nats', effect: 'higher: more steps of a walk are needed before it is reported' }),
  distinctFloor: z
    .number()
    .int()
    .min(10)
    .max(1_000_000)
    .default(50)
    .meta({ unit: 'objects', effect: 'higher: walks must be longer to page; short walks stay quiet' }),
  burstFloor: z.number().int().min(10).max(1_000_000).default(500).meta({
    unit: 'objects',
    effect:
      'the floor for accesses that come in page loads (photo albums, dashboards); higher: longer albums stay quiet',
  }),
  pageLoad: z.number().int().min(10).max(10_000).default(120).meta({
    unit: 'objects',
    effect: 'the most objects one page load may fetch; higher: larger bursts pass as page loads',
  }),
  neighbour: z.number().int().min(1).max(256).default(16).meta({
    unit: 'ids',
    effect:
      'how far apart two ids may be and still be one step; higher: catches sparser walks, more accidents',
  }),
  usualShare: z.number().min(0.05).max(0.9).default(0.5).meta({
    unit: 'share',
    effect:
      'share of neighbouring ids in ordinary use; higher: tolerates callers that page to the next object',
  }),
  walkShare: z.number().min(0.5).max(0.99).default(0.9).meta({
    unit: 'share',
    effect: 'share of neighbouring ids expected of a walk; higher: only cleaner walks count',
  }),
  onward: z.number().min(0.3).max(0.95).default(0.75).meta({
    unit: 'probability',
    effect: 'chance that a person goes on to the next object once more; higher: longer runs are needed',
  }),
});
