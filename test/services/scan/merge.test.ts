// Merging several logs by event time: nothing lost, order kept, ordered when every input is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ApiEvent } from '../../../schemas/event.ts';
import { mergeByTime } from '../../../services/scan/merge.ts';

const at = (time: number) => ({ at: time }) as ApiEvent;

async function* inBatches(times: readonly number[], size: number): AsyncGenerator<ApiEvent[]> {
  for (let index = 0; index < times.length; index += size) yield times.slice(index, index + size).map(at);
  yield [];
}

async function merged(streams: readonly (readonly number[])[], size: number): Promise<number[]> {
  const out: number[] = [];
  for await (const batch of mergeByTime(streams.map((stream) => inBatches(stream, size))))
    out.push(...batch.map((event) => event.at));
  return out;
}

const streams = fc.array(fc.array(fc.nat(1000), { maxLength: 30 }), { maxLength: 5 });

test('ordered files give one ordered sequence with every event', async () => {
  await fc.assert(
    fc.asyncProperty(streams, fc.integer({ min: 1, max: 7 }), async (lists, size) => {
      const sorted = lists.map((list) => [...list].sort((a, b) => a - b));
      assert.deepEqual(
        await merged(sorted, size),
        sorted.flat().sort((a, b) => a - b),
      );
    }),
  );
});

test('a disordered file loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(streams, fc.integer({ min: 1, max: 7 }), async (lists, size) => {
      const out = await merged(lists, size);
      assert.deepEqual(
        [...out].sort((a, b) => a - b),
        lists.flat().sort((a, b) => a - b),
      );
    }),
  );
});
