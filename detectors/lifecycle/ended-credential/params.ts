// What can be tuned in D05: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(13.8).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: nothing changes up to 13.8, the evidence of an ended credential in use',
  }),
  requestFloor: z.number().int().min(1).max(1000).default(1).meta({
    unit: 'requests',
    effect: 'higher: more accepted requests are needed before it pages',
  }),
  revokedGrace: z.number().min(0).max(86_400).default(300).meta({
    unit: 'seconds',
    effect: 'time a revocation may take to reach every gateway; higher: slow gateways stay quiet',
  }),
  expiredGrace: z.number().min(0).max(86_400).default(900).meta({
    unit: 'seconds',
    effect: 'time an expired token may still be used; higher: clients with wrong clocks stay quiet',
  }),
});
