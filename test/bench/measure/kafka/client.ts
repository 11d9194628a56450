// What `npm run bench:kafka` asks of a Kafka client: what services/bus does all day, reading a topic and sending with all replicas' answers.
// CPU time is that of the process, so each measurement starts one of its own.
// Does not promise that what is not asked for here (rebalances, outages, pausing) works with a client.

import zlib from 'node:zlib';
import type { OutgoingMessage } from '../../../../services/bus/bus.ts';

export interface ClientOptions {
  brokers: readonly string[];
  topic: string;
  /** Where what package.json of test/bench/kafka-clients names is installed. */
  installed: string;
}

export interface KafkaClient {
  /** Calls `joined` once its group has given it the partitions, then hands out all messages until `take` answers false. */
  consume(o: { joined: () => void; take: Take }): Promise<void>;
  /** Null where this way of consuming has no producer of its own. */
  produce: ((batches: readonly OutgoingMessage[][], compression: Codec) => Promise<void>) | null;
}

/** What BusMessage has. False: enough. */
export type Take = (message: { key: Buffer | null; value: Buffer | null; offset: string }) => boolean;

/** Named here alone: the project does not depend on it. */
export const LIBRARY = '@platformatic/kafka';

export const CODECS = ['none', 'lz4', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

export const CLIENTS = ['kafkajs', 'platformatic-stream', 'platformatic-fetch'] as const;
export type ClientName = (typeof CLIENTS)[number];

/** As services/bus has them, for all clients. */
export const FETCH = { maxBytes: 10 * 2 ** 20, maxBytesPerPartition: 2 ** 20, maxWaitMs: 500 } as const;

/** Node has zstd since 22.15. */
const { zstdCompressSync, zstdDecompressSync } = zlib as typeof zlib & {
  zstdCompressSync?: (bytes: Buffer) => Buffer;
  zstdDecompressSync?: (bytes: Buffer) => Buffer;
};
export const zstd =
  zstdCompressSync === undefined || zstdDecompressSync === undefined
    ? null
    : { compress: zstdCompressSync, decompress: zstdDecompressSync };
