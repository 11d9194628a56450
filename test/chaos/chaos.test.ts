// The ledger test in short: `npm run chaos` is the long one.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startBroker } from '../kafka/broker.ts';
import { chaos } from './chaos.ts';
import { problems } from './ledger.ts';

const broker = await startBroker();
after(() => broker?.close());
const skip = broker === null ? 'needs a Kafka broker' : false;

test('a detector killed at random moments is as one that never was', { skip }, async () => {
  const { ledger } = await chaos(broker!, {
    seed: 5,
    kills: 3,
    outages: 0,
    partitions: 1,
    quiet: 10_000,
    batch: 200,
  });
  assert.deepEqual(problems(ledger), []);
  assert.ok(ledger.findings.expected > 0, 'there was something to find');
});

test('two detectors killed, joining and leaving, with ClickHouse away in between', { skip }, async () => {
  const { ledger } = await chaos(broker!, {
    seed: 6,
    kills: 3,
    outages: 1,
    partitions: 4,
    quiet: 10_000,
    batch: 200,
  });
  assert.deepEqual(problems(ledger), []);
});
