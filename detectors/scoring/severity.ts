// Folds the e-values of several detectors into one, and evidence with materiality into a severity.
// Always holds: the combination is itself an e-value (mean at most 1 when nothing is wrong) whatever the detectors'
// dependence, because it is a weighted average with weights that sum to 1; severity never falls when any input rises.

import { type Family, SEVERITIES, type Severity } from '../../schemas/finding.ts';

/** Detectors in the catalogue of methods, D01–D33: the share of those not named below is spread evenly over them. */
const METHODS = 33;
/** Weight of each pair of detectors that judge the same thing; each member has half. */
const PAIRS: Readonly<Record<string, number>> = {
  D08: 0.1,
  D14: 0.1,
  D01: 0.075,
  D02: 0.075,
  D22: 0.05,
  D23: 0.05,
  D24: 0.05,
  D25: 0.05,
};
const NAMED = Object.values(PAIRS).reduce((sum, w) => sum + w, 0);
const REST = (1 - NAMED) / (METHODS - Object.keys(PAIRS).length);

/** Weight of a detector in the average; all weights sum to 1. */
export function weightOf(detector: string): number {
  return PAIRS[detector] ?? REST;
}

/**
 * ln of Σ wᵢ·eᵢ. Detectors that said nothing count as e = 0, so the result is a lower bound of the true average.
 * @param logE detector id → ln of its e-value
 */
export function combineLogE(logE: Iterable<readonly [string, number]>): number {
  const terms = [...logE].map(([detector, value]) => Math.log(weightOf(detector)) + value);
  const highest = Math.max(...terms);
  if (!Number.isFinite(highest)) return highest;
  return highest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - highest), 0));
}

/** How much harm a family does when the claim is true; a taken-over credential outranks mere volume. */
const HARM: Readonly<Record<Family, number>> = {
  replay: 1.5,
  destruction: 1.5,
  privilege: 1.2,
  enumeration: 1,
  scraping: 1,
  exposure: 1,
  authentication: 1,
  anonymous: 1,
  lifecycle: 0.8,
  automation: 0.7,
  volume: 0.5,
};
/** Evidence beyond one in a million adds nothing: the claim is settled by then, and only the harm still matters. */
const SETTLED = 6;
const BYTES_PER_RECORD = 1e6;
/** Lower bounds of low, medium, high and critical. */
const BOUNDS = [1, 2.5, 5.5, 25] as const;

/**
 * Severity = log10(E) × harm of the family × (1 + log10(1 + records + megabytes)), in five buckets.
 * An enumeration is high when it pages and, with settled evidence, critical from about 1,500 records; a replay is high
 * with no record read and critical from about 60; 50 MB of unusual volume are medium.
 */
export function severityOf(o: { logE: number; family: Family; records: number; bytes: number }): Severity {
  const evidence = Math.min(Math.max(o.logE / Math.LN10, 0), SETTLED);
  const materiality = 1 + Math.log10(1 + o.records + o.bytes / BYTES_PER_RECORD);
  const score = evidence * HARM[o.family] * materiality;
  return SEVERITIES[BOUNDS.filter((bound) => score >= bound).length] as Severity;
}

/** Positive when `a` is the more severe. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
}
