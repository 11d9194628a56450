// Raw gateway lines in Kafka to a signed webhook, with every part as a process of its own, as an operator runs them:
// one ingest, two detect, one deliver, over a real Kafka broker and a real ClickHouse server.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import { type Rejection, rejection } from '../../schemas/rejection.ts';
import { nativePayload } from '../../schemas/siem/native.ts';
import type { Bus } from '../../services/bus/bus.ts';
import { createKafkaBus } from '../../services/bus/kafka.ts';
import { startBroker, type TestBroker } from '../kafka/broker.ts';
import { larkfieldDay } from '../scenarios/larkfield.ts';
import { answer, openReceiver, type Receiver } from '../services/deliver/receiver.ts';
import { openTestStore, type TestStore } from '../services/store/fixtures.ts';
import { until } from '../until.ts';
import { type Running, start } from './running.ts';

const broker = await startBroker();
after(() => broker?.close());
const logger = pino({ level: 'silent' });

/** The credential whose customers are read by counting up, and some that behave. */
const ATTACKED = 'brightline-apps';
const CONSUMERS = [ATTACKED, 'bluefin-marine', 'driver-101', 'driver-102', 'ci-web'];
const SECRET_TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLW9mLXRoZS1wbGFudGVk';
const BAD = [
  '',
  'not a record at all',
  '{"request":{"method":"GET"',
  '{"request":{"uri":"/x"},"response":{"status":200}}',
  `{"authorization":"Bearer ${SECRET_TOKEN}", broken`,
  `{"a":"\u0000"}`,
];

interface Setup {
  bus: Bus;
  store: TestStore;
  siem: Receiver;
  secret: string;
  topics: { raw: string; events: string; deadLetters: string };
  group: string;
  configFile: string;
}

async function setUp(broker: TestBroker): Promise<Setup> {
  const run = randomUUID().slice(0, 8);
  const topics = { raw: `raw-${run}`, events: `events-${run}`, deadLetters: `dead-${run}` };
  const group = `group-${run}`;
  // One partition: the lines of a gateway's day stay in order.
  const bus = await createKafkaBus({
    brokers: broker.brokers,
    clientId: 'test',
    compression: 'lz4',
    partitions: 1,
    replication: 1,
    logger,
  });
  const store = await openTestStore();
  const siem = await openReceiver();
  siem.answers.unshift(answer(500));
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const { url, username, password, database } = store.server;
  const configFile = join(store.dir, 'keytrail.yaml');
  await writeFile(
    configFile,
    JSON.stringify({
      data: join(store.dir, 'data'),
      ingest: { http: { enabled: false }, topic: topics.raw, format: 'kong' },
      kafka: {
        brokers: broker.brokers,
        group,
        partitions: 4,
        topics: { events: topics.events, deadLetters: topics.deadLetters },
      },
      clickhouse: { url, username, password, database },
      webhooks: [{ name: 'siem', url: siem.url, secret, allowPrivate: true, format: 'native' }],
    }),
  );
  return { bus, store, siem, secret, topics, group, configFile };
}

async function deadLetters({ bus, topics }: Setup, count: number): Promise<Rejection[]> {
  const found: Rejection[] = [];
  const subscription = await bus.subscribe({
    group: randomUUID(),
    topics: [topics.deadLetters],
    handler: async ({ messages }) => {
      for (const { value } of messages) found.push(rejection.parse(JSON.parse(String(value))));
    },
  });
  await until(
    'dead letters',
    () => found.length,
    (length) => length >= count,
  );
  await subscription.close();
  return found;
}

test('raw lines to a signed webhook, over Kafka and ClickHouse', {
  skip: broker === null ? 'no Kafka broker' : false,
  timeout: 300_000,
}, async (t) => {
  const setup = await setUp(broker!);
  const { bus, store, siem, secret, topics, group, configFile } = setup;
  const children: Running[] = [];
  t.after(async () => {
    await Promise.all(children.map((child) => child.stop()));
    await bus.close();
    await siem.close();
    await store.close();
  });
  const good = larkfieldDay(7).lines.filter((line) =>
    CONSUMERS.includes(JSON.parse(line).consumer?.username),
  );
  const lines = good.flatMap((line, i) => {
    const bad = i % 1000 === 500 ? BAD[(i - 500) / 1000] : undefined;
    return bad === undefined ? [line] : [bad, line];
  });
  const bad = lines.length - good.length;
  assert.equal(bad, BAD.length);
  await bus.ensureTopics([topics.raw]);
  await bus.send(
    topics.raw,
    lines.map((value) => ({ key: null, value })),
  );

  for (const command of ['ingest', 'detect', 'detect', 'deliver'])
    children.push(await start(command, configFile));

  const count = async (table: string) => {
    const rows = await store.store.query<{ n: string }>(`SELECT uniqExact(id) AS n FROM ${table}`);
    return Number(rows[0]!.n);
  };
  await until(
    'events in ClickHouse',
    () => count('events'),
    (n) => n >= good.length,
  );
  assert.equal(await count('events'), good.length);

  const rejected = await deadLetters(setup, bad);
  assert.equal(rejected.length, bad);
  assert.ok(rejected.every(({ position }) => position.startsWith(`${topics.raw}/0@`)));
  assert.deepEqual(rejected.map(({ reason }) => reason).sort(), [
    'binary',
    'empty',
    'invalid-json',
    'invalid-json',
    'invalid-json',
    'missing-field',
  ]);
  assert.doesNotMatch(JSON.stringify(rejected), new RegExp(SECRET_TOKEN.slice(-24)));
  await until(
    'dead letters in ClickHouse',
    async () => (await store.store.query('SELECT position FROM rejections FINAL')).length,
    (n) => n === bad,
  );

  const [first, second] = await until(
    'webhooks',
    () => siem.received,
    (received) => received.length >= 2,
  );
  const verified = new Webhook(secret).verify(second!.body, second!.headers as Record<string, string>);
  assert.equal(nativePayload.parse(verified).data.credential.display, ATTACKED);
  await until(
    'the delivery that got a 500, again',
    () => siem.received.filter(({ headers }) => headers['webhook-id'] === first!.headers['webhook-id']),
    (same) => same.length >= 2 && same[1]!.body === first!.body,
  );
  const incidents = await store.store.incidents();
  assert.deepEqual([...new Set(incidents.map(({ credential }) => credential.display))], [ATTACKED]);

  assert.deepEqual(await Promise.all(children.map((child) => child.stop())), [0, 0, 0, 0]);
  assert.equal(await bus.lag(group, topics.events), 0);
  const learned = await store.store.query("SELECT DISTINCT lineage FROM learned WHERE shard = ''");
  assert.ok(learned.length >= CONSUMERS.length, 'what was learned is stored at the end');
});
