// What one cell of the benchmark gives; plain data that goes from a worker to the report.

import type { DetectorHealth } from '../../../detectors/scoring/calibration.ts';
import type { Archetype, Variant } from '../../scenarios/contract.ts';

export interface RuleResult {
  rule: string;
  /** Per factor: records out when the rule alarmed on the attack; null where it never did. */
  leaked: (number | null)[];
}

/** The run that gave the results: the first line of a results file. */
export interface RunHeader {
  type: 'run';
  /** Of the code that judged; with `+` when files differed from it. */
  commit: string;
  /** ISO 8601. */
  started: string;
  machine: string;
  size: string;
  jobs: number;
}

/** What every cell says of itself. */
interface Cell {
  /** Factor on every detector's threshold; 1 when absent. */
  threshold?: number;
}

export interface AttackResult extends Cell {
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
  /** Pages of this cell about somebody else, and over how many credential-days. */
  otherPages: number;
  credentialDays?: number;
  attribution: number;
  /** Stated against true records at the end of judging, and whether the truth lay in the interval. */
  stated: { records: number; low: number; high: number; truth: number } | null;
  calls: number;
  rules: RuleResult[];
  expected: readonly string[];
}

export interface NegativeResult extends Cell {
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
  /** Per rule and factor: false pages. */
  rules: { rule: string; pages: number[] }[];
}

export interface BenignResult extends Cell {
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
  /** Per rule and factor: false pages. */
  rules: { rule: string; pages: number[] }[];
  health: DetectorHealth[];
  /** Days on which a credential called, and those of them whose strongest finding has e of at least 10, 100 … 100,000. */
  evidence?: { credentialDays: number; reached: number[] };
  /** CPU time of process() and of JSON.parse of the same events, and bytes per credential. */
  speed: { judgeMs: number; parseMs: number; events: number; stateBytes: number; bytesPerCredential: number };
}

export type CellResult = AttackResult | NegativeResult | BenignResult;
