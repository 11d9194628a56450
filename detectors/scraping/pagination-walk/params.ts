// What can be tuned in D17: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z
    .number()
    .min(3)
    .max(50)
    .default(11.5)
    .meta({ unit: 'nats', effect: 'higher: longer walks are needed before it is reported' }),
  pageFloor: z.number().int().min(5).max(1_000_000).default(40).meta({
    unit: 'pages',
    effect: 'higher: more pages are needed to page; exports and endless scrolling stay quiet',
  }),
  itemFloor: z
    .number()
    .int()
    .min(1)
    .max(100_000_000)
    .default(600)
    .meta({ unit: 'items', effect: 'higher: more items must have been listed to page' }),
  defaultItems: z.number().int().min(1).max(10_000).default(20).meta({
    unit: 'items',
    effect:
      'items assumed on a page when neither answer nor query says; higher: the item floor is reached earlier',
  }),
  goesOn: z.number().min(0.3).max(0.85).default(0.6).meta({
    unit: 'probability',
    effect:
      'chance that ordinary use fetches one more page, before peers have taught better; higher: tolerates deeper browsing',
  }),
  walkGoesOn: z.number().min(0.7).max(0.99).default(0.85).meta({
    unit: 'probability',
    effect: 'the same for a walk; higher: walks of many short listings count less',
  }),
  jobFactor: z.number().min(1).max(100).default(3).meta({
    unit: 'times',
    effect:
      'how much deeper than on past days a daily walk may go; higher: jobs may grow more before they are reported',
  }),
});
