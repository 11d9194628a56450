// Runs the cells: an attack in the tenant's ordinary traffic, a hard negative, or two ordinary weeks.
// Always holds: records are counted until the alert is emitted, by the truth of the scenario and not by what is claimed.

import { performance } from 'node:perf_hooks';
import type { Engine } from '../../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Archetype, Attack, HardNegative, PlannedAttack, Variant } from '../../scenarios/contract.ts';
import { DAY, TEST_DAYS } from '../../scenarios/contract.ts';
import { merge, type Timed } from './merge.ts';
import { concerns, f1, isFleet, lineagesIn, Pages } from './pages.ts';
import type { AttackResult, BenignResult, NegativeResult, RuleResult } from './results.ts';
import { FACTORS } from './rules/index.ts';
import type { Rule } from './rules/rule.ts';
import { type Stage, timed } from './stage.ts';

/** Attack calls judged after the page, to see what becomes of the incident. */
const AFTERWARDS = 3000;
/** Ordinary traffic before the attack. */
const BEFORE = DAY / 2;

interface Labelled {
  event: ApiEvent;
  records: readonly string[] | null;
}

function* ordinary(events: Iterable<ApiEvent>): Generator<Timed<Labelled>> {
  for (const event of events) yield { at: event.at, item: { event, records: null } };
}

function* attackCalls(plan: PlannedAttack): Generator<Timed<Labelled>> {
  for (const { event, records } of plan.calls) yield { at: event.at, item: { event, records } };
}

export function runAttack(
  stage: Stage,
  o: { attack: Attack; variant: Variant; shape: string; seed: number },
): AttackResult {
  const { world } = stage;
  const plan = o.attack.plan(world, o);
  const engine = stage.engine(plan.facts);
  const pages = new Pages();
  const rules = stage.rules().map(watch);
  const truth = new Set<string>();
  const guilty = new Set<string>();
  let calls = 0;
  let judged = 0;
  let detected: AttackResult['detected'] = null;
  let digest: AttackResult['digest'] = null;
  let judging = true;
  let truthJudged = 0;
  const from = Math.max(world.testStart, plan.start - BEFORE);
  const traffic = world.traffic(from, world.end);
  const attack = attackCalls(plan);
  let left = true;
  const marked = (function* (): Generator<Timed<Labelled>> {
    yield* attack;
    left = false;
  })();
  for (const { item } of merge(marked, ordinary(traffic))) {
    const { event, records } = item;
    if (records !== null) {
      calls++;
      guilty.add(event.credential.lineage);
      for (const record of records) truth.add(record);
    }
    for (const rule of rules) rule.see(event, records === null ? null : truth.size);
    if (judging) {
      const opened = pages.take(engine.process(event).incidents);
      if (detected === null) {
        const hit = opened.find((incident) => concerns(incident, plan));
        if (hit)
          detected = {
            leaked: truth.size,
            requests: calls,
            ms: event.at - plan.start,
            beforeDeadline: event.at < (plan.deadline ?? Number.POSITIVE_INFINITY),
            detectors: hit.detectors,
          };
        else if (digest === null && [...pages.digest.values()].some((one) => concerns(one, plan)))
          digest = { leaked: truth.size, requests: calls };
      } else if (records !== null && ++judged >= AFTERWARDS) judging = false;
      truthJudged = truth.size;
    }
    if (!left) break;
  }
  if (judging) pages.take(engine.finish());
  const about = [...pages.paged.values()].filter((incident) => concerns(incident, plan));
  const now = new Map([...engine.incidents()].map((incident) => [incident.id, incident]));
  const named = new Set(about.flatMap((incident) => lineagesIn(now.get(incident.id) ?? incident)));
  return {
    type: 'attack',
    scenario: o.attack.id,
    variant: o.variant,
    shape: o.shape,
    seed: o.seed,
    loot: plan.loot,
    total: truth.size,
    detected,
    digest: digest ?? detected,
    incidents: about.length,
    otherPages: pages.paged.size - about.length,
    attribution: f1(named, guilty),
    stated:
      about.length === 0
        ? null
        : stated(
            about.map(({ id }) => now.get(id)!.exposed),
            truthJudged,
          ),
    calls,
    rules: rules.map((rule) => rule.result()),
    expected: o.attack.expected,
  };
}

function stated(exposed: readonly { records: number; low: number; high: number }[], truth: number) {
  const sum = (pick: (one: { records: number; low: number; high: number }) => number): number =>
    exposed.reduce((total, one) => total + pick(one), 0);
  return { records: sum((e) => e.records), low: sum((e) => e.low), high: sum((e) => e.high), truth };
}

/** Notes when the rule would have alarmed on an event of the attack, at each factor. */
function watch(rule: Rule) {
  const leaked: (number | null)[] = FACTORS.map(() => null);
  return {
    see(event: ApiEvent, taken: number | null): void {
      const { score } = rule.see(event);
      if (taken === null || score < 1) return;
      for (let i = 0; i < FACTORS.length && score >= FACTORS[i]!; i++) leaked[i] ??= taken;
    },
    result: (): RuleResult => ({ rule: rule.id, leaked }),
  };
}

export function runNegative(stage: Stage, o: { negative: HardNegative; seed: number }): NegativeResult {
  const { world } = stage;
  const { negative } = o;
  const plan = negative.plan(world, o);
  const engine = stage.engine(plan.facts);
  const pages = new Pages();
  const from = Math.max(world.testStart, plan.start - BEFORE);
  const altered = (function* (): Generator<ApiEvent> {
    for (const event of world.traffic(from, plan.end)) {
      const changed = plan.alter ? plan.alter(event) : event;
      if (changed !== null) yield changed;
    }
  })();
  const rules = falseAlarms(stage);
  for (const { item } of merge(timed(altered), timed(plan.events))) {
    pages.take(engine.process(item).incidents);
    rules.see(item);
  }
  pages.take(engine.finish());
  const all = [...pages.paged.values()];
  return {
    type: 'negative',
    scenario: negative.id,
    seed: o.seed,
    pages: all.filter((incident) => !isFleet(incident)).length,
    fleet: all.filter(isFleet).length,
    allowedFleet: negative.fleet,
    digests: pages.digest.size,
    detectors: all.map((i) => `${i.detectors.join('+')} ${i.credential.display}: ${i.summary.slice(0, 160)}`),
    credentials: stage.credentials,
    days: (plan.end - from) / DAY,
    rules: rules.result(),
  };
}

export function runBenign(stage: Stage, o: { archetype: Archetype; seed: number }): BenignResult {
  const { world } = stage;
  const engine = stage.engine();
  const pages = new Pages();
  const rules = falseAlarms(stage);
  const byDetector: Record<string, number> = {};
  const claims: string[] = [];
  let events = 0;
  for (const event of world.traffic(world.testStart, world.end)) {
    events++;
    for (const incident of pages.take(engine.process(event).incidents)) {
      const [first] = incident.detectors;
      byDetector[first!] = (byDetector[first!] ?? 0) + 1;
      claims.push(
        `${incident.detectors.join('+')} ${incident.credential.display}: ${incident.summary.slice(0, 200)}`,
      );
    }
    rules.see(event);
  }
  const all = [...pages.paged.values()];
  return {
    type: 'benign',
    archetype: o.archetype,
    seed: o.seed,
    credentials: stage.credentials,
    days: TEST_DAYS,
    events,
    pages: all.filter((incident) => !isFleet(incident)).length,
    fleet: all.filter(isFleet).length,
    digests: pages.digest.size,
    byDetector,
    claims,
    rules: rules.result(),
    health: engine.health(),
    speed: speedOf(stage, engine),
  };
}

/** What the rules would have alarmed about on harmless traffic: keys and days, at each factor. */
function falseAlarms(stage: Stage) {
  const rules = stage.rules();
  const highest = rules.map(() => new Map<string, number>());
  return {
    see(event: ApiEvent): void {
      for (const [i, rule] of rules.entries()) {
        const { key, score } = rule.see(event);
        if (score < 1) continue;
        const day = `${key} ${Math.floor(event.at / DAY)}`;
        if (score > (highest[i]!.get(day) ?? 0)) highest[i]!.set(day, score);
      }
    },
    result: () =>
      rules.map((rule, i) => ({
        rule: rule.id,
        pages: FACTORS.map((factor) => [...highest[i]!.values()].filter((score) => score >= factor).length),
      })),
  };
}

/** CPU time of judging two days again against parsing the same events, alternating. */
function speedOf(stage: Stage, engine: Engine): BenignResult['speed'] {
  const { world } = stage;
  const events = [...world.traffic(world.testStart, world.testStart + 2 * DAY)];
  const lines = events.map((event) => JSON.stringify(event));
  const copy = stage.engine();
  let judgeMs = 0;
  let parseMs = 0;
  for (let from = 0; from < lines.length; from += 1000) {
    const part = lines.slice(from, from + 1000);
    const a = performance.now();
    const parsed = part.map((line) => JSON.parse(line) as ApiEvent);
    const b = performance.now();
    for (const event of parsed) copy.process(event);
    parseMs += b - a;
    judgeMs += performance.now() - b;
  }
  const { stateBytes, credentials } = engine.statistics();
  return {
    judgeMs,
    parseMs,
    events: events.length,
    stateBytes,
    bytesPerCredential: stateBytes / Math.max(1, credentials),
  };
}
