// What can be tuned in D11: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more foreign objects among its own are needed before it is reported',
  }),
  objectFloor: z.number().int().min(1).max(100_000).default(10).meta({
    unit: 'objects',
    effect: 'higher: more foreign objects must have been read to page',
  }),
  sensitiveFloor: z.number().int().min(1).max(100_000).default(3).meta({
    unit: 'objects',
    effect: 'the same on routes tagged as sensitive; higher: fewer pages there',
  }),
  homeFloor: z.number().int().min(1).max(8).default(3).meta({
    unit: 'credentials',
    effect:
      'so many different usual readers must be among them; higher: hand-overs from several colleagues stay quiet',
  }),
  owned: z.number().min(0.8).max(0.999).default(0.95).meta({
    unit: 'share',
    effect:
      'share of reads by the usual reader that makes a route one of owned objects; higher: fewer routes are judged',
  }),
  aloneFloor: z.number().int().min(5).max(100_000).default(20).meta({
    unit: 'objects',
    effect:
      'higher: more records beyond the usual number must have been opened and left alone to page; short rounds of control stay quiet',
  }),
  sensitiveAloneFloor: z.number().int().min(5).max(100_000).default(12).meta({
    unit: 'objects',
    effect: 'the same on routes tagged as sensitive; higher: fewer pages there',
  }),
  deskFloor: z.number().int().min(10).max(1_000_000).default(30).meta({
    unit: 'objects',
    effect:
      'the same for all credentials of one client together; higher: a new way of working of the whole desk stays quiet for longer',
  }),
});
