// What can be tuned in D21: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(12.9).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: all four stages must be as clear as can be; at the most hardly any pages',
  }),
  burst: z.number().min(1).max(50).default(5).meta({
    unit: 'nats',
    effect:
      'evidence of guessing before a success is looked at; higher: more different secrets must have been refused',
  }),
  secretFloor: z.number().int().min(2).max(1000).default(5).meta({
    unit: 'secrets or accounts',
    effect: 'higher: more different ones must have been refused from there before',
  }),
  recordFloor: z.number().int().min(1).max(1_000_000).default(50).meta({
    unit: 'records',
    effect: 'higher: more records must be taken after the success to count as collecting',
  }),
  usualDays: z.number().min(0).max(100).default(3).meta({
    unit: 'usual days',
    effect:
      'the same as multiples of the most new records it read on one day; higher: busy credentials need more',
  }),
});
