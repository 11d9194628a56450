// How much CPU time a `detect` process takes for an event, from Kafka until its offset is committed, and how many events a second one
// process or several take. The events are in the topic beforehand.
// Counted between two commits: the first past a fifth of the events, and the last but one, since the last waits for its time.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestBroker } from '../../kafka/broker.ts';
import { median, nanosecondsPerEvent } from './cpu.ts';
import { ordinaryCalls, take } from './ordinary-calls.ts';
import { cpuOf, residentOf } from './process-usage.ts';
import { messageOf, openServers, type Servers } from './servers.ts';

export interface Throughput {
  processes: number;
  events: number;
  bytesPerEvent: number;
  /** CPU time of JSON.parse of the same bytes. */
  parseNs: number;
  /** CPU time of all `detect` processes together. */
  detectNs: number;
  clickhouseNs: number;
  /** Null where the broker is not ours. */
  brokerNs: number | null;
  eventsPerSecond: number;
  /** Of the process with most. */
  residentBytes: number;
  /** Of the topic on the broker's disk, null where it is not ours. */
  topicBytesPerEvent: number | null;
  /** Stored state, unmerged parts included. */
  learnedBytes: number;
  /** Rows inserted into ClickHouse come in so many INSERTs of all tables. */
  inserts: number;
}

export interface ThroughputOptions {
  processes: number;
  events: number;
  credentials: number;
  /** Folder for CPU profiles. */
  profile?: string | undefined;
  onProgress: (said: string) => void;
}

const CHUNK = 5_000;
const POLL_MS = 50;
const STEP_MS = 50;
const WARM_SHARE = 0.2;
const PATIENCE_MS = 900_000;

export async function throughput(broker: TestBroker, o: ThroughputOptions): Promise<Throughput> {
  const servers = await openServers(broker, { profile: o.profile });
  try {
    const { bytes, parseNs } = await fill(servers, o);
    const members = Array.from({ length: o.processes }, () => servers.detect());
    await Promise.all(members.map(({ working }) => working));
    const pids = members.map(({ pid }) => pid);
    const samples = await follow(servers, { detect: pids, broker: broker.own?.pid ?? null }, o);
    await servers.expectStored(o.events);
    const from = samples.findIndex(({ done }) => done >= o.events * WARM_SHARE);
    const [begin, end] = [samples[from], samples.at(-2)];
    if (begin === undefined || end === undefined || end.done <= begin.done)
      throw new Error('too few events to measure: the whole topic was committed at once; raise --events');
    const events = end.done - begin.done;
    return {
      processes: o.processes,
      events,
      bytesPerEvent: Math.round(bytes / o.events),
      parseNs,
      detectNs: (end.detect - begin.detect) / events,
      clickhouseNs: (end.clickhouse - begin.clickhouse) / events,
      brokerNs: end.broker === null ? null : (end.broker - begin.broker!) / events,
      eventsPerSecond: (events / (end.at - begin.at)) * 1000,
      residentBytes: Math.max(...pids.map(residentOf)),
      topicBytesPerEvent:
        broker.own === null ? null : (await topicBytes(broker.own.data, servers.topic)) / o.events,
      ...(await stored(servers)),
    };
  } finally {
    await servers.close();
  }
}

/** Produces the events, and parses some of them to compare with. */
async function fill(servers: Servers, o: ThroughputOptions) {
  const source = ordinaryCalls({ credentials: o.credentials, stepMs: STEP_MS });
  const parse: number[] = [];
  let bytes = 0;
  for (let n = 0; n < o.events; n += CHUNK) {
    const messages = take(source, Math.min(CHUNK, o.events - n)).map(messageOf);
    const values = messages.map(({ value }) => Buffer.from(value));
    for (const { length } of values) bytes += length;
    parse.push(
      nanosecondsPerEvent(values.length, () => {
        for (const value of values) JSON.parse(value.toString());
      }),
    );
    await servers.produce(messages);
    o.onProgress(`producing: ${n + messages.length} of ${o.events} events`);
  }
  return { bytes, parseNs: median(parse) };
}

interface Sample {
  at: number;
  done: number;
  detect: number;
  clickhouse: number;
  broker: number | null;
}

/** Bytes of the log segments of the topic's partitions, which the broker keeps as they were sent. */
async function topicBytes(data: string, topic: string): Promise<number> {
  const files = await readdir(data, { recursive: true });
  const segments = files.filter((file) => file.startsWith(`${topic}-`) && file.endsWith('.log'));
  const sizes = await Promise.all(segments.map(async (file) => (await stat(join(data, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function stored({ store }: Servers) {
  const [learned] = await store.store.query<{ bytes: number }>(
    `SELECT sum(bytes_on_disk) AS bytes FROM system.parts
     WHERE active AND table = 'learned' AND database = currentDatabase()`,
  );
  const [counted] = await store.store.query<{ n: number }>(
    "SELECT sum(value) AS n FROM system.events WHERE event = 'InsertQuery'",
  );
  return { learnedBytes: Number(learned!.bytes), inserts: Number(counted!.n) };
}

/** What was used at each commit, until all is committed. */
async function follow(
  servers: Servers,
  pids: { detect: readonly number[]; broker: number | null },
  o: ThroughputOptions,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const deadline = Date.now() + PATIENCE_MS;
  for (let lag = o.events; lag > 0; await delay(POLL_MS)) {
    lag = await servers.lag();
    const done = o.events - lag;
    if (done === (samples.at(-1)?.done ?? 0)) {
      if (Date.now() > deadline) throw new Error(`${lag} of ${o.events} events are still not committed`);
      continue;
    }
    samples.push({
      at: Date.now(),
      done,
      detect: pids.detect.reduce((sum, pid) => sum + cpuOf(pid), 0),
      clickhouse: cpuOf(servers.store.server.pid),
      broker: pids.broker === null ? null : cpuOf(pids.broker),
    });
    o.onProgress(`${pids.detect.length} detect: ${done} of ${o.events} events committed`);
  }
  return samples;
}
