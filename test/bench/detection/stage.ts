// The common past of all cells of one seed and archetype: the tenant's warm-up, judged once. Each cell starts from a copy, later in
// the test period from a copy that has lived through the ordinary days until then.
// Always holds: what cells bring as their own past (an insider's habits, a nightly job) is part of it for all of them, so that
// no cell is told what is coming by its past alone; a copy does not depend on which cells run, nor in which order.

import { z } from 'zod';
import { CATALOGUE } from '../../../detectors/catalogue.ts';
import { createEngine } from '../../../detectors/engine.ts';
import type { Engine, StoredBaseline } from '../../../detectors/engine-contract.ts';
import { createKnowledge } from '../../../detectors/knowledge.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { type FactInput, fact } from '../../../schemas/fact.ts';
import { tuning } from '../../../schemas/tuning.ts';
import { type Archetype, DAY, type World } from '../../scenarios/contract.ts';
import { makeWorld } from '../../scenarios/world/world.ts';
import { merge, type Timed } from './merge.ts';
import { makeRules } from './rules/index.ts';
import type { Rule } from './rules/rule.ts';

/** Where a cell begins: engines and rules that have seen everything before. */
interface Beginning {
  /** An engine told these facts besides the company's own. */
  engine(facts?: readonly FactInput[]): Engine;
  rules(): Rule[];
}

export interface Stage {
  readonly world: World;
  readonly credentials: number;
  /** After the warm-up and the ordinary days until then; from `world.testStart`. */
  at(instant: number): Beginning;
  /** The world's traffic; the first days of the test period, which every cell needs, are made once. */
  ordinary(from: number, to: number): Iterable<ApiEvent>;
}

export interface StageOptions {
  archetype: Archetype;
  seed: number;
  credentials: number;
  /** Factor on every detector's `threshold`. */
  threshold: number;
  pasts: (world: World) => Iterable<ApiEvent>[];
}

interface Kept {
  readonly at: number;
  readonly stored: readonly StoredBaseline[];
  readonly rules: readonly Rule[];
}

/** First days of the test period whose events are kept, in tenants small enough for that. */
const KEPT_DAYS = 6;
const SMALL = 500;
/** Copies kept besides that of the end of the warm-up. */
const MOST_KEPT = 3;

export function prepare(o: StageOptions): Stage {
  const world = makeWorld(o);
  const settings = thresholds(o.threshold);
  const fresh = (facts: readonly FactInput[]): Engine =>
    createEngine({
      maxCredentials: 200_000,
      tuning: settings,
      knowledge: createKnowledge([...world.facts, ...facts].map((one) => fact.parse(one))),
    });
  const live = (engine: Engine, rules: readonly Rule[], events: Iterable<ApiEvent>): void => {
    for (const event of events) {
      engine.process(event);
      for (const rule of rules) rule.see(event);
    }
  };
  const begin = (kept: Kept): Beginning => ({
    engine(facts = []) {
      const copy = fresh(facts);
      copy.restore(kept.stored);
      return copy;
    },
    rules: () => kept.rules.map((rule) => rule.clone()),
  });

  const first = fresh([]);
  const learning = makeRules();
  live(first, learning, warmUp(world, o.pasts(world)));
  const warm: Kept = { at: world.testStart, stored: [...first.snapshot()], rules: learning };
  const kept: Kept[] = [];
  const ordinary = keepDays(world);
  return {
    world,
    credentials: world.actors.length,
    at(instant) {
      if (instant <= world.testStart) return begin(warm);
      const known = kept.find(({ at }) => at === instant);
      if (known !== undefined) return begin(known);
      // From the warm-up each time, not from another copy: what was kept must not matter.
      const start = begin(warm);
      const engine = start.engine();
      const rules = start.rules();
      live(engine, rules, ordinary(world.testStart, instant));
      const made = { at: instant, stored: [...engine.snapshot()], rules };
      kept.push(made);
      if (kept.length > MOST_KEPT) kept.shift();
      return begin(made);
    },
    ordinary,
  };
}

function keepDays(world: World): Stage['ordinary'] {
  if (world.actors.length > SMALL) return (from, to) => world.traffic(from, to);
  const days = new Map<number, readonly ApiEvent[]>();
  const dayOf = (day: number): readonly ApiEvent[] => {
    const events = days.get(day) ?? [...world.traffic(day, day + DAY)];
    days.set(day, events);
    return events;
  };
  return function* (from, to) {
    const end = Math.min(to, world.testStart + KEPT_DAYS * DAY);
    let at = from;
    for (; at >= world.testStart && at < end; at = (Math.floor(at / DAY) + 1) * DAY)
      for (const event of dayOf(Math.floor(at / DAY) * DAY)) if (event.at >= at && event.at < to) yield event;
    if (at < to) yield* world.traffic(at, to);
  };
}

function* warmUp(world: World, pasts: readonly Iterable<ApiEvent>[]): Generator<ApiEvent> {
  const streams = [world.traffic(world.start, world.testStart), ...pasts].map(timed);
  for (const { item } of merge(...streams)) if (item.at < world.testStart) yield item;
}

export function* timed(events: Iterable<ApiEvent>): Generator<Timed<ApiEvent>> {
  for (const event of events) yield { at: event.at, item: event };
}

export function thresholds(factor: number) {
  if (factor === 1) return tuning.parse({});
  return tuning.parse({ detectors: Object.fromEntries(scaled(factor)) });
}

/** Every threshold times the factor, as far as the parameter's own range goes. */
function* scaled(factor: number): Generator<[string, { threshold: number }]> {
  for (const { meta, params } of CATALOGUE) {
    const usual = (params.parse({}) as { threshold?: number }).threshold;
    if (usual === undefined) continue;
    const range = z.toJSONSchema(params, { io: 'input' }).properties?.threshold;
    const { minimum = 0, maximum = Number.POSITIVE_INFINITY } = (range ?? {}) as {
      minimum?: number;
      maximum?: number;
    };
    yield [meta.id, { threshold: Math.min(maximum, Math.max(minimum, usual * factor)) }];
  }
}
