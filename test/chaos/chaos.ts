// Chaos: `detect` processes over a real Kafka broker and a real ClickHouse server, while processes are killed, join and leave and
// the servers die and come back; then the ledger is taken.
// Always holds: same seed, same events and same plan of trouble; the moments are as the machine has them.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import type { ApiEvent } from '../../schemas/event.ts';
import { createKafkaBus } from '../../services/bus/kafka.ts';
import { credentialKey } from '../../services/ingest/bus-sink.ts';
import { createRandom } from '../detectors/engine/traffic.ts';
import type { TestBroker } from '../kafka/broker.ts';
import { openTestStore, type TestStore } from '../services/store/fixtures.ts';
import { until } from '../until.ts';
import { type Ledger, takeLedger } from './ledger.ts';
import { type Member, startMember } from './member.ts';
import { traffic } from './traffic.ts';

export interface Plan {
  seed: number;
  /** Times a detector is killed (-9) and started again. */
  kills: number;
  /** Times ClickHouse, and the broker, are killed and started again. */
  outages: number;
  /** 1: one process at a time, and findings and baselines must be those of an undisturbed run. More: two processes share them. */
  partitions: number;
  /** Events before the first trouble: the time in which baselines form. */
  quiet: number;
  /** Events of each message batch, one batch every 50 ms. */
  batch: number;
  onProgress?: (said: string) => void;
}

export interface Outcome {
  ledger: Ledger;
  kills: number;
  outages: number;
  seconds: number;
}

const TICK_MS = 50;
const QUIET_BATCH = 5_000;
const LONGEST_LIFE_MS = 2_500;
/** Of each detector's log, when the run fails. */
const LAST_WORDS = 4_000;

export async function chaos(broker: TestBroker, plan: Plan): Promise<Outcome> {
  const started = Date.now();
  const store = await openTestStore();
  const run = randomUUID().slice(0, 8);
  const topics = { events: `events-${run}`, deadLetters: `dead-${run}` };
  const group = `chaos-${run}`;
  const bus = await createKafkaBus({
    brokers: broker.brokers,
    clientId: 'chaos',
    compression: 'lz4',
    partitions: plan.partitions,
    replication: 1,
    logger: pino({ level: 'silent' }),
  });
  const configFile = join(store.dir, 'keytrail.yaml');
  const { url, username, password, database } = store.server;
  await writeFile(
    configFile,
    JSON.stringify({
      log: { level: 'info' },
      kafka: { brokers: broker.brokers, topics, group, partitions: plan.partitions, sessionTimeoutMs: 3_000 },
      clickhouse: { url, username, password, database },
    }),
  );
  await bus.ensureTopics([topics.events, topics.deadLetters]);
  const produced: ApiEvent[] = [];
  const source = traffic(plan.seed, plan.quiet);
  const send = async (count: number): Promise<void> => {
    const events = Array.from({ length: count }, () => source.next().value as ApiEvent);
    const messages = events.map((event) => ({
      key: credentialKey(event.tenant, event.credential.lineage),
      value: JSON.stringify(event),
    }));
    for (;;) {
      try {
        await bus.send(topics.events, messages);
        break;
      } catch {
        // The broker is away: an idempotent producer may send the same again.
        await delay(TICK_MS);
      }
    }
    produced.push(...events);
  };
  const members: Member[] = [];
  let over = false;
  try {
    for (let sent = 0; sent < plan.quiet; sent += QUIET_BATCH) await send(QUIET_BATCH);
    const producing = (async () => {
      while (!over) {
        await send(plan.batch);
        await delay(TICK_MS);
      }
    })();
    const count = plan.partitions === 1 ? 1 : 2;
    for (let i = 0; i < count; i++) members.push(startMember(configFile));
    await Promise.all(members.map(({ working }) => working));
    await trouble({ plan, members, configFile, store, broker });
    over = true;
    await producing;
    await until(
      'all events consumed',
      async () => await bus.lag(group, topics.events),
      (lag) => lag === 0,
    );
    await Promise.all(members.map((member) => member.stop()));
    const ledger = await takeLedger(store.store, produced, { exact: plan.partitions === 1 });
    const seconds = Math.round((Date.now() - started) / 1000);
    return { ledger, kills: plan.kills, outages: plan.outages, seconds };
  } catch (error) {
    const logs = members.map((member) => member.log().slice(-LAST_WORDS)).join('\n---\n');
    throw new Error(`${(error as Error).message}\n${logs}`, { cause: error });
  } finally {
    over = true;
    await Promise.all(members.map((member) => member.kill()));
    await bus.close();
    await store.close();
  }
}

interface Troubled {
  plan: Plan;
  members: Member[];
  configFile: string;
  store: TestStore;
  broker: TestBroker;
}

/** Kills, rebalances and outages, spread evenly. */
async function trouble({ plan, members, configFile, store, broker }: Troubled): Promise<void> {
  const random = createRandom(plan.seed + 1);
  const say = plan.onProgress ?? (() => undefined);
  const outageAfter =
    plan.outages === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(plan.kills / (plan.outages * 2)));
  let outages = 0;
  for (let kill = 1; kill <= plan.kills; kill++) {
    const i = kill % members.length;
    const before = members[i]!;
    await delay(random() * LONGEST_LIFE_MS);
    await before.kill();
    members[i] = startMember(configFile);
    // Half of them are killed again while they start.
    if (random() < 0.5) await members[i]!.working;
    say(`${kill} of ${plan.kills} kills`);
    if (kill % outageAfter === 0 && outages < plan.outages * 2) {
      const which = outages++ % 2;
      if (which === 0) {
        process.kill(store.server.pid, 'SIGKILL');
        await store.server.ended();
        await delay(random() * 1_000);
        await store.server.restart();
      } else if (broker.kill !== null) {
        await broker.kill();
        await broker.restart();
      }
      say(which === 0 ? 'ClickHouse was killed and is back' : 'the broker was killed and is back');
    }
  }
  for (const [i, member] of members.entries())
    await member.working.catch(async () => {
      // It met a server that was away at its start, which ends a process; its supervisor starts it again.
      members[i] = startMember(configFile);
      await members[i]!.working;
    });
}
