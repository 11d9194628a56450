// What can be judged of a credential already is said as it is: ready detectors really may page, the others say what is missing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caller, DATA_CENTRE, DAY, MINUTE, read, START, stream } from '../../detectors/cases.ts';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import { createEngine } from '../../detectors/engine.ts';
import { MATURE, readinessOf } from '../../detectors/readiness.ts';

const detectors = [{ meta: { ...CATALOGUE[0]!.meta, learning: { ability: 'volume', ...MATURE } } }];
const past = (events: number, activeDays: number, days: number) => ({
  events,
  activeDays,
  firstAt: START,
  lastAt: START + days * DAY,
});

test('says what is missing, and nothing once it is there', () => {
  const after = (...p: Parameters<typeof past>) => readinessOf(past(...p), detectors).waiting[0]?.after;
  assert.equal(after(80, 1, 5), 'after 120 more requests and activity on 2 more days, or 9 more days');
  assert.equal(after(199, 3, 13), 'after 1 more request, or 1 more day');
  assert.equal(after(900, 2, 3), 'after activity on 1 more day, or 11 more days');
  assert.equal(after(200, 3, 3), undefined);
  assert.equal(after(1, 1, 14), undefined);
});

test('every detector is either ready or waits, for every credential', () => {
  const engine = createEngine();
  for (const event of stream(
    caller('new', DATA_CENTRE),
    { from: START, every: MINUTE },
    read('/v1/orders', [1, 2, 3]),
  ))
    engine.process(event);
  const { readiness } = [...engine.credentials()][0]!;
  assert.deepEqual(
    [...readiness.ready, ...readiness.waiting.map(({ detector }) => detector)].sort(),
    CATALOGUE.map(({ meta }) => meta.id).sort(),
  );
  assert.ok(readiness.waiting.some(({ detector }) => detector === 'D24'));
  assert.ok(readiness.ready.includes('D02'));
});
