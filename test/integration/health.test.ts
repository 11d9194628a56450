// /healthz, /metrics and the doctor against a real broker and a real ClickHouse server: while all is well, while a server is away,
// and while nobody judges.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pino from 'pino';
import { createKafkaBus } from '../../services/bus/kafka.ts';
import type { Row } from '../../services/health/doctor/check.ts';
import { diagnose } from '../../services/health/doctor/command.ts';
import type { Problem } from '../../services/health/problem.ts';
import { createBusSink } from '../../services/ingest/bus-sink.ts';
import { startEmbedded } from '../../services/store/embedded/server.ts';
import { createStore } from '../../services/store/store.ts';
import { startBroker } from '../kafka/broker.ts';
import { event } from '../services/store/fixtures.ts';
import { until } from '../until.ts';
import { start } from './running.ts';

const broker = await startBroker();
after(() => broker?.close());
const logger = pino({ level: 'silent' });
const folder = mkdtempSync(join(tmpdir(), 'keytrail-health-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: object): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
};
/** The variables of this process name the broker of the tests. */
const look = (path: string): Promise<Row[]> => diagnose({ file: path, environment: {} });
const rowOf = (rows: readonly Row[], check: string): Row => {
  const found = rows.find((row) => row.check === check);
  assert.ok(found, `${check} in ${JSON.stringify(rows)}`);
  return found;
};
const said = (rows: readonly Row[], check: string): string => {
  const { status, what, next } = rowOf(rows, check);
  if (status !== 'ok') assert.ok(next.length > 10, `${check} says what to do next`);
  return `${status}: ${what}`;
};

/** Listens, and never says a word. */
async function openMute(): Promise<{ port: number; close(): void }> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as { port: number }).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test('health and the doctor, with servers that answer and servers that are away', {
  skip: broker === null ? 'no Kafka broker' : false,
  timeout: 300_000,
}, async (t) => {
  const run = randomUUID().slice(0, 8);
  const data = join(folder, 'data');
  const server = await startEmbedded({ dir: join(data, 'clickhouse') });
  t.after(() => server.close());
  const store = createStore({ ...server, timeoutMs: 5_000 });
  t.after(() => store.close());
  const bus = await createKafkaBus({
    ...{ brokers: broker!.brokers, clientId: 'test', compression: 'none', partitions: 2, replication: 1 },
    logger,
  });
  t.after(() => bus.close());
  const topics = { events: `events-${run}`, deadLetters: `dead-${run}` };
  const kafka = { brokers: broker!.brokers, group: `group-${run}`, partitions: 2, topics };
  const { url, username, password, database } = server;
  const clickhouse = { url, username, password, database };
  const ports = { detect: 0, deliver: 0, hunt: 0 };
  const base = { data, kafka, clickhouse, console: { port: 0 } };
  const detectFile = file('detect.yaml', { ...base, health: { ports } });

  const before = await look(detectFile);
  assert.match(said(before, 'ClickHouse'), /^warn: .* has no database for us yet/);
  assert.match(said(before, 'Kafka topics'), /^warn: events-\w+, dead-\w+ do not exist/);
  assert.match(said(before, 'fingerprint key'), /^ok: none yet/);

  const detect = await start('detect', detectFile);
  t.after(() => detect.stop());
  const [, health] = /"health":"(http:[^"]+)\/healthz"/.exec(detect.log())!;
  const ask = async (): Promise<{ code: number; problems: Problem[] }> => {
    const answer = await fetch(`${health}/healthz`);
    return { code: answer.status, ...((await answer.json()) as { problems: Problem[] }) };
  };
  /** Sum over its labels; NaN while there is none. */
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${health}/metrics`)).text();
    const samples = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
    return samples.length === 0 ? Number.NaN : samples.reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const sink = createBusSink({ bus, topics });
  const send = (from: number, to: number) =>
    sink.publish(Array.from({ length: to - from }, (_, i) => event(from + i)));
  await send(0, 500);
  await sink.reject(
    Array.from({ length: 30 }, (_, i) => ({
      ...{ reason: 'empty', detail: 'blank', format: 'kong', excerpt: '' },
      position: `f:${i}`,
    })),
  );
  await until(
    'events are judged',
    () => metric('keytrail_events_total'),
    (count) => count === 500,
  );
  await until('dead letters are told', ask, ({ problems }) =>
    problems.some(({ name }) => name === 'dead-letters'),
  );
  assert.equal((await ask()).code, 200);
  assert.equal(await metric('keytrail_rejected_total'), 30);
  await until(
    'all are durable',
    () => metric('keytrail_consumer_lag'),
    (lag) => lag === 0,
  );
  assert.ok((await metric('keytrail_last_checkpoint_age_seconds')) < 60);
  assert.ok((await metric('keytrail_gateway_event_age_seconds')) < 60);

  const here = { ...ports, detect: Number(new URL(health!).port) };
  const doctorFile = file('doctor.yaml', { ...base, health: { ports: here } });
  const well = await look(doctorFile);
  assert.match(said(well, 'ClickHouse'), /^ok: version/);
  assert.match(said(well, 'ClickHouse tables'), /^ok: of this version/);
  assert.match(said(well, 'ClickHouse disk'), /^(ok|warn): /);
  assert.match(said(well, 'Kafka topics'), /^ok/);
  assert.match(
    said(well, `group ${kafka.group}`),
    /^ok: 1 consumer of events-\w+ \(2 partitions\), 0 events wait, last checkpoint \d+ s ago/,
  );
  assert.match(said(well, 'dead letters'), /^warn: 30 of 530 lines in the last hour .*empty 30/);
  assert.match(said(well, 'gateways'), /^ok: last events: kong \d+ s ago/);
  assert.match(said(well, 'outbox'), /^ok: 0 deliveries wait/);
  assert.match(said(well, 'keytrail detect'), /^warn: .*30 of 530 lines/);
  const embedded = await look(file('up.yaml', { data, console: { port: 0 }, health: { ports } }));
  assert.match(said(embedded, 'ClickHouse'), /^ok: the embedded server/);
  assert.match(said(embedded, 'gateways'), /^ok: last events: kong/);

  process.kill(server.pid, 'SIGKILL');
  await server.ended();
  await until(
    'the outage is told',
    ask,
    ({ code, problems }) => code === 503 && problems[0]?.name === 'store-away',
  );
  const mute = await openMute();
  t.after(() => mute.close());
  const away = await look(
    file('away.yaml', { ...base, kafka: { ...kafka, brokers: [`127.0.0.1:${mute.port}`] } }),
  );
  assert.match(said(away, 'ClickHouse'), /^fail: ClickHouse at 127\.0\.0\.1:\d+ cannot be reached/);
  assert.match(said(away, 'Kafka'), /^fail: no answer from 127\.0\.0\.1:\d+ within/);
  assert.match(said(await look(doctorFile), 'keytrail detect'), /^fail: .*has not answered for/);
  await server.restart();
  await until('the outage is over', ask, ({ code }) => code === 200);

  await detect.stop();
  await send(500, 520);
  const cli = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'services/main.ts', 'doctor', '--json', '-c', doctorFile],
    { encoding: 'utf8', env: { ...process.env, KAFKA_BROKERS: '', CLICKHOUSE_URL: '' } },
  );
  assert.equal(cli.status, 1, cli.stderr);
  const { status, checks } = JSON.parse(cli.stdout) as { status: string; checks: Row[] };
  assert.equal(status, 'fail');
  assert.match(said(checks, `group ${kafka.group}`), /^fail: 0 consumers of events-\w+ .* 20 events wait/);
  assert.doesNotMatch(cli.stdout, new RegExp(password), 'no secret is told');
});
