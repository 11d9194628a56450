// What can be tuned in D24: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z
    .number()
    .min(3)
    .max(50)
    .default(11.5)
    .meta({ unit: 'nats', effect: 'higher: the hour must be rarer' }),
  byteFloor: z
    .number()
    .min(100_000)
    .max(1e13)
    .default(50_000_000)
    .meta({ unit: 'bytes a day', effect: 'higher: smaller transfers never page' }),
  dayFactor: z.number().min(1).max(1000).default(5).meta({
    unit: 'times',
    effect: 'how far beyond the largest day of about a month the day must be; higher: growth stays quiet',
  }),
  youngByteFloor: z.number().min(100_000).max(1e13).default(500_000_000).meta({
    unit: 'bytes a day',
    effect: 'the floor for credentials judged by their peers; higher: first exports stay quiet',
  }),
  minPeers: z.number().int().min(2).max(10_000).default(10).meta({
    unit: 'credentials',
    effect: 'peers needed to judge a young credential; higher: newcomers in small groups are not judged',
  }),
  leastSpread: z.number().min(0.2).max(3).default(0.7).meta({
    unit: 'nats',
    effect:
      'least spread of an hour on the log scale; higher: tolerates more variation in very regular credentials',
  }),
});
