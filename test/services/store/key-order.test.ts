// Events in the order of the table: sorted, none lost, none twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inKeyOrder } from '../../../services/store/key-order.ts';
import { event } from './fixtures.ts';

const few = fc.constantFrom('a', 'b', 'consumer:é', '');

test('by tenant, lineage, time and id, whatever order they came in', () => {
  const one = fc.record({ tenant: few, lineage: few, at: fc.integer({ min: 0, max: 5 }) });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 60 }), (ones) => {
      const events = ones.map(({ tenant, lineage, at }, n) =>
        event(n, { tenant, at, credential: { lineage } }),
      );
      const key = (e: (typeof events)[number]) => [e.tenant, e.credential.lineage, e.at, e.id] as const;
      const expected = events.toSorted((a, b) => {
        const [left, right] = [key(a), key(b)];
        const first = left.findIndex((value, n) => value !== right[n]);
        return first < 0 ? 0 : left[first]! < right[first]! ? -1 : 1;
      });
      assert.deepEqual(inKeyOrder(events), expected);
    }),
  );
});

test('an event that is in the batch twice is there once', () => {
  const [one, other] = [event(1), event(2)];
  assert.deepEqual(inKeyOrder([one, other, { ...one }, { ...other }]), inKeyOrder([one, other]));
});
