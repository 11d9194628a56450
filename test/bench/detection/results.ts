// What one cell of the benchmark gives; plain data that goes from a worker to the report.

import type { DetectorHealth } from '../../../detectors/scoring/calibration.ts';
import type { Archetype, Variant } from '../../scenarios/contract.ts';

export interface RuleResult {
  rule: string;
  /** Per factor: records out when the rule alarmed on the attack; null where it never did. */
  leaked: (number | null)[];
}

export interface AttackResult {
  type: 'attack';
  scenario: string;
  variant: Variant;
  shape: string;
  seed: number;
  /** Records of the whole incident, and of the calls made here. */
  loot: number;
  total: number;
  /** Null: nothing paged that concerns the attack. */
  detected: {
    leaked: number;
    requests: number;
    ms: number;
    beforeDeadline: boolean;
    detectors: string[];
  } | null;
  /** The same when the digest counts, too. */
  digest: { leaked: number; requests: number } | null;
  incidents: number;
  /** Pages of this cell about somebody else. */
  otherPages: number;
  attribution: number;
  /** Stated against true records at the end of judging, and whether the truth lay in the interval. */
  stated: { records: number; low: number; high: number; truth: number } | null;
  calls: number;
  rules: RuleResult[];
  expected: readonly string[];
}

export interface NegativeResult {
  type: 'negative';
  scenario: string;
  seed: number;
  pages: number;
  fleet: number;
  allowedFleet: 0 | 1;
  digests: number;
  detectors: string[];
  credentials: number;
  days: number;
  /** Per rule and factor: false pages (keys and days). */
  rules: { rule: string; pages: number[] }[];
}

export interface BenignResult {
  type: 'benign';
  archetype: Archetype;
  seed: number;
  credentials: number;
  days: number;
  events: number;
  pages: number;
  fleet: number;
  digests: number;
  /** Pages by detector that opened them. */
  byDetector: Record<string, number>;
  claims: string[];
  /** Per rule and factor: false pages (keys and days). */
  rules: { rule: string; pages: number[] }[];
  health: DetectorHealth[];
  /** Of process() against JSON.parse of the same events, and bytes per credential. */
  speed: { judgeMs: number; parseMs: number; events: number; stateBytes: number; bytesPerCredential: number };
}

export type CellResult = AttackResult | NegativeResult | BenignResult;
