// What can be tuned in D19: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more different secrets must be refused, with fewer accepted in between',
  }),
  failureFloor: z.number().int().min(3).max(100_000).default(10).meta({
    unit: 'attempts',
    effect: 'higher: more attempts must be refused before it pages',
  }),
  secretFloor: z.number().int().min(2).max(1000).default(5).meta({
    unit: 'secrets or accounts',
    effect: 'higher: more of the refused attempts must be with different secrets or on different accounts',
  }),
  ownerFloor: z.number().int().min(2).max(1000).default(20).meta({
    unit: 'secrets',
    effect:
      'the same for an account that is tried from where its owner calls; higher: forgotten passwords stay quiet for longer',
  }),
  waveSources: z.number().int().min(2).max(500).default(4).meta({
    unit: 'sources',
    effect:
      'so many sources that try at one sign-in within an hour are told as one incident of the sign-in; higher: more incidents of single sources',
  }),
});
