// What can be tuned in D22: default, range, unit, and what moving it does.

import { z } from 'zod';

export const PARAMS = z.strictObject({
  threshold: z.number().min(3).max(50).default(11.5).meta({
    unit: 'nats',
    effect: 'higher: more functions new to the credential, or rarer ones, are needed',
  }),
  aloneThreshold: z.number().min(3).max(50).default(8).meta({
    unit: 'nats',
    effect:
      'evidence from which one privileged function that no peer ever called pages by itself; higher: longer pasts and more peers are needed for that',
  }),
  alone: z.number().min(0.5).max(1).default(0.9).meta({
    unit: 'privilege',
    effect: 'how privileged a function must be to page by itself; higher: only those declared so',
  }),
  privilegeFloor: z.number().min(0.1).max(1).default(0.6).meta({
    unit: 'privilege',
    effect: 'functions below it do not count; higher: fewer names and verbs count as privileged',
  }),
  takers: z.number().int().min(1).max(4).default(3).meta({
    unit: 'credentials',
    effect:
      'so many others that take a new function up within a day make it a release; higher: releases must reach more of them',
  }),
});
