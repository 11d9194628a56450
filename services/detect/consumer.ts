// Detection fed by Kafka: events to the engine, dead letters to the store, parts taken up and given away with the partitions.
// Always holds: a partition goes on where its last checkpoint ends, whatever was committed; offsets are committed after a
// checkpoint; what was judged of a partition that went to another member and is not durable is forgotten.

import { type Rejection, rejection } from '../../schemas/rejection.ts';
import type { Bus, BusBatch, Position, Subscription } from '../bus/bus.ts';
import { isOutage } from '../bus/outage.ts';
import { type BusTopics, createBusSink } from '../ingest/bus-sink.ts';
import type { Logger } from '../logger.ts';
import type { Store } from '../store/store.ts';
import { type Detect, Superseded } from './detect.ts';
import { readEvents } from './event-message.ts';
import type { Parts } from './parts.ts';

/** Most messages in one batch. */
const BATCH = 5_000;
/** Events per partition that are looked up after it was taken up: a producer may have sent them twice. */
const DOUBT = 5_000;
const TICK_MS = 100;
/** How often commits that failed are tried again. */
const COMMIT_MS = 1_000;

export interface DetectConsumerOptions {
  bus: Bus;
  topics: BusTopics;
  group: string;
  detect: Detect;
  parts: Parts;
  store: Pick<Store, 'insertRejections'>;
  logger: Logger;
}

export interface DetectConsumer {
  readonly done: Promise<void>;
  /** Messages that were no events, and dead letters that could not be read. */
  readonly counters: { notEvents: number; unreadableDeadLetters: number };
  /** Dead letters stored here, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Those this member has now. */
  partitions(): number[];
  close(): Promise<void>;
}

export async function startDetectConsumer(o: DetectConsumerOptions): Promise<DetectConsumer> {
  const { bus, topics, detect, parts, logger } = o;
  const topic = topics.events;
  const counters = { notEvents: 0, unreadableDeadLetters: 0 };
  const rejected: Record<string, number> = {};
  const sink = createBusSink({ bus, topics });
  let owned = new Set<number>();
  /** The batch whose rejections are sent: one that is repeated after an outage sends none again. */
  let reported = '';

  const at = (partition: number, position: number): Position => ({
    topic,
    partition,
    offset: String(position),
  });
  const takeUp = (partitions: readonly number[]) => parts.find(partitions, (names) => detect.adopt(names));

  const handle = async (batch: BusBatch): Promise<Position | undefined> => {
    const { partition, messages } = batch;
    const read = readEvents(batch);
    if (read.rejections.length > 0 && reported !== batch.token) {
      await sink.reject(read.rejections);
      counters.notEvents += read.rejections.length;
      reported = batch.token;
    }
    const from = Number(messages[0]!.offset);
    const to = Number(messages.at(-1)!.offset) + 1;
    try {
      await detect.take({ part: parts.name(partition), from, to, events: read.events });
    } catch (error) {
      if (!(error instanceof Superseded)) throw error;
      return at(partition, detect.position(error.part) ?? from);
    }
  };
  const onAssigned = async (partitions: readonly { partition: number }[]): Promise<Position[]> => {
    const now = partitions.map(({ partition }) => partition).sort((a, b) => a - b);
    const lost = [...owned].filter((partition) => !now.includes(partition));
    await detect.abandon(lost.map(parts.name));
    // At once: should what follows fail and be repeated, those that came back meanwhile are to be taken up.
    owned = new Set([...owned].filter((partition) => now.includes(partition)));
    // Named by the lowest partition, so no two members use one name.
    if (now.length > 0)
      await detect.share(`shared/${o.group}/${now[0]}`, (names) => nearest(names, o.group, now[0]!));
    const gained = now.filter((partition) => !owned.has(partition));
    const found = await takeUp(gained);
    owned = new Set(now);
    detect.doubt(DOUBT * gained.length);
    logger.info({ partitions: now.length, gained: gained.length, lost: lost.length }, 'partitions assigned');
    return now.flatMap((partition) => {
      const position = found.get(partition) ?? detect.position(parts.name(partition));
      return position === undefined ? [] : [at(partition, position)];
    });
  };

  const events = await bus.subscribe({
    group: o.group,
    topics: [topic],
    maxMessages: BATCH,
    ownCommits: true,
    handler: handle,
    onAssigned,
    onLeaving: () => detect.checkpoint(),
  });
  // Commits tell people and tools how far we are; where to go on is stored with what was learned. So one that fails, as during a
  // rebalance, is made later.
  const uncommitted = new Map<string, number>();
  const commit = async (): Promise<void> => {
    const due = [...owned].filter((partition) => uncommitted.has(parts.name(partition)));
    const positions = due.map((partition) => at(partition, uncommitted.get(parts.name(partition))!));
    const done = positions.length === 0 || (await events.commit(positions));
    if (done) uncommitted.clear();
  };
  detect.listen({
    async durable(positions) {
      for (const { part, position } of positions) uncommitted.set(part, position);
      await commit();
    },
    moved(positions) {
      for (const partition of owned)
        for (const { part, position } of positions)
          if (part === parts.name(partition)) events.seek(at(partition, position));
    },
  });
  const deadLetters = await subscribeDeadLetters(o, { counters, rejected }).catch(async (error) => {
    await events.close();
    throw error;
  });
  const timer = setInterval(() => void tickQuietly(detect, logger), TICK_MS);
  const commitTimer = setInterval(() => void commit(), COMMIT_MS);
  return {
    counters,
    rejected,
    partitions: () => [...owned],
    done: Promise.race([events.done, deadLetters.done]),
    async close() {
      clearInterval(timer);
      clearInterval(commitTimer);
      await Promise.all([events.close(), deadLetters.close()]);
    },
  };
}

/** The name in use by the member that had the partition before: the last that begins at or before it. */
function nearest(names: readonly string[], group: string, partition: number): string | null {
  const prefix = `shared/${group}/`;
  const known = names
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ name, from: Number(name.slice(prefix.length)) }))
    .sort((a, b) => a.from - b.from);
  return (known.filter(({ from }) => from <= partition).at(-1) ?? known[0])?.name ?? null;
}

async function tickQuietly(detect: Detect, logger: Logger): Promise<void> {
  try {
    await detect.tick();
  } catch (error) {
    // The next batch, or the next tick, tries again.
    if (!isOutage(error)) logger.error({ err: error }, 'a checkpoint failed');
    else logger.debug({ reason: (error as Error).message }, 'a checkpoint has to wait');
  }
}

/** Dead letters also become rows, so that dashboards can count them. */
async function subscribeDeadLetters(
  o: DetectConsumerOptions,
  { counters, rejected }: Pick<DetectConsumer, 'counters'> & { rejected: Record<string, number> },
): Promise<Subscription> {
  return await o.bus.subscribe({
    group: `${o.group}-dead-letters`,
    topics: [o.topics.deadLetters],
    maxMessages: BATCH,
    handler: async (batch) => {
      const rows = readRejections(batch);
      counters.unreadableDeadLetters += batch.messages.length - rows.length;
      if (rows.length > 0) await o.store.insertRejections(rows, batch.token);
      for (const { reason } of rows) rejected[reason] = (rejected[reason] ?? 0) + 1;
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
