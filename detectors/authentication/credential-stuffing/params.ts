// What can be tuned in D20: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: the share of refused strangers must rise further or for longer',
  }),
  accountFloor: z.number().int().min(10).max(1_000_000).default(60).meta({
    unit: 'accounts',
    effect: 'higher: more accounts that were never seen before must be refused before it pages',
  }),
  dailyFactor: z.number().min(0).max(100).default(3).meta({
    unit: 'usual days',
    effect:
      'the floor is also this many times the refused strangers of a usual day; higher: busy sign-ins need more',
  }),
});
