// Runs the cells: an attack in the tenant's ordinary traffic, a hard negative, or two ordinary weeks.
// Always holds: records are counted until the alert is emitted, by the truth of the scenario and not by what is claimed.

import type { ApiEvent } from '../../../schemas/event.ts';
import type { Archetype, Attack, HardNegative, PlannedAttack, Variant } from '../../scenarios/contract.ts';
import { DAY, TEST_DAYS } from '../../scenarios/contract.ts';
import { speedOf, strongest } from './measures.ts';
import { merge, type Timed } from './merge.ts';
import { concerns, f1, isFleet, lineagesIn, Pages } from './pages.ts';
import type { AttackResult, BenignResult, NegativeResult, RuleResult } from './results.ts';
import { FACTORS } from './rules/index.ts';
import type { Rule } from './rules/rule.ts';
import { type Stage, timed } from './stage.ts';

const HOUR = 3_600_000;
/** Attack calls judged after the page, to see what becomes of the incident. */
const AFTERWARDS = 3000;
/** Ordinary traffic before the attack, judged with it; the days before that are shared (stage.ts). */
const BEFORE = DAY / 2;
/** Ordinary traffic after it: claims may wait some minutes before they page. */
const AFTER = HOUR;
/** Alarms of a rule about one key are one page for this long. */
const COOL_DOWN = DAY;

/** In whole quarters of a day, so that cells share where they begin. */
const beginning = (start: number): number => Math.floor((start - BEFORE) / (DAY / 4)) * (DAY / 4);

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
  const from = beginning(plan.start);
  const begin = stage.at(from);
  const engine = begin.engine(plan.facts);
  const pages = new Pages();
  const rules = begin.rules().map(watch);
  const truth = new Set<string>();
  const guilty = new Set<string>();
  let calls = 0;
  let judged = 0;
  let detected: AttackResult['detected'] = null;
  let digest: AttackResult['digest'] = null;
  let judging = true;
  let truthJudged = 0;
  const traffic = stage.ordinary(from, world.end);
  let left = true;
  let last = plan.start;
  let until = from;
  const attack = (function* (): Generator<Timed<Labelled>> {
    yield* attackCalls(plan);
    left = false;
  })();
  for (const { item } of merge(attack, ordinary(traffic))) {
    const { event, records } = item;
    if (!left && (event.at > last + AFTER || !judging)) break;
    if (records !== null) {
      calls++;
      last = event.at;
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
      until = event.at;
    }
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
    credentialDays: (stage.credentials * (until - from)) / DAY,
    attribution: f1(named, guilty),
    stated:
      about.length === 0
        ? null
        : stated(
            // What became part of another is stated there.
            about.flatMap(({ id }) => (now.get(id)!.part_of === null ? [now.get(id)!.exposed] : [])),
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
  const from = beginning(plan.start);
  const to = Math.min(world.end, plan.end + AFTER);
  const begin = stage.at(from);
  const engine = begin.engine(plan.facts);
  const pages = new Pages();
  const altered = (function* (): Generator<ApiEvent> {
    for (const event of stage.ordinary(from, to)) {
      const changed = plan.alter ? plan.alter(event) : event;
      if (changed !== null) yield changed;
    }
  })();
  const rules = falseAlarms(begin.rules());
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
    days: (to - from) / DAY,
    rules: rules.result(),
  };
}

export function runBenign(stage: Stage, o: { archetype: Archetype; seed: number }): BenignResult {
  const { world } = stage;
  const begin = stage.at(world.testStart);
  const engine = begin.engine();
  const pages = new Pages();
  const rules = falseAlarms(begin.rules());
  const evidence = strongest();
  const byDetector: Record<string, number> = {};
  const claims: string[] = [];
  let events = 0;
  for (const event of world.traffic(world.testStart, world.end)) {
    events++;
    const { findings, incidents } = engine.process(event);
    evidence.see(event, findings);
    for (const incident of pages.take(incidents)) {
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
    evidence: evidence.result(),
    speed: speedOf(stage, engine),
  };
}

/** How often the rules would have paged on harmless traffic, at each factor. */
function falseAlarms(rules: readonly Rule[]) {
  const quietUntil = rules.map(() => FACTORS.map(() => new Map<string, number>()));
  const pages = rules.map(() => FACTORS.map(() => 0));
  return {
    see(event: ApiEvent): void {
      for (const [i, rule] of rules.entries()) {
        const { key, score } = rule.see(event);
        for (let f = 0; f < FACTORS.length && score >= FACTORS[f]!; f++) {
          const quiet = quietUntil[i]![f]!;
          if (event.at < (quiet.get(key) ?? 0)) continue;
          quiet.set(key, event.at + COOL_DOWN);
          pages[i]![f]! += 1;
        }
      }
    },
    result: () => rules.map((rule, i) => ({ rule: rule.id, pages: pages[i]! })),
  };
}
