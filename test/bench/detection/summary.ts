// Folds the cells of a run into the figures people ask for.
// Always holds: medians over seeds, with the worst seed beside them; what was never detected counts with all the records its
// calls took.

import { type Best, bestRule, bestSingle, type RuleLine, rulesOf } from './compared.ts';
import { groupBy, median, perThousand, share, sum } from './figures.ts';
import type { AttackResult, BenignResult, CellResult, NegativeResult } from './results.ts';

export interface ScenarioLine {
  scenario: string;
  shape: string;
  variant: string;
  seeds: number;
  /** Medians over seeds, and the worst of them. */
  leaked: number;
  worst: number;
  requests: number | null;
  minutes: number | null;
  /** Shares of seeds. */
  detected: number;
  /** Before a tenth of the records of its calls, and before the deadline. */
  useful: number;
  /** Before a tenth of the records of the whole incident, of which the calls are the beginning. */
  usefulOfWhole: number;
  digest: number;
  incidents: number;
  attribution: number | null;
  /** (Stated − true) / true, median. */
  error: number | null;
  /** Best rule at the compared rate of ordinary weeks, and of ordinary weeks and hard negatives together. */
  best: Best | null;
  bestStrict: Best | null;
  detectors: string[];
}

export interface Recall {
  useful: number;
  usefulOfWhole: number;
  detected: number;
}

export interface Summary {
  lines: ScenarioLine[];
  negatives: {
    scenario: string;
    seeds: number;
    pages: number;
    fleet: number;
    allowed: number;
    digests: number;
    detectors: string[];
  }[];
  benign: {
    credentialDays: number;
    pages: number;
    fleet: number;
    digests: number;
    rate: number;
    /** The true rate is below this with 95 % confidence, were pages independent. */
    rateBelow: number;
    byDetector: Record<string, number>;
  };
  /** Over hard negatives too. */
  rateOverall: number;
  /** About callers that are not the attacker, in attacked tenants. */
  bystanders: { pages: number; credentialDays: number; rate: number };
  rules: RuleLine[];
  /** Shares of attack cells, by variant and over all: in time by the records of its calls, by the whole incident, ever. */
  recall: Record<string, Recall>;
  recallAll: Recall;
  precision: number;
  /** Over attack cells that stated a number: share within 5 % of the truth, share whose interval holds the truth. */
  stated: { cells: number; within: number; covered: number } | null;
  /** Median over scenarios of best rule's records over ours. */
  advantage: number | null;
  /** The same against the one rule that does best over all scenarios. */
  advantageSingle: { rule: string; ratio: number } | null;
  advantageStrict: number | null;
  /** Credential-days by their strongest finding: e ≥ 10, 100 … 100,000. */
  evidence: { credentialDays: number; reached: number[] } | null;
  health: { detector: string; credentialDays: number; reached: number[] }[];
  speed: { ratio: number; eventsPerSecond: number; bytesPerCredential: number } | null;
}

export function summarise(results: readonly CellResult[]): Summary {
  const attacks = results.filter((r): r is AttackResult => r.type === 'attack');
  const negatives = results.filter((r): r is NegativeResult => r.type === 'negative');
  const benign = results.filter((r): r is BenignResult => r.type === 'benign');
  const rules = rulesOf(benign, negatives);
  const scenarios = [...groupBy(attacks, (r) => `${r.scenario}|${r.shape}|${r.variant}`).values()];
  const lines = scenarios.map((group) => lineOf(group, rules));
  const variants = groupBy(attacks, (r) => r.variant);
  const pages = attacks.reduce((sum, r) => sum + r.incidents + r.otherPages, 0);
  const days = sum(benign, (r) => r.credentials * r.days);
  const harmless = days + sum(negatives, (r) => r.credentials * r.days);
  const advantage = (of: (line: ScenarioLine) => Best | null): number | null =>
    median(
      lines.flatMap((line) => {
        const best = of(line);
        return best === null ? [] : [best.leaked / Math.max(1, line.leaked)];
      }),
    );
  const falsePages = sum(benign, (r) => r.pages);
  const timed = attacks.filter((r) => r.credentialDays !== undefined);
  return {
    lines,
    negatives: [...groupBy(negatives, (r) => r.scenario)].map(([scenario, group]) => ({
      scenario,
      seeds: group.length,
      pages: sum(group, (r) => r.pages),
      fleet: Math.max(...group.map((r) => r.fleet)),
      allowed: group[0]!.allowedFleet,
      digests: sum(group, (r) => r.digests),
      detectors: [...new Set(group.flatMap((r) => r.detectors.map((text) => text.split(' ')[0]!)))],
    })),
    benign: {
      credentialDays: days,
      pages: sum(benign, (r) => r.pages),
      fleet: sum(benign, (r) => r.fleet),
      digests: sum(benign, (r) => r.digests),
      rate: perThousand(falsePages, days),
      rateBelow: perThousand(mostLikely(falsePages), days),
      byDetector: count(benign),
    },
    rateOverall: perThousand(sum(benign, (r) => r.pages) + sum(negatives, (r) => r.pages), harmless),
    bystanders: {
      pages: sum(timed, (r) => r.otherPages),
      credentialDays: sum(timed, (r) => r.credentialDays!),
      rate: perThousand(
        sum(timed, (r) => r.otherPages),
        sum(timed, (r) => r.credentialDays!),
      ),
    },
    rules,
    recall: Object.fromEntries([...variants].map(([variant, group]) => [variant, recallOf(group)])),
    recallAll: recallOf(attacks),
    precision: pages === 0 ? 1 : attacks.reduce((total, r) => total + r.incidents, 0) / pages,
    stated: statedOf(attacks),
    advantage: advantage((line) => line.best),
    advantageSingle: bestSingle(scenarios, rules),
    advantageStrict: advantage((line) => line.bestStrict),
    evidence: evidenceOf(benign),
    health: healthOf(benign),
    speed: speedOf(benign),
  };
}

const inTime = ({ detected }: AttackResult, records: number): boolean =>
  detected?.beforeDeadline === true && detected.leaked <= Math.max(1, 0.1 * records);
const useful = (r: AttackResult): boolean => inTime(r, r.total);
const usefulOfWhole = (r: AttackResult): boolean => inTime(r, r.loot);

function recallOf(group: readonly AttackResult[]): Recall {
  return {
    useful: share(group, useful),
    usefulOfWhole: share(group, usefulOfWhole),
    detected: share(group, (r) => r.detected !== null),
  };
}

const statements = (group: readonly AttackResult[]) =>
  group.flatMap(({ stated }) => (stated !== null && stated.truth > 0 ? [stated] : []));

function statedOf(attacks: readonly AttackResult[]): Summary['stated'] {
  const told = statements(attacks);
  if (told.length === 0) return null;
  return {
    cells: told.length,
    within: share(told, (s) => Math.abs(s.records - s.truth) <= 0.05 * s.truth),
    covered: share(told, (s) => s.low <= s.truth && s.truth <= s.high),
  };
}

function evidenceOf(benign: readonly BenignResult[]): Summary['evidence'] {
  const told = benign.flatMap(({ evidence }) => (evidence ? [evidence] : []));
  if (told.length === 0) return null;
  return {
    credentialDays: sum(told, (e) => e.credentialDays),
    reached: told[0]!.reached.map((_, i) => sum(told, (e) => e.reached[i]!)),
  };
}

function lineOf(group: readonly AttackResult[], rules: readonly RuleLine[]): ScenarioLine {
  const [first] = group as [AttackResult];
  const found = group.flatMap((r) => (r.detected === null ? [] : [r.detected]));
  const told = statements(group);
  return {
    scenario: first.scenario,
    shape: first.shape,
    variant: first.variant,
    seeds: group.length,
    leaked: median(group.map((r) => r.detected?.leaked ?? r.total))!,
    worst: Math.max(...group.map((r) => r.detected?.leaked ?? r.total)),
    requests: median(found.map((d) => d.requests)),
    minutes: median(found.map((d) => d.ms / 60_000)),
    detected: share(group, (r) => r.detected !== null),
    useful: share(group, useful),
    usefulOfWhole: share(group, usefulOfWhole),
    digest: share(group, (r) => r.digest !== null),
    incidents: median(group.map((r) => r.incidents))!,
    attribution: median(group.flatMap((r) => (r.detected === null ? [] : [r.attribution]))),
    error: median(told.map((s) => (s.records - s.truth) / s.truth)),
    best: bestRule(group, rules),
    bestStrict: bestRule(
      group,
      rules.map(({ rule, strict }) => ({ rule, ...strict })),
    ),
    detectors: [...new Set(found.flatMap((d) => d.detectors))].sort(),
  };
}

function healthOf(benign: readonly BenignResult[]): Summary['health'] {
  const byDetector = groupBy(
    benign.flatMap((r) => r.health),
    (h) => h.detector,
  );
  return [...byDetector].map(([detector, group]) => ({
    detector,
    credentialDays: sum(group, (h) => h.credentialDays),
    reached: [0, 1, 2].map((i) => sum(group, (h) => h.reached[i]!)),
  }));
}

function speedOf(benign: readonly BenignResult[]): Summary['speed'] {
  if (benign.length === 0) return null;
  return {
    ratio: median(benign.map(({ speed }) => speed.parseMs / (speed.parseMs + speed.judgeMs)))!,
    eventsPerSecond: Math.round(median(benign.map(({ speed }) => (speed.events / speed.judgeMs) * 1000))!),
    bytesPerCredential: Math.round(median(benign.map(({ speed }) => speed.bytesPerCredential))!),
  };
}

function count(benign: readonly BenignResult[]): Record<string, number> {
  const out: Record<string, number> = {};
  for (const r of benign) for (const [id, n] of Object.entries(r.byDetector)) out[id] = (out[id] ?? 0) + n;
  return out;
}

/** Upper 95 % bound of a Poisson mean of which `count` were seen (Wilson and Hilferty). */
function mostLikely(count: number): number {
  const n = count + 1;
  return count === 0 ? -Math.log(0.05) : n * (1 - 1 / (9 * n) + 1.645 / (3 * Math.sqrt(n))) ** 3;
}
