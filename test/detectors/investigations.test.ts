// What is open is stored and taken up again: cut anywhere, findings and incidents are those of an engine that was not cut. Cut after
// the last opening, since the calls before an opening are stored only of credentials that something is open about.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { Detector } from '../../detectors/detector.ts';
import { createEngine } from '../../detectors/engine.ts';
import type { Engine } from '../../detectors/engine-contract.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import { fact } from '../../schemas/fact.ts';
import { casesOf } from './catalogue-files.ts';

/** As the store does it: in bytes and back, what is shared first. */
function takenUp(before: Engine, after: Engine): Engine {
  const investigations = structuredClone(before.investigations());
  const suspicions = structuredClone(before.suspicions());
  assert.equal(after.restore(before.snapshot()).ignored, 0);
  const { ignored } = after.restoreInvestigations(investigations, suspicions);
  assert.equal(ignored, 0);
  return after;
}

function told(events: readonly ApiEvent[], make: () => Engine, cuts: readonly number[]): unknown[] {
  let engine = make();
  const all = events.flatMap((event, i) => {
    if (cuts.includes(i)) engine = takenUp(engine, make());
    const { findings, incidents } = engine.process(event);
    return [...findings, ...incidents];
  });
  return [...all, ...engine.finish()];
}

for (const detector of CATALOGUE) {
  const cases = (await casesOf(detector.meta)).filter(({ kind }) => kind === 'fires').slice(0, 1);
  test(`${detector.meta.id}: incidents that run go on as they were after a restart`, () => {
    for (const { name, events: list, facts = [] } of cases) {
      const events = list();
      const knowledge = createKnowledge(facts.map((one) => fact.parse(one)));
      const make = (detectors: readonly Detector[] = [detector]) => createEngine({ detectors, knowledge });
      const engine = make();
      const opens = (event: ApiEvent): boolean =>
        engine.process(event).incidents.some(({ status }) => status === 'open');
      const opening = events.map(opens).lastIndexOf(true);
      const whole = told(events, make, []);
      fc.assert(
        fc.property(fc.integer({ min: opening + 1, max: events.length }), (cut) => {
          assert.deepEqual(told(events, make, [cut]), whole, `${name}: cut at ${cut} of ${events.length}`);
        }),
        { numRuns: 2 },
      );
    }
  });
}
