// What can be tuned in D03: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: the client must have shown with more tokens that they stay where they are',
  }),
  requestFloor: z.number().int().min(1).max(10_000).default(2).meta({
    unit: 'requests',
    effect: 'higher: more accepted requests from elsewhere are needed to page',
  }),
  lifetime: z.number().int().min(1).max(720).default(26).meta({
    unit: 'hours',
    effect: 'longest life of tokens that are looked at; higher: tokens of days are locked as well',
  }),
});
