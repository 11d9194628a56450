// The common past of all cells of one seed and archetype: the tenant's warm-up, judged once. Each cell starts from a copy.
// Always holds: what cells bring as their own past (an insider's habits, a nightly job) is part of it for all of them, so that
// no cell is told what is coming by its past alone.

import { CATALOGUE } from '../../../detectors/catalogue.ts';
import { createEngine } from '../../../detectors/engine.ts';
import type { Engine, StoredBaseline } from '../../../detectors/engine-contract.ts';
import { createKnowledge } from '../../../detectors/knowledge.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { type FactInput, fact } from '../../../schemas/fact.ts';
import { tuning } from '../../../schemas/tuning.ts';
import type { Archetype, World } from '../../scenarios/contract.ts';
import { makeWorld } from '../../scenarios/world/world.ts';
import { merge, type Timed } from './merge.ts';
import { makeRules } from './rules/index.ts';
import type { Rule } from './rules/rule.ts';

export interface Stage {
  readonly world: World;
  readonly credentials: number;
  /** An engine that has lived through the warm-up and was told these facts besides the company's own. */
  engine(facts?: readonly FactInput[]): Engine;
  rules(): Rule[];
}

export interface StageOptions {
  archetype: Archetype;
  seed: number;
  credentials: number;
  /** Factor on every detector's `threshold`. */
  threshold: number;
  pasts: (world: World) => Iterable<ApiEvent>[];
}

export function prepare(o: StageOptions): Stage {
  const world = makeWorld(o);
  const settings = thresholds(o.threshold);
  const fresh = (facts: readonly FactInput[]): Engine =>
    createEngine({
      maxCredentials: 200_000,
      tuning: settings,
      knowledge: createKnowledge([...world.facts, ...facts].map((one) => fact.parse(one))),
    });
  const engine = fresh([]);
  const rules = makeRules();
  const streams = [world.traffic(world.start, world.testStart), ...o.pasts(world)].map(timed);
  for (const { item } of merge(...streams)) {
    if (item.at >= world.testStart) continue;
    engine.process(item);
    for (const rule of rules) rule.see(item);
  }
  const stored: StoredBaseline[] = [...engine.snapshot()];
  return {
    world,
    credentials: world.actors.length,
    engine(facts = []) {
      const copy = fresh(facts);
      copy.restore(stored);
      return copy;
    },
    rules: () => rules.map((rule) => rule.clone()),
  };
}

export function* timed(events: Iterable<ApiEvent>): Generator<Timed<ApiEvent>> {
  for (const event of events) yield { at: event.at, item: event };
}

function thresholds(factor: number) {
  if (factor === 1) return tuning.parse({});
  return tuning.parse({ detectors: Object.fromEntries(scaled(factor)) });
}

function* scaled(factor: number): Generator<[string, { threshold: number }]> {
  for (const { meta, params } of CATALOGUE) {
    const usual = (params.parse({}) as { threshold?: number }).threshold;
    if (usual !== undefined) yield [meta.id, { threshold: usual * factor }];
  }
}
