// What can be tuned in D23: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more different functions must be refused',
  }),
  routeFloor: z.number().int().min(2).max(1000).default(8).meta({
    unit: 'routes',
    effect: 'higher: more different functions must be refused before it pages',
  }),
  openedFloor: z.number().int().min(1).max(1000).default(4).meta({
    unit: 'routes',
    effect: 'the same when one of them then opens; higher: grants in steps stay quiet',
  }),
});
