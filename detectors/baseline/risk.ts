// A number that ranks credentials by suspicion, for lists.
// Always holds: 0 and up; any incident outranks none, a more severe one a less severe one; without incidents, findings
// outrank mere habits. Does not promise to be a probability, nor to compare across versions.

import type { Severity } from '../../schemas/finding.ts';

const POINTS: Record<Severity, number> = { info: 100, low: 200, medium: 300, high: 400, critical: 500 };
const MOST_FINDING = 60;
const MOST_EVIDENCE = 25;
const NATS_THAT_COUNT = 30;

/**
 * Severity of the worst incident (100 to 500), 2 for each further one (up to 10), up to 60 for the strongest finding
 * (evidence × records at stake), up to 25 for detector evidence now, and up to 4 for reading many new objects or
 * failing often.
 */
export function riskOf(o: {
  severities: readonly Severity[];
  evidence: number;
  findingLogE: number;
  findingRecords: number;
  distinct: number;
  novelShare: number;
  failureShare: number;
}): number {
  const worst = o.severities.reduce((most, severity) => Math.max(most, POINTS[severity]), 0);
  const further = Math.min(10, Math.max(0, o.severities.length - 1) * 2);
  const strength = Math.min(1, Math.max(0, o.findingLogE) / NATS_THAT_COUNT);
  const stake = Math.min(1, (1 + Math.log10(1 + o.findingRecords)) / 7);
  const now = Math.min(1, o.evidence / NATS_THAT_COUNT);
  const habits = Math.min(3, 0.5 * o.novelShare * Math.log10(1 + o.distinct)) + Math.min(1, o.failureShare);
  const risk = worst + further + MOST_FINDING * strength * stake + MOST_EVIDENCE * now + habits;
  return Math.round(risk * 1000) / 1000;
}
