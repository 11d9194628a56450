// Whatever is open when it is stored goes on as it would have: campaigns, fleet changes, claims that wait, parts of others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Incident } from '../../../schemas/incident.ts';
import { type Call, HOUR, pastOf, START, type Told, tell } from './story.ts';

const MINUTE = 60_000;
const past = pastOf({ peers: 40 });

interface Step {
  wait: number;
  call: Omit<Call, 'at'>;
  findings: Told[];
  restart: boolean;
}

const lineages = fc.integer({ min: 0, max: 9 }).map((n) => `key-${n}`);
const finding: fc.Arbitrary<Told> = fc
  .record({
    detector: fc.constantFrom('D01', 'D02', 'D08', 'D10', 'D17', 'D24'),
    pages: fc.boolean(),
    logE: fc.integer({ min: 3, max: 30 }),
    records: fc.integer({ min: 0, max: 60 }),
    novelty: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    attributed: fc.option(fc.uniqueArray(lineages, { minLength: 2, maxLength: 6 }), {
      nil: undefined,
      freq: 12,
    }),
    route: fc.constantFrom('/v1/customers/{id}', '/v1/orders/{id}'),
  })
  .map(({ novelty, attributed, ...told }) => ({
    ...told,
    // Only what is about one credential rests on a new value.
    ...(novelty === undefined || attributed !== undefined ? {} : { novelty }),
    ...(attributed === undefined ? {} : { attributed }),
  }));
const step: fc.Arbitrary<Step> = fc.record({
  wait: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 20 * MINUTE }) }, fc.constant(26 * HOUR)),
  call: fc.record({
    lineage: lineages,
    objects: fc.array(fc.integer({ min: 0, max: 40 }).map(String), { maxLength: 3 }),
    cluster: fc.integer({ min: 1, max: 4 }),
    bytes: fc.integer({ min: 0, max: 5000 }),
  }),
  findings: fc.oneof(
    { weight: 2, arbitrary: fc.constant([] as Told[]) },
    fc.array(finding, { minLength: 1, maxLength: 2 }),
  ),
  restart: fc.boolean(),
});

/** What is told at each step; incidents of one step come in no promised order. */
function told(steps: readonly Step[], restarts: boolean): unknown[] {
  const story = tell({ exactLimit: 32, pagesPerDay: 6 }, past);
  let at = START;
  let seen = 0;
  const all: Incident[][] = [];
  const note = (incidents: readonly Incident[]): void => {
    all.push([...incidents].sort((a, b) => (a.id < b.id ? -1 : 1)));
  };
  for (const { wait, call, findings, restart } of steps) {
    at += wait;
    story.call({ ...call, at }, findings);
    note(story.emitted.slice(seen));
    seen = story.emitted.length;
    if (restart && restarts) story.restart();
  }
  story.call({ at: at + 5 * HOUR, lineage: 'another' });
  note(story.emitted.slice(seen));
  if (restarts) story.restart();
  // What opened on the very last event is told as an opening again, unless there was a restart after it.
  note(story.incidents.finish().map((one) => ({ ...one, status: 'updated' })));
  return all;
}

test('restarts anywhere change nothing that is told', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 80 }), (steps) => {
      assert.deepEqual(told(steps, true), told(steps, false));
    }),
    { numRuns: 200 },
  );
});
