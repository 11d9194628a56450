// What a rebalance costs: under steady traffic a member of a group of two is killed, another joins, one leaves; and how long each partition
// stood still meanwhile, seen from outside by what is committed.
// Commits come once per checkpoint, so a partition at rest between two of them looks still as well: the usual time is measured too.

import { setTimeout as delay } from 'node:timers/promises';
import type { TestBroker } from '../../kafka/broker.ts';
import { until } from '../../until.ts';
import { median } from './cpu.ts';
import { ordinaryCalls, take } from './ordinary-calls.ts';
import { messageOf, openServers, type Servers } from './servers.ts';

export interface Rebalance {
  what: 'usual' | 'killed' | 'joined' | 'left';
  /** Seconds without a commit, of the partition that stood still longest and of the one in the middle. */
  longestSeconds: number;
  medianSeconds: number;
}

export interface RebalanceOptions {
  eventsPerSecond: number;
  credentials: number;
  sessionTimeoutMs: number;
  onProgress: (said: string) => void;
}

const TICK_MS = 50;
const WARM_EVENTS = 50_000;
const USUAL_MS = 15_000;

export async function rebalances(broker: TestBroker, o: RebalanceOptions): Promise<Rebalance[]> {
  const servers = await openServers(broker, { kafka: { sessionTimeoutMs: o.sessionTimeoutMs } });
  const source = ordinaryCalls({ credentials: o.credentials, stepMs: 1000 / o.eventsPerSecond });
  let over = false;
  try {
    await servers.produce(take(source, WARM_EVENTS).map(messageOf));
    const [first, second] = [servers.detect(), servers.detect()];
    await Promise.all([first.working, second.working]);
    await until(
      'two members',
      () => servers.bus.members(servers.group),
      (count) => count === 2,
    );
    await until('the first events committed', servers.lag, (lag) => lag === 0);
    const producing = produceSteadily(
      servers,
      () => take(source, (o.eventsPerSecond * TICK_MS) / 1000),
      () => over,
    );
    const found: Rebalance[] = [];
    const during = async (what: Rebalance['what'], trouble: () => Promise<unknown>): Promise<void> => {
      o.onProgress(`rebalance: ${what}`);
      const still = (await stillTimes(servers, trouble)).toSorted((a, b) => a - b);
      found.push({ what, longestSeconds: still.at(-1)!, medianSeconds: median(still) });
    };
    await during('usual', () => delay(USUAL_MS));
    await during('killed', () => second.kill());
    const third = servers.detect();
    await during('joined', () => third.working);
    await during('left', () => third.stop());
    over = true;
    await producing;
    return found;
  } finally {
    over = true;
    await servers.close();
  }
}

async function produceSteadily(
  servers: Servers,
  next: () => Parameters<typeof messageOf>[0][],
  over: () => boolean,
): Promise<void> {
  for (let at = Date.now(); !over(); at += TICK_MS) {
    await servers.produce(next().map(messageOf));
    await delay(Math.max(0, at + TICK_MS - Date.now()));
  }
}

interface Watched {
  committed: number;
  movedAt: number;
  stillMs: number;
}

/** Per partition: the longest time between two commits, from the trouble until each has passed what it held when the trouble was over. */
async function stillTimes(servers: Servers, trouble: () => Promise<unknown>): Promise<number[]> {
  const watched = new Map<number, Watched>();
  const look = async () => {
    const progress = await servers.bus.progress(servers.group, servers.topic);
    const now = Date.now();
    for (const [partition, { at }] of progress) {
      const one = watched.get(partition) ?? { committed: at, movedAt: now, stillMs: 0 };
      one.stillMs = Math.max(one.stillMs, now - one.movedAt);
      if (at > one.committed) Object.assign(one, { committed: at, movedAt: now });
      watched.set(partition, one);
    }
    return progress;
  };
  await look();
  let over = false;
  const troubled = trouble().finally(() => {
    over = true;
  });
  while (!over) {
    await look();
    await delay(TICK_MS);
  }
  await troubled;
  const ends = await servers.bus.ends(servers.topic);
  await until('every partition goes on', look, (progress) =>
    [...ends].every(([partition, end]) => (progress.get(partition)?.at ?? 0) > end),
  );
  return [...watched.values()].map(({ stillMs }) => stillMs / 1000);
}
