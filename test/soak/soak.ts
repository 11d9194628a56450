// Soak: one `detect` process over a real Kafka broker and a real ClickHouse server, with more traffic than it can take, for minutes,
// while its memory is looked at every second; then everything is counted.
// Always holds: same seed, same events; the process always has something to do. Linux only (memory is read from /proc).

import { setTimeout as delay } from 'node:timers/promises';
import type { ApiEvent } from '../../schemas/event.ts';
import { ordinaryCalls, take } from '../bench/measure/ordinary-calls.ts';
import { residentOf } from '../bench/measure/process-usage.ts';
import { messageOf, openServers, type Servers } from '../bench/measure/servers.ts';
import { call } from '../detectors/engine/traffic.ts';
import type { TestBroker } from '../kafka/broker.ts';
import { until } from '../until.ts';
import { type Flatness, flatness, type Sample } from './flatness.ts';

export interface SoakOptions {
  minutes: number;
  credentials: number;
  seed: number;
  onProgress?: (state: { seconds: number; events: number }) => void;
}

export interface SoakResult extends SoakOptions {
  events: number;
  eventsPerSecond: number;
  stored: number;
  distinct: number;
  findings: number;
  incidents: number;
  detect: { samples: Sample[]; flatness: Flatness | null };
  clickhouse: { samples: Sample[]; flatness: Flatness | null };
}

const CHUNK = 5_000;
/** Events that wait in Kafka, at most: enough that the process never waits for them. */
const AHEAD = 100_000;
const SAMPLE_MS = 1_000;
const LOOK_MS = 50;
/** Event time from call to call: some ten minutes of soak are weeks of traffic. */
const STEP_MS = 250;
/** One call in so many is of a credential that walks through records, so that there are always findings. */
const ATTACK_EVERY = 50;
const WALK = 3_000;

export async function soak(broker: TestBroker, o: SoakOptions): Promise<SoakResult> {
  const servers = await openServers(broker);
  try {
    const member = servers.detect();
    const load = await startLoad(servers, o);
    await member.working;
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    const before = load.produced - (await servers.lag());
    const samples: { detect: Sample[]; clickhouse: Sample[] } = { detect: [], clickhouse: [] };
    let events = 0;
    while (seconds() < o.minutes * 60) {
      const at = seconds();
      samples.detect.push({ seconds: at, bytes: residentOf(member.pid) });
      samples.clickhouse.push({ seconds: at, bytes: residentOf(servers.store.server.pid) });
      events = load.produced - (await servers.lag()) - before;
      o.onProgress?.({ seconds: at, events });
      await delay(SAMPLE_MS);
    }
    const eventsPerSecond = Math.round(events / seconds());
    await load.stop();
    await until('all events consumed', servers.lag, (lag) => lag === 0);
    await member.stop();
    return {
      ...o,
      events: load.produced,
      eventsPerSecond,
      ...(await count(servers)),
      detect: { samples: samples.detect, flatness: flatness(samples.detect) },
      clickhouse: { samples: samples.clickhouse, flatness: flatness(samples.clickhouse) },
    };
  } finally {
    await servers.close();
  }
}

/** Keeps AHEAD events waiting. */
async function startLoad(servers: Servers, o: SoakOptions) {
  const source = mixed(o);
  const load = { produced: 0, stop: async () => {} };
  let over = false;
  const produce = async (): Promise<void> => {
    await servers.produce(take(source, CHUNK).map(messageOf));
    load.produced += CHUNK;
  };
  while (load.produced < AHEAD) await produce();
  const producing = (async () => {
    while (!over) {
      if ((await servers.lag()) < AHEAD) await produce();
      else await delay(LOOK_MS);
    }
  })();
  load.stop = async () => {
    over = true;
    await producing;
  };
  return load;
}

/** Ordinary calls, and now and then one more record of a walk; each walk is of another credential. */
function* mixed({ credentials, seed }: SoakOptions): Generator<ApiEvent> {
  const ordinary = ordinaryCalls({ credentials, stepMs: STEP_MS, seed });
  for (let n = 0; ; n++) {
    const event = ordinary.next().value as ApiEvent;
    const step = n / ATTACK_EVERY;
    if (!Number.isInteger(step)) {
      yield event;
      continue;
    }
    const lineage = `key:walker-${Math.floor(step / WALK)}`;
    yield call({ at: event.at, lineage, client: 'app-1', objects: [String(100_000 + (step % WALK))] });
  }
}

async function count({ store }: Servers) {
  const [events] = await store.store.query<{ stored: number; distinct: number }>(
    'SELECT count() AS stored, uniqExact(id) AS distinct FROM events',
  );
  const [found] = await store.store.query<{ findings: number; incidents: number }>(
    'SELECT (SELECT count() FROM findings) AS findings, (SELECT uniqExact(id) FROM incidents) AS incidents',
  );
  return { ...events!, ...found! };
}

/** What is wrong, in words; empty when nothing is. */
export function problems({ events, stored, distinct, findings, detect }: SoakResult): string[] {
  const { flatness: memory } = detect;
  return [
    ...(distinct === events ? [] : [`${events - distinct} events were lost`]),
    ...(stored === distinct ? [] : [`${stored - distinct} events are stored twice`]),
    ...(findings > 0 ? [] : ['nothing was found: the traffic holds attacks']),
    ...(memory === null ? ['too short to tell whether memory is flat: give --minutes 2 or more'] : []),
    ...(memory?.verdict === 'grows' ? ['memory of the detect process grows'] : []),
    ...(memory?.verdict === 'unclear'
      ? ['memory of the detect process moves too much to tell: soak longer']
      : []),
  ];
}
