// What D11 keeps of a credential and of a route, and what its parts see of an event.

import type { z } from 'zod';
import type { Context } from '../../detector.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
import { REPORTED } from '../../reporting.ts';
import { f32, f32s, f64, u8, u16, u32, u32s } from '../../state/fields.ts';
import { HANDLING } from './handling.ts';
import type { Affinity } from './memory.ts';
import type { PARAMS } from './params.ts';

export const HOMES = 8;
export const HEAVY = {
  ...REPORTED,
  evidence: f32('CUSUM of "the object is somebody else\'s"'),
  foreign: u32('different foreign objects since it was last 0'),
  own: u32('reads of its own objects since then'),
  homes: u32s(HOMES, 'hashes of their usual readers'),
  paired: u8('1 when some of them had two, of which one may be a service that reads everything'),
  bytes: f64('bytes of those answers'),
  since: f64('first of them, ms'),
  ownEver: u16('reads of objects it is the home of, ever'),
  trials: f32('objects with a home that it read while unsuspicious; halved at 2,000'),
  foreignTrials: f32("of these, somebody else's"),
  ...HANDLING,
  followed: u8('1 while what becomes of its openings is followed'),
  copying: f32s(2, 'CUSUMs of "what it opens is left alone", for few copies among its work and for many'),
  openings: u32('outcomes of openings since both were last 0'),
  alone: u32('of these, left alone'),
  returned: u32('of these, returned to'),
  aloneUsual: f32('how many alone would be usual'),
  returnedUsual: f32('how many returns would be usual'),
  openedBytes: f64('bytes of what it opened since then'),
  aloneSince: f64('first of those openings, ms'),
  aloneReportedAt: f64('when that was last reported, ms; 0 when it was not'),
  aloneReported: f32('how many were alone then'),
  aloneEver: f32('openings left alone while unsuspicious; halved with the next'),
  usualEver: f32('how many its desk would have left alone; halved at 200'),
} as const;
export const ROUTE = {
  homed: f32('reads of objects with a home by those who have objects of their own; halved at 20,000'),
  byHome: f32('of these, by it'),
} as const;

type None = Record<never, never>;
export type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, typeof ROUTE, Affinity>;
export type State = NonNullable<Ctx['heavy']>;

const SENSITIVE = ['personal', 'payment', 'health', 'secret'] as const;

/** People have told that the event's route or collection holds what is sensitive. */
export function isSensitive({ event, knowledge }: Ctx): boolean {
  if (knowledge.empty) return false;
  const isTagged = (name: string): boolean => {
    const tags = knowledge.tags(event.tenant, name);
    return SENSITIVE.some((tag) => tags.has(tag));
  };
  return isTagged(event.route) || isTagged(event.objects.at(-1)!.collection);
}

export const isEntitled = ({ event, knowledge }: Ctx): boolean =>
  !knowledge.empty && knowledge.entitlement(event, event.objects.at(-1)!.collection) !== null;

export const isAnswered = ({ event }: Ctx): boolean => event.status >= 200 && event.status <= 299;

/** Identifiers of people are looked up from address books, and belong to nobody; D12 judges lists of them. */
export const namesObject = ({ event }: Ctx): boolean => {
  const last = event.objects.at(-1);
  return last !== undefined && !isIdentifier(last.collection);
};
