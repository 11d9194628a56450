// What can be tuned in D30: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more unfamiliar queries or larger answers are needed before it is reported',
  }),
  itemFloor: z.number().int().min(1).max(100_000_000).default(500).meta({
    unit: 'items',
    effect: 'higher: a caller must list more with unfamiliar broad queries before it pages',
  }),
  byteFloor: z.number().int().min(1000).max(1e12).default(50_000_000).meta({
    unit: 'bytes',
    effect:
      'the same in bytes, where neither log nor query says how many items; higher: larger answers stay quiet',
  }),
  lookFloor: z.number().int().min(1).max(32).default(3).meta({
    unit: 'kinds of query',
    effect:
      'from a source new to the credential, so many different broad queries page without any harm yet; higher: more looking around is let pass',
  }),
  sharedFloor: z.number().int().min(1).max(100_000_000).default(2000).meta({
    unit: 'items',
    effect: 'higher: several callers of one broad query must together list more before it pages',
  }),
  callerFloor: z.number().int().min(2).max(1000).default(3).meta({
    unit: 'callers',
    effect: 'higher: more callers must share one broad query before they are judged together',
  }),
  knownUsers: z.number().int().min(1).max(1000).default(3).meta({
    unit: 'credentials',
    effect: 'so many others that use a query make it ordinary; higher: rarer queries count as unfamiliar',
  }),
  filtered: z.number().min(0.8).max(1).default(0.98).meta({
    unit: 'share',
    effect:
      'share of the queries of a route that must have a filter for its absence to mean anything; higher: fewer routes are judged so',
  }),
});
