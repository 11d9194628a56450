// The embedded server: who may enter, who may have its directory, and that it never outlives its parent.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { EmbeddedUnavailable } from '../../../../services/store/embedded/embedded-error.ts';
import { requireLibrary } from '../../../../services/store/embedded/library.ts';
import { type EmbeddedServer, startEmbedded } from '../../../../services/store/embedded/server.ts';
import { createStore, type Store } from '../../../../services/store/store.ts';
import { event } from '../fixtures.ts';

let dir: string;
let server: EmbeddedServer;
let store: Store;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keytrail-embedded-'));
  server = await startEmbedded({ dir });
  store = createStore(server);
  await store.migrate();
});
after(async () => {
  await store.close();
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

interface Answer {
  status: number;
  text: string;
}

function ask(path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((done, fail) => {
    const sent = request(
      `${server.url}${path}`,
      { method: body === undefined ? 'GET' : 'POST', headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.on('end', () => done({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.once('error', fail);
    sent.end(body);
  });
}

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const headers = (user: string, password: string) => ({
  'x-clickhouse-user': user,
  'x-clickhouse-key': password,
});
const analyst = () => headers(server.analyst.username, server.analyst.password);
const select = (sql: string) => `/?query=${encodeURIComponent(sql)}`;

test('nobody gets in without a password, whichever way the user is named', async () => {
  const query = 'query=SELECT%20file(%27/etc/passwd%27)';
  const attempts: [string, Record<string, string>][] = [
    [`/?${query}`, {}],
    [`/?user=default&${query}`, {}],
    [`/?${query}`, basic('default', '')],
    [`/?${query}`, headers('default', '')],
    [`/?user=default&${query}`, headers('analyst', '')],
    [`/?user=default&${query}`, headers('keytrail', '')],
    [`/?user=default&${query}`, basic('analyst', '')],
    [`/?%75ser=default&${query}`, basic('keytrail', '')],
    [`/?password=&${query}`, headers('analyst', '')],
    [`/?${query}`, { ...headers('analyst', ''), ...basic('default', '') }],
    [`/?${query}`, headers('analyst', 'wrong')],
    [`/?${query}`, headers('keytrail', 'wrong')],
    [`/?user=keytrail&password=wrong&${query}`, {}],
  ];
  for (const [path, sent] of attempts) {
    const answer = await ask(path, sent);
    assert.ok(answer.status >= 400, `${path} ${JSON.stringify(sent)} was answered ${answer.status}`);
    assert.doesNotMatch(answer.text, /root:/);
  }
});

test('the analyst logs in by header and by Basic authorisation, and reads the tables', async () => {
  await store.insertEvents([event(1)], 'one');
  for (const sent of [analyst(), basic(server.analyst.username, server.analyst.password)]) {
    const answer = await ask(select('SELECT count() FROM keytrail.events'), sent);
    assert.deepEqual(answer, { status: 200, text: '1\n' });
  }
});

test('the analyst writes nothing and sees no other user, no network, no other table', async () => {
  for (const sql of [
    'INSERT INTO keytrail.tunings (version) VALUES (1)',
    'ALTER TABLE keytrail.events DELETE WHERE 1',
    'DROP TABLE keytrail.events',
    'TRUNCATE TABLE keytrail.events',
    'CREATE TABLE keytrail.mine (a Int8) ENGINE = Memory',
    'CREATE USER other',
    "ALTER USER analyst IDENTIFIED BY 'x'",
    'SYSTEM STOP LISTEN HTTP',
    'KILL QUERY WHERE 1',
    'SELECT * FROM system.users',
    'SELECT * FROM system.processes',
    'SELECT * FROM system.server_settings',
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
  ]) {
    const answer = await ask('/', analyst(), sql);
    assert.match(
      answer.text,
      /Code: (?:497|164|344|291)\b/,
      `${sql} was answered ${answer.text.slice(0, 200)}`,
    );
  }
});

test('the service user is kept to its own database', async () => {
  for (const sql of [
    'CREATE DATABASE other',
    'CREATE USER other',
    'SYSTEM STOP LISTEN HTTP',
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
  ]) {
    const answer = await ask('/', headers(server.username, server.password), sql);
    assert.match(answer.text, /Code: (?:497|344|291)\b/, `${sql} was answered ${answer.text.slice(0, 200)}`);
  }
});

test('passwords are in files that only this account reads, and nowhere else', async () => {
  for (const name of ['config.xml', 'users.xml', 'analyst.json'])
    assert.equal((await stat(join(dir, name))).mode & 0o077, 0, name);
  assert.equal((await stat(dir)).mode & 0o077, 0);
  const login = JSON.parse(await readFile(join(dir, 'analyst.json'), 'utf8'));
  assert.deepEqual(login, { url: server.url, ...server.analyst });
  assert.doesNotMatch(await readFile(join(dir, 'users.xml'), 'utf8'), new RegExp(server.password));
  assert.doesNotMatch(await readFile(join(dir, 'config.xml'), 'utf8'), new RegExp(server.password));
});

test('it listens on loopback only', { skip: process.platform !== 'linux' }, async () => {
  const { port } = new URL(server.url);
  const listening = (await readFile('/proc/net/tcp', 'utf8'))
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      (columns) =>
        columns[3] === '0A' &&
        columns[1]?.endsWith(`:${Number(port).toString(16).toUpperCase().padStart(4, '0')}`),
    );
  assert.deepEqual(
    listening.map((columns) => columns[1]?.split(':')[0]),
    ['0100007F'],
  );
});

test('a second process on the same directory is told who has it', async () => {
  await assert.rejects(startEmbedded({ dir }), (error: unknown) => {
    assert.ok(error instanceof EmbeddedUnavailable);
    assert.equal(error.reason, 'in-use');
    assert.equal(
      error.message,
      `data directory ${dir} is in use by process ${server.pid}; stop it, or choose another directory with --data`,
    );
    return true;
  });
  assert.equal(await store.ping(), true);
});

test('memory and log are bounded by the configuration', async () => {
  const rows = await store.query<{ name: string; value: string }>(
    `SELECT name, value FROM system.server_settings
     WHERE name IN ('max_server_memory_usage', 'mark_cache_size', 'logger.size', 'logger.count') ORDER BY name`,
  );
  const values = new Map(rows.map((row) => [row.name, row.value]));
  assert.equal(values.get('max_server_memory_usage'), String(2 * 1024 ** 3));
  assert.equal(values.get('mark_cache_size'), String(64 * 1024 ** 2));
  assert.deepEqual([values.get('logger.size'), values.get('logger.count')], ['10M', '3']);
});

test('it outlives neither a killed parent nor an orderly one, and keeps its data through both', async () => {
  const own = await mkdtemp(join(tmpdir(), 'keytrail-orphan-'));
  try {
    const first = await startParent(own);
    const written = createStore({ ...first.connection });
    await written.migrate();
    await written.insertEvents([event(1), event(2)], 'before the crash');
    await written.close();
    process.kill(first.pid, 'SIGKILL');
    await gone(first.connection.pid);

    const again = await startEmbedded({ dir: own });
    const kept = createStore(again);
    await kept.migrate();
    assert.equal((await kept.query('SELECT 1 FROM events')).length, 2);
    assert.equal(again.analyst.password, first.connection.analyst.password);
    process.kill(again.pid, 'SIGKILL');
    await gone(again.pid);
    await kept.close();
    await again.close();

    const third = await startEmbedded({ dir: own });
    const reopened = createStore(third);
    assert.equal((await reopened.query('SELECT 1 FROM events')).length, 2);
    await reopened.close();
    await third.close();
    await gone(third.pid);
    await third.close();
  } finally {
    await rm(own, { recursive: true, force: true });
  }
});

test('what is missing is named, with what to do instead', () => {
  const absent = () => {
    throw new Error('Cannot find module');
  };
  assert.throws(
    () => requireLibrary(absent),
    (error: unknown) => {
      assert.ok(error instanceof EmbeddedUnavailable);
      assert.equal(error.reason, 'missing');
      assert.match(error.message, /optional package ffi-rs, which is not installed/);
      assert.match(error.message, /set clickhouse\.url/);
      return true;
    },
  );
  assert.throws(
    () => requireLibrary((name) => (name === 'ffi-rs' ? {} : absent())),
    /optional package chdb, which is not installed/,
  );
  requireLibrary();
});

/** Starts a server from a process of its own, which can then be killed. */
async function startParent(own: string): Promise<{ pid: number; connection: EmbeddedServer }> {
  const source = `
    import { startEmbedded } from ${JSON.stringify(new URL('../../../../services/store/embedded/server.ts', import.meta.url).href)};
    const server = await startEmbedded({ dir: ${JSON.stringify(own)} });
    process.stdout.write(JSON.stringify(server) + '\\n');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout }))
    return { pid: child.pid as number, connection: JSON.parse(line) as EmbeddedServer };
  throw new Error('the parent process ended before its server was ready');
}

/** Resolves when the process no longer exists; the port of a dead server refuses connections at once. */
async function gone(pid: number): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((done) => setTimeout(done, 25));
  }
  assert.fail(`process ${pid} is still running`);
}
