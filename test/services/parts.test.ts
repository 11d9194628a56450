// Names of the parts of the input: one per partition, another one for a topic that was made anew.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createParts } from '../../services/detect/parts.ts';

const bus = (ends: number[]) => ({
  partitioner: async () => (key: string) => key.length % ends.length,
  ends: async () => new Map(ends.entries()),
});

test('a partition goes on at its stored position, one never judged has none', async () => {
  const parts = await createParts(bus([100, 100]), 'api.events');
  const found = await parts.find([0, 1], async (names) =>
    names.filter((part) => part === 'api.events/1').map((part) => ({ part, position: 40 })),
  );
  assert.deepEqual(
    found,
    new Map([
      [0, undefined],
      [1, 40],
    ]),
  );
  assert.equal(parts.of('t', 'ab'), 'api.events/0');
  assert.equal(parts.of('t', 'abc'), 'api.events/1');
});

test('a topic that was made anew ends before the stored position, so its partitions get new names', async () => {
  const stored = new Map([
    ['api.events/0', 5_000],
    ['api.events/0#1', 900],
    ['api.events/0#2', 30],
    ['api.events/1', 7],
  ]);
  const parts = await createParts(bus([40, 50]), 'api.events');
  const found = await parts.find([0, 1], async (names) =>
    names.flatMap((part) => {
      const position = stored.get(part);
      return position === undefined ? [] : [{ part, position }];
    }),
  );
  assert.deepEqual(
    found,
    new Map([
      [1, 7],
      [0, 30],
    ]),
  );
  assert.equal(parts.name(0), 'api.events/0#2');
  assert.equal(parts.name(1), 'api.events/1');
});
