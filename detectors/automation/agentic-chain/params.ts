// What can be tuned in D29: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(8).meta({
    unit: 'nats',
    effect: "higher: a session must be further from the client's other sessions to be reported",
  }),
  repairFloor: z.number().int().min(1).max(1000).default(5).meta({
    unit: 'mistakes mended',
    effect: 'higher: more mended mistakes in one session are needed to page',
  }),
  functionFloor: z.number().int().min(2).max(60).default(12).meta({
    unit: 'functions',
    effect: 'higher: the session must go through more different functions to page',
  }),
  callFloor: z.number().int().min(10).max(100_000).default(60).meta({
    unit: 'calls',
    effect: 'higher: longer sessions are needed to page',
  }),
  fastMs: z.number().int().min(10).max(10_000).default(500).meta({
    unit: 'ms',
    effect:
      'pause below which the next function was called at machine speed; higher: more sessions look fast',
  }),
});
