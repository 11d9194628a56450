// What can be tuned in D04: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(13.8).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: nothing changes up to 13.8, the evidence of a broken binding',
  }),
  requestFloor: z.number().int().min(1).max(1000).default(1).meta({
    unit: 'requests',
    effect: 'higher: more answered requests with the wrong key are needed before it pages',
  }),
  usualFloor: z.number().int().min(5).max(100_000).default(30).meta({
    unit: 'requests',
    effect:
      'requests with a certificate after which one without is missing it; higher: gateways that log it only now and then stay quiet',
  }),
});
