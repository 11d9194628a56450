// What can be tuned in D01: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(30).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: only sources less probable still are reported; above 14 nothing is',
  }),
  supportThreshold: z.number().min(1).max(30).default(7).meta({
    unit: 'nats',
    effect:
      'evidence from which a source supports other detectors without paging; higher: fewer supporting findings',
  }),
  requestFloor: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .meta({ unit: 'requests', effect: 'higher: the source must make more requests before it pages' }),
  networkCap: z.number().min(1).max(20).default(8).meta({
    unit: 'nats',
    effect: 'most evidence that a network may give; higher: a new network weighs more',
  }),
  clientCap: z
    .number()
    .min(1)
    .max(20)
    .default(6)
    .meta({ unit: 'nats', effect: 'most evidence that a client may give; higher: a new client weighs more' }),
  lockRequests: z.number().int().min(5).max(100_000).default(200).meta({
    unit: 'requests',
    effect:
      'requests from one place after which a credential without history is tied to it (a tenth of it for sessions and short-lived tokens); higher: later detection on young credentials',
  }),
  rollout: z.number().int().min(2).max(10_000).default(5).meta({
    unit: 'credentials',
    effect:
      'credentials that take up a client within half an hour before it counts as a release; higher: releases are noticed later',
  }),
});
