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
  walkShare: z.number().min(0.9).max(0.995).default(0.97).meta({
    unit: 'share',
    effect:
      'share of neighbouring ids expected of a walk; lower: walks mixed with other reading are caught, too, but later',
  }),
  onward: z.number().min(0.3).max(0.9).default(0.75).meta({
    unit: 'probability',
    effect:
      'chance that a person who read an object goes on to its neighbour; higher: tolerates longer paging, longer walks are needed',
  }),
});
