// What can be tuned in D12: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: the share of identifiers nobody asked for before must rise further or for longer',
  }),
  recordFloor: z.number().int().min(50).max(10_000_000).default(1000).meta({
    unit: 'identifiers',
    effect: 'higher: more new identifiers than usual must be tried before it pages',
  }),
  coldFloor: z.number().int().min(50).max(10_000_000).default(5000).meta({
    unit: 'identifiers',
    effect:
      'the same on a lookup without a day of history; higher: the first address books stay quiet for longer',
  }),
  dailyFactor: z.number().min(0).max(100).default(3).meta({
    unit: 'usual days',
    effect:
      'the floor is also this many times the new identifiers of a usual day; higher: busy lookups need more',
  }),
  callerFloor: z.number().int().min(10).max(1_000_000).default(1000).meta({
    unit: 'identifiers',
    effect:
      'new identifiers that a single caller may ask for on a lookup without history, such as an address book; higher: larger books stay quiet',
  }),
});
