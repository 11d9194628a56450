// How often openings are left alone when nothing is wrong, and how much one outcome speaks for copying.
// Always holds: each step is the logarithm of a likelihood ratio; the usual share is taken with a margin, so that its e-value
// is modest. Does not judge those who leave most of what they open alone: nothing can be told from it there.

import { ALONE, BESIDE, type Outcome, RETURNED } from './handling.ts';

/** Outcomes learned: alone, beside, returned. */
export type Outcomes = [alone: number, beside: number, returned: number];
export type Shares = readonly [alone: number, beside: number, returned: number];

/** Of records that are copied; between other work some are taken for handled. */
const COPIED: Shares = [0.75, 0.22, 0.03];
/** Outcomes before they say what is usual. */
const LEAST = 200;
const MEMORY = 4000;
/** Who returns less often, or leaves more alone, does not work on what it opens. */
const LEAST_RETURNED = 0.4;
const MOST_ALONE = 0.15;

export function learnOutcome(learned: Outcomes, outcome: Outcome): void {
  learned[outcome]++;
  if (learned[ALONE] + learned[BESIDE] + learned[RETURNED] < MEMORY) return;
  for (let i = 0; i < learned.length; i++) learned[i]! /= 2;
}

/**
 * Usual shares, of what is left alone `ratio` times as much, judged with a margin; null when too little is known, or nothing can
 * be told.
 */
export function usualShares(learned: Outcomes, o: { ratio: number; margin: number }): Shares | null {
  const total = learned[ALONE] + learned[BESIDE] + learned[RETURNED];
  if (total < LEAST) return null;
  const alone = (o.ratio * (learned[ALONE] + 1)) / (total + 2);
  if (alone > MOST_ALONE || learned[RETURNED] < LEAST_RETURNED * total) return null;
  const wide = alone * o.margin;
  const beside = learned[BESIDE] / total;
  return [wide, beside, Math.max(0.05, 1 - wide - beside)];
}

/** As learned, without a margin: how much work a number of returns shows. */
export function returnedShare(learned: Outcomes): number {
  return learned[RETURNED] / Math.max(1, learned[ALONE] + learned[BESIDE] + learned[RETURNED]);
}

/** ln of the likelihood ratio when a share `copied` of openings are copies. */
export function evidenceOf(outcome: Outcome, usual: Shares, copied: number): number {
  return Math.log(1 - copied + (copied * COPIED[outcome]) / usual[outcome]);
}
