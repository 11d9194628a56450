import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDistinctCounter } from '../../../detectors/scoring/distinct.ts';

test('exact below the limit, whatever repeats', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 8 }), { maxLength: 500 }), (keys) => {
      const counter = createDistinctCounter({ exactLimit: 1000, budget: { slots: 10_000 } });
      const seen = new Set<string>();
      for (const key of keys) {
        assert.equal(counter.add(key), !seen.has(key));
        seen.add(key);
      }
      assert.equal(counter.count, seen.size);
      assert.equal(counter.error, 0);
    }),
  );
});

test('past the limit the sketch stays within four standard errors and never falls', () => {
  const counter = createDistinctCounter({ exactLimit: 1000, budget: { slots: 100_000 } });
  let last = 0;
  for (let i = 0; i < 300_000; i++) {
    counter.add(`object-${i}`);
    counter.add(`object-${i >> 1}`);
    assert.ok(counter.count >= last);
    last = counter.count;
    if (i % 30_000 === 29_999)
      assert.ok(Math.abs(counter.count - (i + 1)) <= 4 * counter.error, `${counter.count} of ${i}`);
  }
  assert.ok(counter.error / counter.count < 0.007);
});

test('without budget it counts by sketch from the start; close gives the budget back', () => {
  const budget = { slots: 200 };
  const first = createDistinctCounter({ exactLimit: 1000, budget });
  for (let i = 0; i < 40; i++) first.add(`a${i}`);
  assert.equal(budget.slots, 200 - 128);
  const second = createDistinctCounter({ exactLimit: 1000, budget });
  for (let i = 0; i < 3000; i++) second.add(`b${i}`);
  assert.equal(first.count, 40);
  assert.ok(Math.abs(second.count - 3000) < 120, String(second.count));
  first.close();
  second.close();
  assert.equal(budget.slots, 200);
  assert.equal(first.count, 40);
});
