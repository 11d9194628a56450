// Secrets of every kind, in lines of every format, through receiver, Kafka, detection and ClickHouse: afterwards every
// topic, table, log and file of the services is searched, and none of them is there.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pino from 'pino';
import type { Bus } from '../../services/bus/bus.ts';
import { createKafkaBus } from '../../services/bus/kafka.ts';
import type { Store } from '../../services/store/store.ts';
import { startBroker } from '../kafka/broker.ts';
import { leaksIn, PLANTED } from '../planted-secrets.ts';
import { openTestStore } from '../services/store/fixtures.ts';
import { until } from '../until.ts';
import { type Running, start } from './running.ts';

const broker = await startBroker();
after(() => broker?.close());

/** Keys and values of everything in the topics, once as many messages as expected have come. */
async function contentOf(bus: Bus, topics: readonly string[], count: number): Promise<string> {
  const parts: string[] = [];
  const subscription = await bus.subscribe({
    group: randomUUID(),
    topics: [...topics],
    handler: async ({ messages }) => {
      for (const { key, value } of messages) parts.push(`${key} ${value}`);
    },
  });
  await until(
    'messages in the topics',
    () => parts.length,
    (length) => length >= count,
  );
  await subscription.close();
  return parts.join('\n');
}

/** Every row of every table, views included. */
async function tablesOf(store: Store): Promise<Map<string, string>> {
  const tables = await store.query<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = currentDatabase()',
  );
  const content = new Map<string, string>();
  for (const { name } of tables)
    content.set(name, JSON.stringify(await store.query(`SELECT * FROM \`${name}\``)));
  return content;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

test('no secret reaches a topic, a table, a log or a file', {
  skip: broker === null ? 'no Kafka broker' : false,
  timeout: 300_000,
}, async (t) => {
  const run = randomUUID().slice(0, 8);
  const topics = { events: `events-${run}`, deadLetters: `dead-${run}` };
  const store = await openTestStore();
  const { url, username, password, database } = store.server;
  const data = join(store.dir, 'services');
  const configFile = join(store.dir, 'keytrail.yaml');
  await writeFile(
    configFile,
    JSON.stringify({
      data,
      log: { level: 'debug' },
      ingest: { http: { port: 0 } },
      identity: { extractors: ['jwt', 'header:x-api-key', 'query:api_key', 'bearer', 'basic', 'client'] },
      kafka: { brokers: broker!.brokers, group: run, partitions: 2, topics, compression: 'none' },
      clickhouse: { url, username, password, database },
    }),
  );
  const bus = await createKafkaBus({
    brokers: broker!.brokers,
    clientId: 'test',
    compression: 'none',
    partitions: 2,
    replication: 1,
    logger: pino({ level: 'silent' }),
  });
  const children: Running[] = [];
  t.after(async () => {
    await Promise.all(children.map((child) => child.stop()));
    await bus.close();
    await store.close();
  });
  for (const command of ['ingest', 'detect']) children.push(await start(command, configFile));
  const receiver = /"http":"([^"]+)"/.exec(children[0]!.log())?.[1];
  assert.ok(receiver, children[0]!.log());

  const answers: string[] = [];
  let lines = 0;
  for (const [format, planted] of Object.entries(PLANTED)) {
    const body = planted.join('\n');
    const response = await fetch(`${receiver}/v1/logs?format=${format}`, { method: 'POST', body });
    answers.push(await response.text());
    lines += planted.length;
  }
  const count = async (table: string) =>
    Number((await store.store.query<{ n: string }>(`SELECT count() AS n FROM ${table} FINAL`))[0]!.n);
  const events = await until(
    'events and dead letters in ClickHouse',
    async () => ({ events: await count('events'), rejections: await count('rejections') }),
    (n) => n.events + n.rejections === lines,
  );
  assert.ok(
    events.events >= lines / 4,
    `${events.events} events of ${lines} lines: the secrets were not even read`,
  );
  assert.deepEqual(await Promise.all(children.map((child) => child.stop())), [0, 0]);

  const written = new Map<string, string>([
    ...(await tablesOf(store.store)),
    ['topics', await contentOf(bus, [topics.events, topics.deadLetters], lines)],
    ['log of ingest', children[0]!.log()],
    ['log of detect', children[1]!.log()],
    ['answers', answers.join('\n')],
    ...filesBelow(data).map((path): [string, string] => [path, readFileSync(path, 'latin1')]),
  ]);
  for (const table of ['events', 'rejections', 'learned', 'credentials'])
    assert.ok((written.get(table)?.length ?? 0) > 2, `${table} is empty: nothing was searched`);
  for (const [place, content] of written) assert.deepEqual(leaksIn(content), [], place);
});
