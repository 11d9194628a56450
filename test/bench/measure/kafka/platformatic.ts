// @platformatic/kafka in two ways: its stream of messages, and its fetch requests under a loop of ours, which is what a service that
// pauses and seeks partitions would need, since the stream can do neither.
// Only what is used here of its types is declared: the package is installed by the command that measures, not with the project.

import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ClientOptions, FETCH, type KafkaClient, LIBRARY, type Take } from './client.ts';

interface StreamMessage {
  key: Buffer | null;
  value: Buffer | null;
  offset: bigint;
}

interface RecordsBatch {
  firstOffset: bigint;
  records: { offsetDelta: number; key: Buffer | null; value: Buffer | null }[];
}

interface Fetched {
  responses: { partitions: { partitionIndex: number; records?: RecordsBatch[] }[] }[];
}

interface Metadata {
  topics: Map<string, { id: string; partitions: { leader: number; leaderEpoch: number }[] }>;
}

interface Consumer {
  topics: { trackAll(topic: string): void };
  assignments: { topic: string; partitions: number[] }[] | null;
  joinGroup(options: object): Promise<string>;
  metadata(options: { topics: string[] }): Promise<Metadata>;
  fetch(options: object): Promise<Fetched>;
  consume(options: object): Promise<AsyncIterable<StreamMessage> & { close(): Promise<void> }>;
  close(force: boolean): Promise<void>;
}

interface Producer {
  send(options: object): Promise<unknown>;
  close(): Promise<void>;
}

interface Library {
  Consumer: new (options: object) => Consumer;
  Producer: new (options: object) => Producer;
}

export async function createPlatformaticClients(
  o: ClientOptions,
): Promise<{ stream: KafkaClient; fetch: KafkaClient }> {
  const require = createRequire(resolve(o.installed, 'package.json'));
  const library: Library = await import(pathToFileURL(require.resolve(LIBRARY)).href);
  const base = { clientId: 'bench', bootstrapBrokers: [...o.brokers] };
  const newConsumer = (): Consumer =>
    new library.Consumer({
      ...base,
      groupId: `bench-${randomUUID()}`,
      autocommit: false,
      maxBytes: FETCH.maxBytes,
      maxBytesPerPartition: FETCH.maxBytesPerPartition,
      maxWaitTime: FETCH.maxWaitMs,
    });
  return {
    stream: {
      async consume({ joined, take }) {
        const consumer = newConsumer();
        const stream = await consumer.consume({
          topics: [o.topic],
          mode: 'earliest',
          autocommit: false,
        });
        joined();
        for await (const { key, value, offset } of stream)
          if (!take({ key, value, offset: String(offset) })) break;
        await consumer.close(true);
      },
      async produce(batches, compression) {
        const producer = new library.Producer({ ...base, idempotent: true, acks: -1 });
        for (const messages of batches)
          await producer.send({
            messages: messages.map(({ key, value }) => ({
              topic: o.topic,
              ...(key === null ? {} : { key: Buffer.from(key) }),
              value: Buffer.from(value),
            })),
            compression,
          });
        await producer.close();
      },
    },
    fetch: {
      async consume({ joined, take }) {
        const consumer = newConsumer();
        consumer.topics.trackAll(o.topic);
        await consumer.joinGroup({});
        joined();
        await fetchAll(consumer, o.topic, take);
        await consumer.close(true);
      },
      produce: null,
    },
  };
}

/** All partitions that the group gave us, from the beginning; one broker has them all. */
async function fetchAll(consumer: Consumer, topic: string, take: Take): Promise<void> {
  const { id, partitions } = (await consumer.metadata({ topics: [topic] })).topics.get(topic)!;
  const mine = consumer.assignments?.find((assignment) => assignment.topic === topic)?.partitions ?? [];
  const next = new Map(mine.map((partition) => [partition, 0n]));
  for (;;) {
    const { responses } = await consumer.fetch({
      node: partitions[0]!.leader,
      topics: [
        {
          topicId: id,
          partitions: [...next].map(([partition, fetchOffset]) => ({
            partition,
            currentLeaderEpoch: partitions[partition]!.leaderEpoch,
            fetchOffset,
            lastFetchedEpoch: -1,
            partitionMaxBytes: FETCH.maxBytesPerPartition,
          })),
        },
      ],
    });
    for (const { partitionIndex, records: batches = [] } of responses[0]?.partitions ?? []) {
      let at = Number(next.get(partitionIndex));
      for (const { firstOffset, records } of batches)
        for (const { offsetDelta, key, value } of records) {
          const offset = Number(firstOffset) + offsetDelta;
          // A batch may begin before what was asked for.
          if (offset < at) continue;
          at = offset + 1;
          if (!take({ key, value, offset: String(offset) })) return;
        }
      // An answer has room for what stands first in the request: those that were served go to its end.
      if (batches.length > 0) next.delete(partitionIndex);
      next.set(partitionIndex, BigInt(at));
    }
  }
}
