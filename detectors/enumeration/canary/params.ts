// What can be tuned in D16: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(13.8).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: nothing changes up to 13.8, the evidence of a touched canary',
  }),
  touchFloor: z.number().int().min(1).max(100).default(1).meta({
    unit: 'canaries',
    effect: 'higher: more planted things must be touched by one credential before it pages',
  }),
});
