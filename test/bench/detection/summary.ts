// Folds the cells of a run into the figures people ask for.
// Always holds: medians over seeds; what was never detected counts with all the records its calls took.

import type { AttackResult, BenignResult, CellResult, NegativeResult } from './results.ts';
import { FACTORS } from './rules/index.ts';

/** False pages per 1,000 credentials and day that a rule may have to be compared. */
const RATE = 0.1;

export interface ScenarioLine {
  scenario: string;
  shape: string;
  variant: string;
  seeds: number;
  /** Medians over seeds. */
  leaked: number;
  requests: number | null;
  minutes: number | null;
  /** Shares of seeds. */
  detected: number;
  /** Before a tenth of the records of its calls, and before the deadline. */
  useful: number;
  digest: number;
  incidents: number;
  attribution: number | null;
  /** (Stated − true) / true, median. */
  error: number | null;
  within: number | null;
  /** Best rule at the compared rate: records out. */
  best: { rule: string; leaked: number } | null;
  detectors: string[];
}

export interface RuleLine {
  rule: string;
  /** Factor at which it stays within RATE, and false pages per 1,000 credentials and day there and at its default. */
  factor: number;
  rate: number;
  rateAtDefault: number;
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
    byDetector: Record<string, number>;
  };
  /** Over hard negatives too. */
  rateOverall: number;
  rules: RuleLine[];
  recall: Record<string, number>;
  recallAll: number;
  precision: number;
  /** Median over scenarios of best rule's records over ours. */
  advantage: number | null;
  health: { detector: string; credentialDays: number; reached: number[] }[];
  speed: { ratio: number; eventsPerSecond: number; bytesPerCredential: number } | null;
}

export function summarise(results: readonly CellResult[]): Summary {
  const attacks = results.filter((r): r is AttackResult => r.type === 'attack');
  const negatives = results.filter((r): r is NegativeResult => r.type === 'negative');
  const benign = results.filter((r): r is BenignResult => r.type === 'benign');
  const rules = rulesOf(benign, negatives);
  const lines = [...groupBy(attacks, (r) => `${r.scenario}|${r.shape}|${r.variant}`).values()].map((group) =>
    lineOf(group, rules),
  );
  const variants = groupBy(attacks, (r) => r.variant);
  const pages = attacks.reduce((sum, r) => sum + r.incidents + r.otherPages, 0);
  const days = sum(benign, (r) => r.credentials * r.days);
  const harmless = days + sum(negatives, (r) => r.credentials * r.days);
  const ratios = lines.flatMap(({ best, leaked }) =>
    best === null ? [] : [best.leaked / Math.max(1, leaked)],
  );
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
      rate: perThousand(
        sum(benign, (r) => r.pages),
        days,
      ),
      byDetector: count(benign),
    },
    rateOverall: perThousand(sum(benign, (r) => r.pages) + sum(negatives, (r) => r.pages), harmless),
    rules,
    recall: Object.fromEntries([...variants].map(([variant, group]) => [variant, share(group, useful)])),
    recallAll: share(attacks, useful),
    precision: pages === 0 ? 1 : attacks.reduce((total, r) => total + r.incidents, 0) / pages,
    advantage: median(ratios),
    health: healthOf(benign),
    speed: speedOf(benign),
  };
}

function useful({ detected, loot }: AttackResult): boolean {
  if (detected === null) return false;
  return detected.beforeDeadline && detected.leaked <= Math.max(1, 0.1 * loot);
}

function lineOf(group: readonly AttackResult[], rules: readonly RuleLine[]): ScenarioLine {
  const [first] = group as [AttackResult];
  const found = group.flatMap((r) => (r.detected === null ? [] : [r.detected]));
  const told = group.flatMap((r) => (r.stated !== null && r.stated.truth > 0 ? [r.stated] : []));
  return {
    scenario: first.scenario,
    shape: first.shape,
    variant: first.variant,
    seeds: group.length,
    leaked: median(group.map((r) => r.detected?.leaked ?? r.total))!,
    requests: median(found.map((d) => d.requests)),
    minutes: median(found.map((d) => d.ms / 60_000)),
    detected: share(group, (r) => r.detected !== null),
    useful: share(group, useful),
    digest: share(group, (r) => r.digest !== null),
    incidents: median(group.map((r) => r.incidents))!,
    attribution: median(group.flatMap((r) => (r.detected === null ? [] : [r.attribution]))),
    error: median(told.map((s) => (s.records - s.truth) / s.truth)),
    within: told.length === 0 ? null : share(told, (s) => Math.abs(s.records - s.truth) <= 0.05 * s.truth),
    best: bestRule(group, rules),
    detectors: [...new Set(found.flatMap((d) => d.detectors))].sort(),
  };
}

/** Fewest records out among rules that keep the compared rate; those that cannot are left out. */
function bestRule(group: readonly AttackResult[], rules: readonly RuleLine[]): ScenarioLine['best'] {
  let best: ScenarioLine['best'] = null;
  for (const { rule, factor, rate } of rules) {
    if (rate > RATE) continue;
    const at = FACTORS.indexOf(factor as (typeof FACTORS)[number]);
    const leaked = median(group.map((r) => r.rules.find((one) => one.rule === rule)?.leaked[at] ?? r.total))!;
    if (best === null || leaked < best.leaked) best = { rule, leaked };
  }
  return best;
}

function rulesOf(benign: readonly BenignResult[], negatives: readonly NegativeResult[]): RuleLine[] {
  const cells = [...benign, ...negatives];
  const days = sum(cells, (r) => r.credentials * r.days);
  const ids = [...new Set(cells.flatMap((r) => r.rules.map(({ rule }) => rule)))];
  return ids.map((rule) => {
    const rates = FACTORS.map((_, i) =>
      perThousand(
        sum(cells, (r) => r.rules.find((one) => one.rule === rule)?.pages[i] ?? 0),
        days,
      ),
    );
    const within = rates.findIndex((rate) => rate <= RATE);
    const at = within < 0 ? rates.indexOf(Math.min(...rates)) : within;
    return { rule, factor: FACTORS[at]!, rate: rates[at]!, rateAtDefault: rates[0]! };
  });
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

const perThousand = (pages: number, days: number): number => (days === 0 ? 0 : (pages / days) * 1000);
const sum = <T>(list: readonly T[], of: (item: T) => number): number =>
  list.reduce((total, item) => total + of(item), 0);
const share = <T>(list: readonly T[], is: (item: T) => boolean): number =>
  list.length === 0 ? 0 : list.filter(is).length / list.length;

export function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of list) {
    const group = out.get(keyOf(item));
    if (group) group.push(item);
    else out.set(keyOf(item), [item]);
  }
  return out;
}
