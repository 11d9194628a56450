// What can be tuned in D33: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(8).meta({
    unit: 'nats',
    effect: 'higher: the beginning must be less like others, or shared by more sisters, to be reported',
  }),
  recordFloor: z.number().int().min(1).max(10_000_000).default(100).meta({
    unit: 'objects',
    effect: 'higher: a newcomer must have read more different objects to page',
  }),
  cohortFloor: z.number().int().min(20).max(100_000).default(50).meta({
    unit: 'credentials',
    effect: 'higher: more credentials of the client must have begun before one is compared with them',
  }),
  probation: z.number().int().min(1).max(365).default(30).meta({
    unit: 'days',
    effect: 'how long a credential is new; higher: beginnings that take longer are judged as well',
  }),
});
