// The rules of others at the rate of false pages that Keytrail is held to, and which of them does best on a scenario.
// Always holds: a rule that cannot get that quiet is not compared, and is said so; what a rule never found counts with all records.

import { median, perThousand, sum } from './figures.ts';
import type { AttackResult, BenignResult, NegativeResult } from './results.ts';
import { FACTORS } from './rules/index.ts';

/** False pages per 1,000 credentials and day that a rule may have to be compared. */
const RATE = 0.1;

export interface RuleLine {
  rule: string;
  /** Smallest factor that keeps RATE over ordinary weeks, else the quietest; false pages there, and at its default. */
  factor: number;
  rate: number;
  rateAtDefault: number;
  /** The same over ordinary weeks and hard negatives together. */
  strict: { factor: number; rate: number };
}

export interface Best {
  rule: string;
  leaked: number;
}

export function rulesOf(benign: readonly BenignResult[], negatives: readonly NegativeResult[]): RuleLine[] {
  const ids = [...new Set(benign.flatMap((r) => r.rules.map(({ rule }) => rule)))];
  return ids.map((rule) => {
    const ordinary = ratesOf(rule, benign);
    return {
      rule,
      ...quietEnough(ordinary),
      rateAtDefault: ordinary[0]!,
      strict: quietEnough(ratesOf(rule, [...benign, ...negatives])),
    };
  });
}

function ratesOf(rule: string, cells: readonly (BenignResult | NegativeResult)[]): number[] {
  const days = sum(cells, (r) => r.credentials * r.days);
  return FACTORS.map((_, i) =>
    perThousand(
      sum(cells, (r) => r.rules.find((one) => one.rule === rule)?.pages[i] ?? 0),
      days,
    ),
  );
}

function quietEnough(rates: readonly number[]): { factor: number; rate: number } {
  const within = rates.findIndex((rate) => rate <= RATE);
  const at = within < 0 ? rates.indexOf(Math.min(...rates)) : within;
  return { factor: FACTORS[at]!, rate: rates[at]! };
}

/** Fewest records out at the compared rate, over `group`, the seeds of one scenario. */
export function bestRule(
  group: readonly AttackResult[],
  rules: readonly { rule: string; factor: number; rate: number }[],
): Best | null {
  let best: Best | null = null;
  for (const { rule, factor, rate } of rules) {
    if (rate > RATE) continue;
    const at = FACTORS.indexOf(factor as (typeof FACTORS)[number]);
    const leaked = median(group.map((r) => r.rules.find((one) => one.rule === rule)?.leaked[at] ?? r.total))!;
    if (best === null || leaked < best.leaked) best = { rule, leaked };
  }
  return best;
}

/**
 * The one rule that does best over all scenarios, at the compared rate of ordinary weeks: its records out against ours, median over
 * scenarios. Null when no rule gets that quiet.
 */
export function bestSingle(
  groups: Iterable<readonly AttackResult[]>,
  rules: readonly RuleLine[],
): { rule: string; ratio: number } | null {
  const all = [...groups];
  let best: { rule: string; ratio: number } | null = null;
  for (const { rule, factor, rate } of rules) {
    if (rate > RATE) continue;
    const at = FACTORS.indexOf(factor as (typeof FACTORS)[number]);
    const ratio = median(
      all.map((group) => {
        const theirs = median(
          group.map((r) => r.rules.find((one) => one.rule === rule)?.leaked[at] ?? r.total),
        )!;
        return theirs / Math.max(1, median(group.map((r) => r.detected?.leaked ?? r.total))!);
      }),
    );
    if (ratio !== null && (best === null || ratio < best.ratio)) best = { rule, ratio };
  }
  return best;
}
