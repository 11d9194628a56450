// What the service benchmarks run on: a real Kafka broker, a real ClickHouse server of its own, topics, a configuration file, and
// a producer. Nothing of an earlier measurement is left in a new one. close() ends all of it but the broker.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Bus, OutgoingMessage } from '../../../services/bus/bus.ts';
import { createKafkaBus } from '../../../services/bus/kafka.ts';
import { credentialKey } from '../../../services/ingest/bus-sink.ts';
import { type Member, startMember } from '../../chaos/member.ts';
import type { TestBroker } from '../../kafka/broker.ts';
import { openTestStore, type TestStore } from '../../services/store/fixtures.ts';

export const PARTITIONS = 8;
/** As the command line compiles it: the loader of the sources would cost 10 to 20 %. */
const PROGRAM = '.cache/bench/services/main.js';

const LAST_WORDS = 2_000;

export interface Servers {
  readonly topic: string;
  readonly group: string;
  readonly store: TestStore;
  readonly bus: Bus;
  produce(messages: readonly OutgoingMessage[]): Promise<void>;
  /** Events of the topic that are not committed. */
  lag(): Promise<number>;
  /** Throws, with what the processes logged last, unless so many events are stored: nothing was refused on the way. */
  expectStored(events: number): Promise<void>;
  detect(): Member;
  deliver(): Member;
  close(): Promise<void>;
}

export interface ServersOptions {
  /** Added to the configuration file. */
  settings?: Record<string, unknown>;
  /** Added to its `kafka`. */
  kafka?: Record<string, unknown>;
  /** Folder for CPU profiles of the processes; none are made without it. */
  profile?: string | undefined;
}

export async function openServers(broker: TestBroker, o: ServersOptions = {}): Promise<Servers> {
  const store = await openTestStore();
  const run = randomUUID().slice(0, 8);
  const topics = { events: `events-${run}`, deadLetters: `dead-${run}` };
  const group = `bench-${run}`;
  const { brokers } = broker;
  const bus = await createKafkaBus({
    brokers,
    clientId: 'bench',
    compression: 'lz4',
    partitions: PARTITIONS,
    replication: 1,
    logger: pino({ level: 'silent' }),
  });
  await bus.ensureTopics([topics.events, topics.deadLetters]);
  const { url, username, password, database } = store.server;
  const configFile = join(store.dir, 'keytrail.yaml');
  await writeFile(
    configFile,
    JSON.stringify({
      log: { level: 'info' },
      health: { enabled: false },
      kafka: { brokers, topics, group, partitions: PARTITIONS, ...o.kafka },
      clickhouse: { url, username, password, database },
      ...o.settings,
    }),
  );
  const profiling = o.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${o.profile}`];
  const program = [...profiling, PROGRAM];
  const members: Member[] = [];
  const started = (member: Member): Member => {
    members.push(member);
    return member;
  };
  return {
    topic: topics.events,
    group,
    store,
    bus,
    produce: (messages) => bus.send(topics.events, messages),
    lag: () => bus.lag(group, topics.events),
    async expectStored(events) {
      const [row] = await store.store.query<{ n: number }>('SELECT count() AS n FROM events');
      if (Number(row!.n) === events) return;
      const logs = members.map((member) => member.log().slice(-LAST_WORDS)).join('\n---\n');
      throw new Error(`${row!.n} events are stored, not ${events}:\n${logs}`);
    },
    detect: () => started(startMember(configFile, { program })),
    deliver: () =>
      started(startMember(configFile, { program, command: 'deliver', ready: /"msg":"delivering"/ })),
    async close() {
      await Promise.all(members.map((member) => member.stop()));
      await bus.close();
      await store.close();
    },
  };
}

export function messageOf(event: ApiEvent): OutgoingMessage {
  return { key: credentialKey(event.tenant, event.credential.lineage), value: JSON.stringify(event) };
}
