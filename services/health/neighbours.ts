// Asks the servers behind us how they are: ClickHouse with its disks and outbox, Kafka with what waits in our partitions.
// Always holds: every question has a deadline; while one is not answered, what was known last is told, with since when.

import type { WebhookConfig } from '../../schemas/config.ts';
import type { Bus } from '../bus/bus.ts';
import type { Store } from '../store/store.ts';
import { within } from './deadline.ts';
import type { DiskFigures, Figures, NeighbourFigures, OutboxFigures, PartitionFigures } from './figures.ts';
import { createLagClock } from './lag-clock.ts';

const DEADLINE_MS = 3_000;
const DAY = 24 * 60 * 60_000;

/** A question asked again and again: its last answer, and since when there is none. */
function question<T>(place: string, o: { ask: () => Promise<T>; first: T; now: () => number }) {
  let answer = o.first;
  let trouble: string | null = null;
  let troubleSince: number | null = null;
  return async (): Promise<{ answer: T; neighbour: NeighbourFigures }> => {
    try {
      answer = await within(DEADLINE_MS, o.ask);
      trouble = null;
      troubleSince = null;
    } catch (error) {
      trouble = (error as Error).message;
      troubleSince ??= o.now();
    }
    return { answer, neighbour: { place, trouble, troubleSince } };
  };
}

export interface StoreLook {
  store: NonNullable<Figures['store']>;
  outbox: OutboxFigures[];
}

/** @param o.place host and port, without credentials */
export function storeLook(o: {
  store: Pick<Store, 'query' | 'outbox' | 'disks'>;
  place: string;
  webhooks: readonly Pick<WebhookConfig, 'name'>[];
  now?: () => number;
}): () => Promise<StoreLook> {
  const { store, now = Date.now } = o;
  const configured = new Set(o.webhooks.map(({ name }) => name));
  const ask = question<{ disks: DiskFigures[]; outbox: OutboxFigures[] }>(o.place, {
    ask: async () => {
      const disks = await store.disks();
      const outbox = await store.outbox.summary({ deadSince: now() - DAY });
      return {
        disks,
        outbox: outbox.map((one) => ({ ...one, configured: configured.has(one.destination) })),
      };
    },
    first: { disks: [], outbox: [] },
    now,
  });
  return async () => {
    const { answer, neighbour } = await ask();
    return { store: { ...neighbour, disks: answer.disks }, outbox: answer.outbox };
  };
}

export function kafkaLook(o: {
  bus: Pick<Bus, 'progress'>;
  place: string;
  group: string;
  topic: string;
  /** Those of this process. */
  partitions: () => readonly number[];
  now?: () => number;
}): () => Promise<NonNullable<Figures['kafka']>> {
  const { now = Date.now } = o;
  const clock = createLagClock();
  const ask = question<PartitionFigures[]>(o.place, {
    // All partitions, so that the past of one that comes to this process later is known.
    ask: async () => clock.look(now(), await o.bus.progress(o.group, o.topic)),
    first: [],
    now,
  });
  return async () => {
    const { answer, neighbour } = await ask();
    const own = new Set(o.partitions());
    return { ...neighbour, partitions: answer.filter(({ partition }) => own.has(partition)) };
  };
}

/** When events of each gateway were last stored, by whichever process, within a week. */
export async function storedArrivals(
  store: Pick<Store, 'query'>,
): Promise<{ gateway: string; lastAt: number }[]> {
  return await within(DEADLINE_MS, () =>
    store.query<{ gateway: string; lastAt: number }>(
      `SELECT gateway, toUnixTimestamp(max(stored_at)) * 1000 AS lastAt FROM events
       WHERE stored_at > now() - INTERVAL 7 DAY GROUP BY gateway`,
    ),
  );
}
