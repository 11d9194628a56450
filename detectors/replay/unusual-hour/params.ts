// What can be tuned in D07: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(0.5).max(3).default(2.9).meta({
    unit: 'nats',
    effect: 'higher: more days with unusual hours are needed before it is reported as support',
  }),
  dayFloor: z.number().int().min(1).max(100).default(2).meta({
    unit: 'days',
    effect: 'higher: so many days must have had unusual hours',
  }),
  learnedDays: z.number().int().min(5).max(100).default(15).meta({
    unit: 'days',
    effect: 'active days of the kind (working days, weekends) after which hours are judged; higher: later',
  }),
  rhythm: z.number().min(0.3).max(1).default(0.85).meta({
    unit: 'entropy of the hours, 1 is none',
    effect: 'up to which a credential has a rhythm; lower: only firmer ones are judged',
  }),
});
