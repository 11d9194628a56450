// `keytrail up` whose embedded ClickHouse server is killed while files are followed and lines are received: it comes back, and
// everything is stored once.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createStore } from '../../services/store/store.ts';
import { logLine } from '../services/ingest-sources.ts';
import { until } from '../until.ts';

const LINES = 300;
const dir = await mkdtemp(join(tmpdir(), 'keytrail-up-'));
const log = join(dir, 'access.log');
let up: ChildProcess | null = null;
after(async () => {
  up?.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

let said = '';
async function startUp(): Promise<string> {
  const file = join(dir, 'keytrail.yaml');
  await writeFile(
    file,
    JSON.stringify({ data: dir, ingest: { files: [log], http: { port: 0 }, format: 'combined' } }),
  );
  up = spawn(process.execPath, ['--import', 'tsx', 'services/main.ts', 'up', '-c', file, '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, KAFKA_BROKERS: '', CLICKHOUSE_URL: '' },
  });
  up.stderr!.on('data', (text) => {
    said += text;
  });
  const url = () => /Send log lines to: (\S+)/.exec(said)?.[1];
  return (await until('up', url, (found) => found !== undefined)) as string;
}

/** Process id of the server, from the file it keeps in its data directory. */
async function serverPid(): Promise<number> {
  const status = await readFile(join(dir, 'clickhouse', 'data', 'status'), 'utf8').catch(() => '');
  return Number(/^PID: (\d+)$/m.exec(status)?.[1] ?? 0);
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Kills the server whenever it is there, until `look` finds what it waits for. */
async function whileDead<T>(
  what: string,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
): Promise<void> {
  const kill = async () => {
    const pid = await serverPid();
    if (pid > 0 && runs(pid)) process.kill(pid, 'SIGKILL');
    return await look();
  };
  await until(what, kill, holds);
}

const batch = (from: number) => Array.from({ length: LINES }, (_, i) => `${logLine(from + i)}\n`).join('');

test('nothing is lost and nothing stored twice while ClickHouse is killed under `up`', async () => {
  await writeFile(log, '');
  const url = await startUp();
  const post = async (body: string) =>
    (await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(60_000) })).status;
  assert.equal(await post(batch(0)), 200);
  const received = batch(LINES);
  await appendFile(log, batch(2 * LINES));
  const sent = 3 * LINES;
  await whileDead(
    'refused',
    () => post(received),
    (status) => status === 503,
  );
  await until(
    'taken again',
    () => post(received),
    (status) => status === 200,
  );
  const login = JSON.parse(await readFile(join(dir, 'clickhouse', 'analyst.json'), 'utf8'));
  const store = createStore({ ...login, database: 'keytrail' });
  const [counted] = await until(
    'every line stored',
    () =>
      store.query<{ rows: number; ids: number }>('SELECT count() AS rows, uniqExact(id) AS ids FROM events'),
    ([seen]) => seen!.ids >= sent,
  );
  assert.deepEqual(counted, { rows: sent, ids: sent });
  await store.close();
  assert.match(said, /the embedded ClickHouse server ended; it is started again/);
  assert.match(said, /the embedded ClickHouse server runs again/);

  const pid = await serverPid();
  const ended = once(up!, 'exit');
  up!.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null], said);
  assert.equal(runs(pid), false, 'the server ended with `up`');
  assert.equal(await serverPid(), 0, 'and no other was started');
});
