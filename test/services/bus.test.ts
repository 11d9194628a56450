// The bus against a real Apache Kafka broker: codecs, keys, commits only after success, outages, rebalances.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import pino from 'pino';
import { type Bus, type BusBatch, BusUnavailable, type TopicPartition } from '../../services/bus/bus.ts';
import { createKafkaBus, type KafkaOptions } from '../../services/bus/kafka.ts';
import { startBroker, type TestBroker } from '../kafka/broker.ts';

const logger = pino({ level: 'silent' });
const broker = await startBroker();
after(() => broker?.close());

async function open(options: Partial<KafkaOptions> = {}): Promise<Bus> {
  return await createKafkaBus({
    brokers: (broker as TestBroker).brokers,
    clientId: 'test',
    compression: 'none',
    partitions: 4,
    replication: 1,
    logger,
    ...options,
  });
}

class Outage extends Error {
  readonly retriable = true;
}

/** Collects what a handler saw; `until` resolves as soon as the condition holds. */
function collector() {
  const seen: { topic: string; partition: number; offset: string; key: string; value: string }[] = [];
  let waiting: { condition: () => boolean; resolve: () => void }[] = [];
  return {
    seen,
    add(batch: BusBatch) {
      for (const { key, value, offset } of batch.messages)
        seen.push({
          topic: batch.topic,
          partition: batch.partition,
          offset,
          key: `${key}`,
          value: `${value}`,
        });
      this.changed();
    },
    changed() {
      for (const { resolve } of waiting.filter(({ condition }) => condition())) resolve();
      waiting = waiting.filter(({ condition }) => !condition());
    },
    until(condition: () => boolean): Promise<void> {
      if (condition()) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ condition, resolve }));
    },
  };
}

describe('bus', { skip: broker === null ? 'no Kafka broker' : false }, () => {
  let bus: Bus;
  before(async () => {
    bus = await open();
  });
  after(() => bus?.close());

  async function topic(): Promise<string> {
    const name = `t-${randomUUID()}`;
    await bus.ensureTopics([name]);
    await bus.ensureTopics([name]);
    return name;
  }

  for (const compression of ['none', 'gzip', 'lz4'] as const) {
    it(`carries messages compressed with ${compression}, in order per key, once`, async () => {
      const name = await topic();
      const sender = await open({ compression });
      const messages = Array.from({ length: 3000 }, (_, i) => ({
        key: `k${i % 7}`,
        value: `${i} ${'x'.repeat(400)}`,
      }));
      await sender.send(name, messages);
      await sender.close();
      const got = collector();
      const subscription = await bus.subscribe({
        group: randomUUID(),
        topics: [name],
        maxMessages: 100,
        handler: async (batch) => got.add(batch),
      });
      await got.until(() => got.seen.length >= messages.length);
      await subscription.close();
      assert.equal(got.seen.length, messages.length);
      const partitionOf = await bus.partitioner(name);
      for (const key of ['k0', 'k6']) {
        const values = got.seen.filter((message) => message.key === key);
        assert.deepEqual(
          values.map(({ value }) => value),
          messages.filter((message) => message.key === key).map(({ value }) => value),
        );
        assert.ok(values.every(({ partition }) => partition === partitionOf(key)));
      }
    });
  }

  it('commits only what the handler finished, and goes on from there', async () => {
    const name = await topic();
    const group = randomUUID();
    await bus.send(
      name,
      Array.from({ length: 10 }, (_, i) => ({ key: 'one', value: `${i}` })),
    );
    const first = collector();
    const fatal = await bus.subscribe({
      group,
      topics: [name],
      maxMessages: 4,
      handler: async (batch) => {
        if (first.seen.length >= 4) throw new Error('a bug');
        first.add(batch);
      },
    });
    await assert.rejects(fatal.done, /a bug/);
    assert.equal(await bus.lag(group, name), 6);

    const second = collector();
    const rest = await bus.subscribe({ group, topics: [name], handler: async (batch) => second.add(batch) });
    await second.until(() => second.seen.length >= 6);
    await rest.close();
    assert.deepEqual(
      second.seen.map(({ value }) => value),
      ['4', '5', '6', '7', '8', '9'],
    );
    assert.equal(await bus.lag(group, name), 0);
  });

  it('waits out an outage behind the handler without committing, and stops in the middle of one', async () => {
    const name = await topic();
    const group = randomUUID();
    await bus.send(name, [{ key: 'one', value: 'a' }]);
    const got = collector();
    let failures = 2;
    const handler = async (batch: BusBatch) => {
      if (failures-- > 0) throw new Outage('store is down');
      got.add(batch);
    };
    const subscription = await bus.subscribe({ group, topics: [name], handler });
    await got.until(() => got.seen.length === 1);
    failures = Number.POSITIVE_INFINITY;
    await bus.send(name, [{ key: 'one', value: 'b' }]);
    const down = collector();
    await subscription.close();
    assert.equal(await bus.lag(group, name), 1);
    const again = await bus.subscribe({ group, topics: [name], handler: async (batch) => down.add(batch) });
    await down.until(() => down.seen.length === 1);
    await again.close();
    assert.equal(down.seen[0]!.value, 'b');
  });

  it('delivers nothing before onAssigned resolved, and continues where it says', async () => {
    const name = await topic();
    const group = randomUUID();
    await bus.send(
      name,
      Array.from({ length: 5 }, (_, i) => ({ key: 'one', value: `${i}` })),
    );
    const partition = (await bus.partitioner(name))('one');
    const got = collector();
    let restored = false;
    const assigned: TopicPartition[] = [];
    const subscription = await bus.subscribe({
      group,
      topics: [name],
      handler: async (batch) => {
        assert.ok(restored);
        got.add(batch);
      },
      onAssigned: async (partitions) => {
        assigned.push(...partitions);
        await bus.ping();
        restored = true;
        return [{ topic: name, partition, offset: '3' }];
      },
    });
    await got.until(() => got.seen.length >= 2);
    await subscription.close();
    assert.deepEqual(
      got.seen.map(({ value }) => value),
      ['3', '4'],
    );
    assert.deepEqual(assigned.map((one) => one.partition).sort(), [0, 1, 2, 3]);
  });

  it('shares partitions between members, and nothing is lost when one joins and one leaves', async () => {
    const name = await topic();
    const group = randomUUID();
    const got = collector();
    const owners = new Map<string, number>();
    const join = (member: string) =>
      bus.subscribe({
        group,
        topics: [name],
        handler: async (batch) => got.add(batch),
        onAssigned: async (partitions) => {
          owners.set(member, partitions.length);
          got.changed();
          return [];
        },
      });
    const values = () => new Set(got.seen.map(({ value }) => value)).size;
    const send = (from: number) =>
      bus.send(
        name,
        Array.from({ length: 100 }, (_, i) => ({ key: `k${i}`, value: `${from + i}` })),
      );
    const first = await join('first');
    await send(0);
    await got.until(() => values() === 100);
    const second = await join('second');
    await got.until(() => owners.get('first') === 2 && owners.get('second') === 2);
    await send(100);
    await got.until(() => values() === 200);
    await first.close();
    await got.until(() => owners.get('second') === 4);
    await send(200);
    await got.until(() => values() === 300);
    await second.close();
    assert.equal(await bus.lag(group, name), 0);
  });

  it('passes no message content to the log', async () => {
    const lines: string[] = [];
    const noisy = await open({
      logger: pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
    });
    const name = await topic();
    await noisy.send(name, [{ key: 'one', value: 'hunter2-secret' }]);
    const subscription = await noisy.subscribe({
      group: randomUUID(),
      topics: [name],
      handler: async () => {
        throw new Error('broken');
      },
    });
    await assert.rejects(subscription.done, /broken/);
    await noisy.close();
    assert.doesNotMatch(lines.join(''), /hunter2/);
  });
});

it('says which broker does not answer and what to check', async () => {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  const bus = await createKafkaBus({
    brokers: [`127.0.0.1:${port}`],
    clientId: 'test',
    compression: 'none',
    partitions: 1,
    replication: 1,
    logger,
  });
  await assert.rejects(bus.ping(), (error) => {
    assert.ok(error instanceof BusUnavailable);
    assert.match(error.message, new RegExp(`127.0.0.1:${port}.*KAFKA_BROKERS.*advertised.listeners`));
    return true;
  });
  await bus.close();
});

it('refuses to start without a broker', async () => {
  await assert.rejects(
    createKafkaBus({
      brokers: [],
      clientId: 'x',
      compression: 'none',
      partitions: 1,
      replication: 1,
      logger,
    }),
    /KAFKA_BROKERS/,
  );
});
