// What can be tuned in D06: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(9).meta({
    unit: 'nats',
    effect: 'higher: the silence must be longer, or more must be new, before it is reported',
  }),
  dormantFloor: z.number().min(2).max(3650).default(30).meta({
    unit: 'days',
    effect: 'higher: only longer silences count',
  }),
  timesFloor: z.number().min(1).max(100).default(5).meta({
    unit: 'times the longest silence before',
    effect: 'higher: credentials that rest now and then stay quiet',
  }),
  requestFloor: z.number().int().min(1).max(100_000).default(3).meta({
    unit: 'requests',
    effect: 'higher: more accepted requests after the silence are needed to page',
  }),
});
