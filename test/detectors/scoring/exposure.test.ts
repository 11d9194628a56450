// What left in an incident: names of the same record, what is certain and what is only possible.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExposure, type Exposure } from '../../../detectors/scoring/exposure.ts';

const exposure = (confined: boolean): Exposure =>
  createExposure({ exactLimit: 1000, budget: { slots: 100_000 }, confined });
const call = (...names: string[]) => ({
  objects: names.map((name) => {
    const at = name.lastIndexOf('/');
    return { collection: name.slice(0, at), id: name.slice(at + 1) };
  }),
  status: 200,
  bytes_out: 10,
});
const ids = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

test('a filter may name a record again: it widens the upper bound only', () => {
  const taken = exposure(true);
  for (const id of ids(46)) taken.count(call(`/customers/${id}`), 1);
  for (const id of ids(43)) taken.count(call(`?customer_id/${id}`), 1);
  for (const id of ids(43)) taken.count(call(`?customer_id/${id}`), 1);
  assert.deepEqual(taken.interval(), { records: 46, low: 46, high: 89, bytes: 1320 });
});

test('records named in queries alone count; of several parameters the one that read most is certain', () => {
  const taken = exposure(true);
  for (const id of ids(30)) taken.count(call(`?tag/${id}`), 1);
  assert.deepEqual(taken.interval(), { records: 30, low: 30, high: 30, bytes: 300 });
  for (const id of ids(10)) taken.count(call(`?email/${id}`), 1);
  assert.deepEqual(taken.interval(), { records: 40, low: 20, high: 40, bytes: 400 });
});

test('of a whole credential only what a detector counted is certain', () => {
  const taken = exposure(false);
  for (const id of ids(60)) taken.count(call(`/customers/${id}`), 1);
  taken.atLeast({ records: 100, bytes: 0 });
  taken.certainly(80);
  for (const id of ids(20, 100)) taken.count(call(`/customers/${id}`), 1);
  const { records, low, high } = taken.interval();
  assert.deepEqual([records, low], [120, 80]);
  assert.ok(high >= 120 && high <= 122);
});

test('a detector that counted both names of the same records adds nothing', () => {
  const taken = exposure(true);
  for (const id of ids(20)) taken.count(call(`/customers/${id}`, `?customer_id/${id}`), 2);
  taken.atLeast({ records: 40, bytes: 0 });
  taken.certainly(40);
  assert.deepEqual(taken.interval(), { records: 20, low: 20, high: 40, bytes: 200 });
});

test('what a source took before its calls were kept is possible, and may be the same again', () => {
  const taken = exposure(true);
  for (const id of ids(64)) taken.count(call(`/customers/${id}`), 1);
  taken.atLeast({ records: 200, bytes: 0 });
  taken.certainly(200);
  for (const id of ids(50, 100)) taken.count(call(`/customers/${id}`), 1);
  const { records, low, high } = taken.interval();
  assert.deepEqual([records, low, high], [250, 200, 250]);
});
