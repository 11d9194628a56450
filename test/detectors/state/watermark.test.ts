// The watermark: forward only, not dragged by wrong dates, catches up after a real gap.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWatermark } from '../../../detectors/state/watermark.ts';

const HOUR = 3_600_000;

function after(...times: number[]): number {
  const watermark = createWatermark();
  for (const at of times) watermark.advance(at);
  return watermark.value;
}
const steady = (n: number, from = 1000 * HOUR): number[] =>
  Array.from({ length: n }, (_, i) => from + i * 1000);

test('follows ordinary time and never goes back', () => {
  assert.equal(after(...steady(100)), 1000 * HOUR + 99_000);
  assert.equal(after(...steady(100), 5), 1000 * HOUR + 99_000);
});

test('one event from the future does not move it, nor fifteen among others', () => {
  const future = 9000 * HOUR;
  assert.equal(after(...steady(100), future), 1000 * HOUR + 99_000);
  const mixed = steady(100).flatMap((at) => [at, future, future]);
  assert.equal(after(...mixed), 1000 * HOUR + 99_000);
});

test('a first event from the future does no harm', () => {
  assert.equal(after(9000 * HOUR, ...steady(100)), 1000 * HOUR + 99_000);
});

test('after a gap it moves to the earliest of sixteen events that agree', () => {
  const later = steady(16, 1100 * HOUR);
  assert.equal(after(...steady(100), ...later.slice(0, 15)), 1000 * HOUR + 99_000);
  assert.equal(after(...steady(100), ...later.reverse()), 1100 * HOUR);
});
