// What can be tuned in D25: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more oversized answers in a row are needed',
  }),
  answerFloor: z.number().int().min(5).max(100_000).default(20).meta({
    unit: 'answers',
    effect: 'higher: more oversized answers are needed to page',
  }),
  siblingFloor: z.number().int().min(3).max(100_000).default(5).meta({
    unit: 'answers',
    effect:
      'oversized answers after which a credential counts among several of its client that ask so in the same hour; higher: spread collection is found later',
  }),
  ratio: z.number().min(1.5).max(1000).default(4).meta({
    unit: 'times',
    effect:
      'how far beyond the 99th percentile of the route an answer to an unfamiliar query must be; higher: only grosser excess counts',
  }),
});
