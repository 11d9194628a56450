// Detectors with a memory of their own: saved and restored anywhere within what they find, they find the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import { createEngine } from '../../detectors/engine.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import { fact } from '../../schemas/fact.ts';
import { casesOf } from './catalogue-files.ts';

const REMEMBERING = ['D10', 'D11', 'D13', 'D18', 'D19', 'D21', 'D22', 'D30'];

for (const detector of CATALOGUE.filter(({ meta }) => REMEMBERING.includes(meta.id))) {
  const cases = (await casesOf(detector.meta)).filter(({ kind }) => kind === 'fires');
  test(`${detector.meta.id}: a restart anywhere changes no finding`, () => {
    for (const { events: make, facts = [], expect } of cases) {
      const events = make();
      const knowledge = createKnowledge(facts.map((one) => fact.parse(one)));
      const detectors = [detector];
      const run = (cut: number): unknown[] => {
        const before = createEngine({ detectors, knowledge });
        const findings = events.slice(0, cut).flatMap((event) => [...before.process(event).findings]);
        const after = createEngine({ detectors, knowledge });
        assert.equal(after.restore(before.snapshot()).ignored, 0);
        return [...findings, ...events.slice(cut).flatMap((event) => [...after.process(event).findings])];
      };
      const whole = run(events.length);
      assert.ok(whole.length > 0);
      const from = events.findIndex(({ at }) => at >= expect.within!.from!);
      fc.assert(
        fc.property(fc.integer({ min: from, max: events.length - 1 }), (cut) => {
          assert.deepEqual(run(cut), whole);
        }),
        { numRuns: 3 },
      );
    }
  });
}
