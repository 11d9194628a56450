// What is called flat, growing, and too unsure to tell.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../scenarios/random.ts';
import { flatness } from './flatness.ts';

const MIB = 2 ** 20;

/** Twenty minutes, a sample a second: growth until the middle, then `perMinute`, with waves of garbage and noise. */
function run(perMinute: number, o: { noise: number; seed: number }) {
  const random = seeded(o.seed);
  return Array.from({ length: 1200 }, (_, seconds) => {
    const warm = Math.min(1, seconds / 500) * 200;
    const wave = (seconds % 37) * 1.5;
    const grown = (Math.max(0, seconds - 600) / 60) * perMinute;
    return { seconds, bytes: (300 + warm + wave + grown + (random.next() - 0.5) * o.noise) * MIB };
  });
}

test('flat in spite of a warm-up, waves and noise; the bounds hold zero', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const found = flatness(run(0, { noise: 40, seed }))!;
    assert.equal(found.verdict, 'flat');
    assert.ok(Math.abs(found.slope) < MIB, `${found.slope}`);
    assert.ok(found.low < found.slope && found.slope < found.high);
  }
});

test('growth is found, with its size within the bounds', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const found = flatness(run(3, { noise: 40, seed }))!;
    assert.equal(found.verdict, 'grows');
    assert.ok(found.low < 3 * MIB && 3 * MIB < found.high, JSON.stringify(found));
  }
});

test('too much noise, or too few samples, is not called flat', () => {
  assert.equal(flatness(run(0, { noise: 2_000, seed: 1 }))?.verdict, 'unclear');
  assert.equal(flatness(run(0, { noise: 1, seed: 1 }).slice(0, 30)), null);
});
