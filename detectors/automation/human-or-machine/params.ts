// What can be tuned in D28: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more hours with the other kind are needed before it is reported',
  }),
  sessionFloor: z.number().int().min(2).max(1000).default(5).meta({
    unit: 'hours',
    effect: 'higher: more hours with the other kind are needed to page',
  }),
  learnedSessions: z.number().int().min(10).max(250).default(30).meta({
    unit: 'hours',
    effect: 'hours of use after which a credential is known to be of one kind; higher: judged later',
  }),
  mixed: z.number().min(0.01).max(0.3).default(0.05).meta({
    unit: 'share',
    effect:
      'share of hours with the other kind up to which a credential is of one kind; higher: more are judged',
  }),
});
