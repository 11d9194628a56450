// From an event handed to the producer to the webhook it causes: `detect` and `deliver` under ordinary traffic at a given rate, in which
// credentials touch a planted record now and then. Each of those is a tenant of its own, so each opens an incident of its own.
// Counted: the first request that names the tenant. The producer and the receiver are this process.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { NativePayload } from '../../../schemas/siem/native.ts';
import type { OutgoingMessage } from '../../../services/bus/bus.ts';
import type { TestBroker } from '../../kafka/broker.ts';
import { openReceiver, type Receiver } from '../../services/deliver/receiver.ts';
import { until } from '../../until.ts';
import { median, percentile } from './cpu.ts';
import { ordinaryCalls, take } from './ordinary-calls.ts';
import { touch, writePlanted } from './planted.ts';
import { messageOf, openServers, type Servers } from './servers.ts';

export interface Latency {
  offeredPerSecond: number;
  /** What was really produced: less where the producer did not keep up. */
  producedPerSecond: number;
  touches: number;
  received: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Events not committed when the last was produced. */
  lagAtEnd: number;
}

export interface LatencyOptions {
  eventsPerSecond: number;
  seconds: number;
  credentials: number;
  onProgress: (said: string) => void;
}

const TICK_MS = 50;
const TOUCHES_PER_SECOND = 5;
const WARM_EVENTS = 50_000;

export async function latency(broker: TestBroker, o: LatencyOptions): Promise<Latency> {
  const receiver = await openReceiver();
  const dir = await mkdtemp(join(tmpdir(), 'keytrail-bench-'));
  const touches = Math.round(o.seconds * TOUCHES_PER_SECOND);
  const facts = join(dir, 'facts.json');
  await writePlanted(
    facts,
    Array.from({ length: touches }, (_, n) => tenantOf(n)),
  );
  const webhook = {
    name: 'bench',
    url: receiver.url,
    format: 'native',
    secret: `whsec_${randomBytes(32).toString('base64')}`,
    allowPrivate: true,
  };
  const servers = await openServers(broker, { settings: { facts: [facts], webhooks: [webhook] } });
  try {
    return await measure(servers, receiver, touches, o);
  } finally {
    await servers.close();
    await receiver.close();
    await rm(dir, { recursive: true });
  }
}

const tenantOf = (n: number): string => `touch-${n}`;

async function measure(
  servers: Servers,
  receiver: Receiver,
  touches: number,
  o: LatencyOptions,
): Promise<Latency> {
  const receivedAt = new Map<string, number>();
  receiver.answers = [
    (response, { body }) => {
      const { tenant } = (JSON.parse(body) as NativePayload).data;
      if (!receivedAt.has(tenant)) receivedAt.set(tenant, Date.now());
      response.writeHead(204).end();
    },
  ];
  const pace = { credentials: o.credentials, stepMs: 1000 / o.eventsPerSecond };
  const source = ordinaryCalls(pace);
  const next = (count: number): OutgoingMessage[] => take(source, count).map(messageOf);
  await servers.produce(next(WARM_EVENTS));
  const members = [servers.detect(), servers.deliver()];
  await Promise.all(members.map(({ working }) => working));
  o.onProgress('latency: warming');
  await until('the first events committed', servers.lag, (lag) => lag === 0);

  const producedAt = new Map<string, number>();
  const perTick = Math.round((o.eventsPerSecond * TICK_MS) / 1000);
  const ticks = Math.round((o.seconds * 1000) / TICK_MS);
  const touchEvery = ticks / touches;
  const begin = Date.now();
  let produced = 0;
  for (let tick = 0; tick < ticks; tick++) {
    const messages = next(perTick);
    const touched = producedAt.size;
    const touching = touched < touches && tick >= touched * touchEvery;
    const tenant = tenantOf(touched);
    if (touching) messages.splice(messages.length >> 1, 0, touchAmong(messages, tenant));
    const now = Date.now();
    if (touching) producedAt.set(tenant, now);
    await servers.produce(messages);
    produced += messages.length;
    if (tick % 20 === 0) o.onProgress(`latency: ${produced} events, ${receivedAt.size} webhooks`);
    const ahead = begin + (tick + 1) * TICK_MS - Date.now();
    if (ahead > 0) await delay(ahead);
  }
  const seconds = (Date.now() - begin) / 1000;
  const lagAtEnd = await servers.lag();
  await until('all events committed', servers.lag, (lag) => lag === 0);
  await servers.expectStored(WARM_EVENTS + produced);
  await until(
    'webhooks received',
    () => receivedAt.size,
    (count) => count === producedAt.size,
  );
  const times = [...producedAt].map(([tenant, at]) => receivedAt.get(tenant)! - at);
  return {
    offeredPerSecond: Math.round(o.eventsPerSecond),
    producedPerSecond: Math.round(produced / seconds),
    touches: producedAt.size,
    received: receivedAt.size,
    p50Ms: median(times),
    p99Ms: percentile(times, 0.99),
    maxMs: Math.max(...times),
    lagAtEnd,
  };
}

/** A touch at the time of the messages it goes with. */
function touchAmong([first]: readonly OutgoingMessage[], tenant: string): OutgoingMessage {
  const { at } = JSON.parse(first!.value) as ApiEvent;
  return messageOf(touch({ at, tenant, lineage: `key:${tenant}` }));
}
