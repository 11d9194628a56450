// The consuming half of kafka.ts: one member of a consumer group that commits only what its handler finished.
// Always holds: partitions deliver nothing between a rebalance and the end of onAssigned; an outage behind the handler
// pauses consumption (heartbeats go on) and repeats the batch; a crash of the client joins anew after a delay.
// Does not promise: that a batch comes only once.

import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Logger } from '../logger.ts';
import type { BusBatch, Position, SubscribeOptions, Subscription, TopicPartition } from './bus.ts';
import { isPassing, unavailable } from './kafka-reports.ts';
import { outlast, pause } from './outage.ts';

const MAX_MESSAGES = 5_000;
const BEAT_MS = 1_000;
/** A broker that has just started cannot coordinate groups for some seconds; joining the first time waits that long. */
const FIRST_JOIN_TRIES = 10;

interface Parts {
  options: SubscribeOptions;
  newConsumer: () => Consumer;
  brokers: readonly string[];
  logger: Logger;
}

/** How one consumer's life ended. */
type Ending =
  | { kind: 'closed' }
  | { kind: 'failed'; error: Error }
  /** `passing`: the broker answers and says that a later try may succeed. */
  | { kind: 'crashed'; error: Error; passing: boolean };

/** Resolves once the group was joined; rejects when that is not possible. */
export async function startSubscription(parts: Parts): Promise<Subscription> {
  const stop = new AbortController();
  let joined = (): void => {};
  const firstJoin = new Promise<void>((resolve) => {
    joined = resolve;
  });
  const current: { consumer: Consumer | null } = { consumer: null };
  const done = keepConsuming(parts, { stop: stop.signal, joined, current });
  await Promise.race([firstJoin, done]);
  // Whoever holds the subscription awaits `done`; until then a failure must not count as unhandled.
  done.catch(() => undefined);
  return {
    done,
    async commit(positions) {
      if (current.consumer === null) return false;
      try {
        await current.consumer.commitOffsets([...positions]);
        return true;
      } catch (error) {
        const { group } = parts.options;
        parts.logger.debug({ reason: (error as Error).message, group }, 'offsets not committed yet');
        return false;
      }
    },
    seek: (position) => current.consumer?.seek(position),
    async close() {
      stop.abort();
      await done.catch(() => undefined);
    },
  };
}

interface Life {
  stop: AbortSignal;
  joined: () => void;
  /** The consumer that may commit now. */
  current: { consumer: Consumer | null };
}

async function keepConsuming(parts: Parts, life: Life): Promise<void> {
  const { stop, joined, current } = life;
  let everJoined = false;
  for (let crashes = 0; !stop.aborted; crashes++) {
    const ending = await consumeOnce(parts, {
      stop,
      current,
      joined: () => {
        everJoined = true;
        crashes = 0;
        joined();
      },
    });
    if (ending.kind === 'closed') return;
    if (ending.kind === 'failed') throw ending.error;
    if (!everJoined && !(ending.passing && crashes < FIRST_JOIN_TRIES)) throw ending.error;
    parts.logger.warn(
      { reason: ending.error.message, group: parts.options.group },
      'consumer crashed, joining again',
    );
    await pause(crashes, stop);
  }
}

async function consumeOnce(parts: Parts, { stop, joined, current }: Life): Promise<Ending> {
  const { options, brokers, logger } = parts;
  const consumer = parts.newConsumer();
  current.consumer = consumer;
  let finish = (_: Ending): void => {};
  const ending = new Promise<Ending>((resolve) => {
    finish = resolve;
  });
  const onStop = () => finish({ kind: 'closed' });
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  /** Raised when this consumer must hand out nothing more. */
  const over = new AbortController();
  void ending.then(() => over.abort());
  const fail = (error: unknown) =>
    finish({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) });

  const crash = (error: unknown) =>
    finish({ kind: 'crashed', error: unavailable(error, brokers), passing: isPassing(error) });
  consumer.on(consumer.events.CRASH, ({ payload }) => crash(payload.error));
  /** kafkajs leaves the group without waiting for these, which would lose their commits. */
  const inHand = new Set<Promise<void>>();
  const assign = createAssigner({ consumer, options, logger, over: over.signal, joined, fail });
  consumer.on(consumer.events.GROUP_JOIN, assign);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        if (over.signal.aborted) return;
        const work = handleBatch({ payload, consumer, options, logger, over: over.signal, fail });
        inHand.add(work);
        await work.finally(() => inHand.delete(work));
      },
    });
  } catch (error) {
    crash(error);
  }
  const result = await ending;
  stop.removeEventListener('abort', onStop);
  await Promise.allSettled(inHand);
  if (result.kind === 'closed')
    await options.onLeaving?.().catch((error: Error) => {
      logger.warn({ reason: error.message, group: options.group }, 'left with work that is not durable');
    });
  current.consumer = null;
  await consumer.disconnect().catch((error: Error) => logger.debug({ reason: error.message }, 'disconnect'));
  return result;
}

interface AssignerParts {
  consumer: Consumer;
  options: SubscribeOptions;
  logger: Logger;
  over: AbortSignal;
  joined: () => void;
  fail: (error: unknown) => void;
}

/**
 * kafkajs has no callback for revoked partitions, but it emits GROUP_JOIN before the next fetch and honours pause and
 * seek in it. So: pause everything at once (this runs synchronously), restore, seek, resume.
 */
function createAssigner(parts: AssignerParts): (event: ConsumerGroupJoinEvent) => void {
  const { consumer, options, over } = parts;
  let generation = 0;
  return ({ payload }) => {
    const assignment = Object.entries(payload.memberAssignment).map(([topic, partitions]) => ({
      topic,
      partitions,
    }));
    const mine = ++generation;
    const flat: TopicPartition[] = assignment.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    if (options.onAssigned === undefined) return parts.joined();
    consumer.pause(assignment);
    const restore = async () => {
      const positions = await options.onAssigned!(flat);
      // A newer rebalance has its own restore under way; this one's answer is out of date.
      if (mine !== generation || over.aborted) return;
      for (const position of positions) consumer.seek(position);
      consumer.resume(assignment);
      parts.joined();
    };
    outlast(restore, { what: 'restore after rebalance', logger: parts.logger, signal: over }).catch(
      parts.fail,
    );
  };
}

interface BatchParts {
  payload: EachBatchPayload;
  consumer: Consumer;
  options: SubscribeOptions;
  logger: Logger;
  over: AbortSignal;
  fail: (error: unknown) => void;
}

async function handleBatch(parts: BatchParts): Promise<void> {
  const { payload, consumer, options, over } = parts;
  const { topic, partition, messages } = payload.batch;
  const step = options.maxMessages ?? MAX_MESSAGES;
  for (let at = 0; at < messages.length; at += step) {
    if (over.aborted || !payload.isRunning() || payload.isStale()) return;
    const slice = messages.slice(at, at + step);
    const heart = startHeartbeat(payload, over);
    let next: Position | undefined;
    try {
      const work = async () => {
        next = (await options.handler(toBatch(topic, partition, slice))) ?? undefined;
      };
      const finished = await outlast(work, {
        what: `handle ${topic}`,
        logger: parts.logger,
        signal: heart.signal,
      });
      if (!finished) {
        heart.check();
        return;
      }
    } catch (error) {
      if (error === heart.lost) throw error;
      parts.fail(error);
      return;
    } finally {
      heart.stop();
    }
    const last = slice.at(-1)!.offset;
    if (next !== undefined) {
      consumer.seek(next);
      return;
    }
    payload.resolveOffset(last);
    if (!options.ownCommits)
      await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(last) + 1n) }]);
    heart.check();
  }
}

function toBatch(topic: string, partition: number, messages: readonly KafkaMessage[]): BusBatch {
  return {
    topic,
    partition,
    messages,
    token: `${topic}/${partition}@${messages[0]!.offset}-${messages.at(-1)!.offset}`,
  };
}

interface Heartbeat {
  /** Raised when the subscription ends or the group no longer counts on us. */
  readonly signal: AbortSignal;
  /** The error that a heartbeat failed with, null while all is well. */
  readonly lost: unknown;
  /** Throws that error, so that kafkajs joins again. */
  check(): void;
  stop(): void;
}

function startHeartbeat(payload: EachBatchPayload, over: AbortSignal): Heartbeat {
  const own = new AbortController();
  let lost: unknown = null;
  let beating = false;
  const timer = setInterval(() => {
    if (beating || lost !== null) return;
    beating = true;
    payload
      .heartbeat()
      .catch((error: unknown) => {
        lost = error;
        own.abort();
      })
      .finally(() => {
        beating = false;
      });
  }, BEAT_MS);
  return {
    signal: AbortSignal.any([own.signal, over]),
    get lost() {
      return lost;
    },
    check() {
      if (lost !== null) throw lost;
    },
    stop: () => clearInterval(timer),
  };
}
