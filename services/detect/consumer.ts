// Detection fed by Kafka: events to the engine, dead letters to the store, baselines restored and saved with the
// partitions this member has. Always holds: offsets are committed after everything is stored; only the member that has
// a credential's partition saves its baseline.

import type { StoredBaseline } from '../../detectors/engine-contract.ts';
import { type Rejection, rejection } from '../../schemas/rejection.ts';
import type { Bus, BusBatch, Subscription } from '../bus/bus.ts';
import { isOutage } from '../bus/outage.ts';
import { type BusTopics, createBusSink, credentialKey } from '../ingest/bus-sink.ts';
import type { Logger } from '../logger.ts';
import type { Store } from '../store/store.ts';
import type { Detect } from './detect.ts';
import { readEvents } from './event-message.ts';

const SAVE_EVERY_MS = 5 * 60_000;
/** Most messages in one batch, and so most that may come again per partition. */
const BATCH = 5_000;

export interface DetectConsumerOptions {
  bus: Bus;
  topics: BusTopics;
  group: string;
  detect: Detect;
  store: Pick<Store, 'insertRejections'>;
  saveEveryMs?: number;
  logger: Logger;
}

export interface DetectConsumer {
  readonly done: Promise<void>;
  /** Messages that were no events, and dead letters that could not be read. */
  readonly counters: { notEvents: number; unreadableDeadLetters: number };
  close(): Promise<void>;
}

export async function startDetectConsumer(o: DetectConsumerOptions): Promise<DetectConsumer> {
  const { bus, topics, detect, logger } = o;
  const counters = { notEvents: 0, unreadableDeadLetters: 0 };
  const sink = createBusSink({ bus, topics });
  await bus.ensureTopics([topics.events, topics.deadLetters]);
  const partitionOf = await bus.partitioner(topics.events);
  const partition = (row: StoredBaseline) => partitionOf(credentialKey(row.tenant, row.lineage));
  let owned = new Set<number>();
  let restoredShared = false;
  const mine = (row: StoredBaseline) => isShared(row) || owned.has(partition(row));

  const events = await bus.subscribe({
    group: o.group,
    topics: [topics.events],
    maxMessages: BATCH,
    handler: async (batch) => {
      const read = readEvents(batch);
      await detect.handle(read.events, batch.token);
      if (read.rejections.length === 0) return;
      await sink.reject(read.rejections);
      counters.notEvents += read.rejections.length;
    },
    onAssigned: async (partitions) => {
      const now = new Set(partitions.map((one) => one.partition));
      const lost = (row: StoredBaseline) =>
        !isShared(row) && owned.has(partition(row)) && !now.has(partition(row));
      if ([...owned].some((one) => !now.has(one))) await detect.save(lost);
      const { restored, ignored } = await detect.restore((row) =>
        isShared(row) ? !restoredShared : now.has(partition(row)) && !owned.has(partition(row)),
      );
      restoredShared = true;
      owned = now;
      detect.doubt(BATCH * now.size);
      logger.info({ partitions: now.size, restored, ignored }, 'partitions assigned');
      return [];
    },
  });
  const deadLetters = await subscribeDeadLetters(o, counters).catch(async (error) => {
    await events.close();
    throw error;
  });
  const timer = setInterval(() => void saveQuietly(detect, mine, logger), o.saveEveryMs ?? SAVE_EVERY_MS);
  return {
    counters,
    done: Promise.race([events.done, deadLetters.done]),
    async close() {
      clearInterval(timer);
      // Before the group gives our partitions to others, who restore what is stored.
      await saveQuietly(detect, mine, logger);
      await Promise.all([events.close(), deadLetters.close()]);
      await detect.finish(mine).catch((error: Error) => {
        logger.error({ reason: error.message }, 'what was learned since the last save could not be saved');
      });
    },
  };
}

/** State that belongs to no credential; see detectors/state/snapshot.ts. */
function isShared(row: StoredBaseline): boolean {
  return row.lineage.startsWith('\u0001');
}

async function saveQuietly(
  detect: Detect,
  mine: (row: StoredBaseline) => boolean,
  logger: Logger,
): Promise<void> {
  try {
    await detect.save(mine);
  } catch (error) {
    if (!isOutage(error)) logger.error({ err: error }, 'baselines could not be saved');
    else
      logger.warn({ reason: (error as Error).message }, 'baselines could not be saved; trying again later');
  }
}

/** Dead letters also become rows, so that dashboards can count them. */
async function subscribeDeadLetters(
  o: DetectConsumerOptions,
  counters: { unreadableDeadLetters: number },
): Promise<Subscription> {
  return await o.bus.subscribe({
    group: `${o.group}-dead-letters`,
    topics: [o.topics.deadLetters],
    maxMessages: BATCH,
    handler: async (batch) => {
      const rows = readRejections(batch);
      counters.unreadableDeadLetters += batch.messages.length - rows.length;
      if (rows.length > 0) await o.store.insertRejections(rows, batch.token);
    },
  });
}

function readRejections(batch: BusBatch): Rejection[] {
  return batch.messages.flatMap(({ value }) => {
    try {
      return [rejection.parse(JSON.parse(String(value)))];
    } catch {
      return [];
    }
  });
}
