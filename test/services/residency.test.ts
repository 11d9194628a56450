// Evicted baselines are found until the checkpoint that has them is durable: a look-up in the store before that would find older ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredBaseline } from '../../detectors/engine-contract.ts';
import { createResidency } from '../../services/detect/residency.ts';

const row = (version: number): StoredBaseline => ({
  tenant: 'acme',
  lineage: 'key-1',
  layout: 'x',
  updatedAt: 0,
  version,
  bytes: new Uint8Array(),
});
const empty = { learned: { find: async () => [] } };

test('what is evicted as it is in the checkpoint under way stays until that is durable', () => {
  const residency = createResidency(empty);
  residency.onEvict(row(1), false);
  residency.judged(true);
  assert.equal(residency.recall('acme', 'key-1')?.version, 1);
  residency.saved();
  assert.equal(residency.recall('acme', 'key-1'), null);
});

test('what changed before it was evicted is of the next checkpoint, and the newest is found', () => {
  const residency = createResidency(empty);
  residency.onEvict(row(1), true);
  assert.deepEqual(residency.seal(), [row(1)]);
  residency.onEvict(row(2), true);
  residency.judged(true);
  assert.equal(residency.recall('acme', 'key-1')?.version, 2);
  assert.equal(residency.size, 1, 'one waits for the next');
  residency.saved();
  assert.equal(residency.recall('acme', 'key-1')?.version, 2);
  assert.deepEqual(residency.seal(), [row(2)]);
  residency.forget(() => true);
  assert.equal(residency.recall('acme', 'key-1'), null);
});

test('while nothing is under way, what is stored as it was is not kept', () => {
  const residency = createResidency(empty);
  residency.onEvict(row(1), false);
  residency.judged(false);
  assert.equal(residency.recall('acme', 'key-1'), null);
});
