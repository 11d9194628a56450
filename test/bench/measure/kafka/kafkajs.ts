// kafkajs as services/bus has it: batches, offsets resolved by us, nothing committed by itself, LZ4 from its optional package.

import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { type ClientOptions, FETCH, type KafkaClient, zstd } from './client.ts';

export async function createKafkajsClient(o: ClientOptions): Promise<KafkaClient> {
  const { CompressionCodecs, CompressionTypes, Kafka, Partitioners, logLevel } = kafkajs;
  const lz4 = await import('lz4-napi');
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: (encoder: { buffer: Buffer }) => lz4.compressFrame(encoder.buffer),
    decompress: (buffer: Buffer) => lz4.decompressFrame(buffer),
  });
  if (zstd !== null)
    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      compress: async (encoder: { buffer: Buffer }) => zstd!.compress(encoder.buffer),
      decompress: async (buffer: Buffer) => zstd!.decompress(buffer),
    });
  const types = { none: CompressionTypes.None, lz4: CompressionTypes.LZ4, zstd: CompressionTypes.ZSTD };
  const kafka = new Kafka({ clientId: 'bench', brokers: [...o.brokers], logLevel: logLevel.NOTHING });
  return {
    async consume({ joined, take }) {
      const consumer = kafka.consumer({
        groupId: `bench-${randomUUID()}`,
        maxWaitTimeInMs: FETCH.maxWaitMs,
        maxBytes: FETCH.maxBytes,
        maxBytesPerPartition: FETCH.maxBytesPerPartition,
      });
      await consumer.connect();
      await consumer.subscribe({ topics: [o.topic], fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.GROUP_JOIN, joined);
        // A broker that has just started cannot coordinate groups yet; kafkajs says so and tries again.
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          if (!payload.restart) reject(payload.error);
        });
        consumer
          .run({
            autoCommit: false,
            eachBatchAutoResolve: false,
            eachBatch: async ({ batch, resolveOffset }) => {
              for (const message of batch.messages) if (!take(message)) return resolve();
              resolveOffset(batch.lastOffset());
            },
          })
          .catch(reject);
      });
      await consumer.disconnect();
    },
    async produce(batches, compression) {
      const producer = kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await producer.connect();
      for (const messages of batches)
        await producer.send({ topic: o.topic, messages, acks: -1, compression: types[compression] });
      await producer.disconnect();
    },
  };
}
