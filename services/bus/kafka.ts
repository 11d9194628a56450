// Apache Kafka behind bus.ts, by kafkajs: client, topics and producer; kafka-consumer.ts has the consumer.
// Always holds: idempotent producer, acks from all replicas; commits are ours, never automatic; log lines carry no
// message content. Does not promise: sticky assignment (kafkajs has none; every rebalance hands out anew).

import kafkajs, { type Admin, type SASLOptions } from 'kafkajs';
import type { Logger } from '../logger.ts';
import { type Bus, BusUnavailable, type OutgoingMessage, type Subscription } from './bus.ts';
import { startSubscription } from './kafka-consumer.ts';
import { kafkaLogger, unavailable } from './kafka-reports.ts';
import { pause } from './outage.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } = kafkajs;

/** Bytes in one send: stays under the broker's default limit of 1 MiB per batch even when all go to one partition. */
const SEND_BYTES = 512 * 1024;
/** How long new topics may take to get leaders; a busy broker takes seconds. */
const LEADERS_MS = 30_000;
/** Signs of life within a session timeout. */
const HEARTBEATS = 10;

export interface KafkaOptions {
  brokers: readonly string[];
  clientId: string;
  compression: 'none' | 'gzip' | 'lz4';
  /** For topics we create. */
  partitions: number;
  replication: number;
  /** Default 30,000. */
  sessionTimeoutMs?: number;
  ssl?: boolean;
  sasl?: SASLOptions | undefined;
  /** How often a request is repeated before it fails. Default 5. */
  retries?: number;
  logger: Logger;
}

/** Connects lazily; throws BusUnavailable when no broker is named. */
export async function createKafkaBus(o: KafkaOptions): Promise<Bus> {
  if (o.brokers.length === 0)
    throw new BusUnavailable('no Kafka broker is configured: set KAFKA_BROKERS=host:port or kafka.brokers');
  const logger = o.logger.child({ part: 'kafka' });
  const compression = await compressionType(o.compression, logger);
  const kafka = new Kafka({
    clientId: o.clientId,
    brokers: [...o.brokers],
    connectionTimeout: 3_000,
    ssl: o.ssl ?? false,
    ...(o.sasl === undefined ? {} : { sasl: o.sasl }),
    retry: { initialRetryTime: 100, retries: o.retries ?? 5 },
    logLevel: logLevel.WARN,
    logCreator: () => kafkaLogger(logger),
  });
  const admin = kafka.admin();
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  const subscriptions = new Set<Subscription>();

  /** Runs an operation, connecting first; failures become BusUnavailable. */
  async function on<T>(client: { connect(): Promise<void> }, work: () => Promise<T>): Promise<T> {
    try {
      await client.connect();
      return await work();
    } catch (error) {
      throw unavailable(error, o.brokers);
    }
  }

  const progress: Bus['progress'] = (group, topic) =>
    on(admin, async () => {
      const ends = await admin.fetchTopicOffsets(topic);
      const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const next = new Map(committed?.partitions.map((p) => [p.partition, Number(p.offset)]));
      return new Map(
        ends.map(({ partition, low, high }) => {
          const at = next.get(partition) ?? -1;
          // What the topic has already dropped cannot be waited for.
          return [partition, { at: Math.max(at, Number(low)), end: Number(high) }];
        }),
      );
    });

  return {
    ping: () => on(admin, async () => void (await admin.describeCluster())),
    async ensureTopics(names) {
      await on(admin, async () => {
        const there = new Set(await admin.listTopics());
        const topics = names
          .filter((topic) => !there.has(topic))
          .map((topic) => ({ topic, numPartitions: o.partitions, replicationFactor: o.replication }));
        if (topics.length === 0) return;
        await admin.createTopics({ topics, waitForLeaders: false });
        await haveLeaders(
          admin,
          topics.map(({ topic }) => topic),
        );
      });
    },
    async send(topic, messages) {
      for (const part of bySize(messages))
        await on(producer, () => producer.send({ topic, messages: part, acks: -1, compression }));
    },
    async subscribe(options) {
      const subscription = await startSubscription({
        options,
        logger,
        brokers: o.brokers,
        newConsumer: () =>
          kafka.consumer({
            groupId: options.group,
            sessionTimeout: o.sessionTimeoutMs ?? 30_000,
            heartbeatInterval: (o.sessionTimeoutMs ?? 30_000) / HEARTBEATS,
            maxWaitTimeInMs: 500,
            // Restarts are ours: see startSubscription.
            retry: { initialRetryTime: 200, retries: 5, restartOnFailure: async () => false },
          }),
      });
      subscriptions.add(subscription);
      return subscription;
    },
    partitioner: (topic) =>
      on(admin, async () => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const partitionMetadata = topics[0]?.partitions ?? [];
        const partition = Partitioners.DefaultPartitioner();
        return (key) => partition({ topic, partitionMetadata, message: { key, value: null } });
      }),
    ends: (topic) =>
      on(admin, async () => {
        const ends = await admin.fetchTopicOffsets(topic);
        return new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
      }),
    async lag(group, topic) {
      const places = [...(await progress(group, topic)).values()];
      return places.reduce((sum, { at, end }) => sum + end - at, 0);
    },
    progress,
    topics: () => on(admin, () => admin.listTopics()),
    members: (name) =>
      on(admin, async () => {
        const { groups } = await admin.describeGroups([name]);
        return groups.find(({ groupId }) => groupId === name)?.members.length ?? 0;
      }),
    async close() {
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      await producer.disconnect();
      await admin.disconnect();
    },
  };
}

function* bySize(messages: readonly OutgoingMessage[]): Generator<OutgoingMessage[]> {
  let part: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.value) + 100;
    if (bytes + size > SEND_BYTES && part.length > 0) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(message);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

/** The optional package that topics compressed with LZ4 need; null where it is not installed. */
const loadLz4 = () => import('lz4-napi').catch(() => null);

export async function hasLz4(): Promise<boolean> {
  return (await loadLz4()) !== null;
}

/** Registers the LZ4 codec when its optional package is there, also for reading what others produced. */
async function compressionType(wanted: KafkaOptions['compression'], logger: Logger) {
  const lz4 = await loadLz4();
  if (lz4 !== null) {
    CompressionCodecs[CompressionTypes.LZ4] = () => ({
      compress: (encoder: { buffer: Buffer }) => lz4.compressFrame(encoder.buffer),
      decompress: (buffer: Buffer) => lz4.decompressFrame(buffer),
    });
  } else if (wanted === 'lz4') {
    logger.warn({ wanted, used: 'gzip' }, 'the optional package lz4-napi is not installed');
    return CompressionTypes.GZIP;
  }
  return { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, lz4: CompressionTypes.LZ4 }[wanted];
}

/** Waits until every partition of new topics has a leader. Throws what the broker last said when that takes too long. */
async function haveLeaders(admin: Admin, topics: string[]): Promise<void> {
  const signal = AbortSignal.timeout(LEADERS_MS);
  for (let tries = 0; ; tries++) {
    try {
      const known = await admin.fetchTopicMetadata({ topics });
      if (known.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (signal.aborted || (error as { retriable?: boolean }).retriable !== true) throw error;
    }
    if (signal.aborted) throw new Error(`no leader for ${topics.join(', ')} within ${LEADERS_MS / 1000} s`);
    await pause(tries, signal);
  }
}
