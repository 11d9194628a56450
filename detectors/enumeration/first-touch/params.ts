// What can be tuned in D14: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: the share of untouched objects must rise further or for longer',
  }),
  recordFloor: z.number().int().min(50).max(10_000_000).default(500).meta({
    unit: 'objects',
    effect: 'higher: more untouched objects than usual must be read before it pages',
  }),
  dailyFactor: z.number().min(0).max(100).default(2).meta({
    unit: 'usual days',
    effect:
      'the floor is also this many times what the endpoint sees on a usual day; higher: busy endpoints need more',
  }),
  callerCap: z.number().int().min(5).max(10_000).default(100).meta({
    unit: 'objects',
    effect: 'most that one caller contributes to the evidence; lower: more callers must take part',
  }),
  callerShare: z.number().min(0.1).max(1).default(0.5).meta({
    unit: 'share',
    effect:
      'least share of untouched objects among the reads of a caller that is named; higher: fewer are named',
  }),
  leastCallers: z.number().int().min(2).max(1000).default(8).meta({
    unit: 'callers',
    effect: 'callers that must take part; lower: fewer suffice, and D08 may say the same of them',
  }),
});
