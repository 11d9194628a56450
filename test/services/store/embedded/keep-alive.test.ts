// The embedded server is started again when it dies, and not when it must not be. Real servers, killed.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import pino from 'pino';
import { type KeepAliveOptions, keepAlive } from '../../../../services/store/embedded/keep-alive.ts';
import { type EmbeddedServer, startEmbedded } from '../../../../services/store/embedded/server.ts';
import { createStore } from '../../../../services/store/store.ts';
import { until } from '../../../until.ts';
import { event } from '../fixtures.ts';

let dir: string;
let server: EmbeddedServer;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keytrail-keep-alive-'));
  server = await startEmbedded({ dir });
});
afterEach(async () => {
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

/** Options that note what was logged and waited for, instead of waiting. */
function noted(o: Partial<KeepAliveOptions> = {}) {
  const said: { msg: string; reason?: string }[] = [];
  const pauses: number[] = [];
  const logger = pino({}, { write: (line) => void said.push(JSON.parse(line)) });
  const pause = async (ms: number) => void pauses.push(ms);
  const options: KeepAliveOptions = { logger, pause, onTaken: assert.fail, ...o };
  return { options, said, pauses };
}

const runsAgain = (pid: number) =>
  until(
    'a new server',
    () => server.pid,
    (now) => now !== pid,
  );

test('killed, it comes back with its data, address and logins; each pause is longer, unless it was well for a minute', async () => {
  let clock = 0;
  const { options, said, pauses } = noted({ now: () => clock });
  const store = createStore(server);
  await store.migrate();
  await store.insertEvents([event(1)], 'one');
  const kept = keepAlive(server, options);
  const kill = async () => {
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    await runsAgain(pid);
  };
  try {
    for (let i = 0; i < 3; i++) await kill();
    assert.deepEqual(pauses, [1_000, 2_000]);
    assert.equal((await store.query('SELECT 1 FROM events')).length, 1);
    clock += 60_000;
    await kill();
    assert.deepEqual(pauses, [1_000, 2_000]);
    assert.match(said[0]!.msg, /server ended; it is started again/);
    assert.match(said[1]!.msg, /runs again/);
  } finally {
    await store.close();
    await kept.close();
  }
  assert.equal(said.length, 8, 'closing is no death');
});

test('a server that does not start is tried again and again', async () => {
  let refusals = 3;
  const { options, said, pauses } = noted();
  const failing = {
    ended: () => server.ended(),
    close: () => server.close(),
    restart: async () => {
      if (refusals-- > 0) throw new Error('no file handle is free');
      await server.restart();
    },
  };
  const kept = keepAlive(failing, options);
  const { pid } = server;
  process.kill(pid, 'SIGKILL');
  await runsAgain(pid);
  await kept.close();
  assert.deepEqual(pauses, [1_000, 2_000, 4_000]);
  assert.deepEqual(
    said.flatMap(({ reason }) => reason ?? []),
    Array(3).fill('no file handle is free'),
  );
});

test('it does not fight for a data directory that another process has taken', async () => {
  process.kill(server.pid, 'SIGKILL');
  await server.ended();
  const other = await startEmbedded({ dir });
  try {
    const message = await new Promise<string>((resolve) => {
      const { options } = noted({ onTaken: (error) => resolve(error.message) });
      keepAlive(server, options);
    });
    assert.match(message, new RegExp(`is in use by process ${other.pid}; stop it`));
  } finally {
    await other.close();
  }
});

test('closed while it is being started, it does not stay', async () => {
  const { options } = noted();
  let starting = (): void => {};
  const started = new Promise<void>((resolve) => {
    starting = resolve;
  });
  const slow = {
    ended: () => server.ended(),
    close: () => server.close(),
    restart: async () => {
      starting();
      await server.restart();
    },
  };
  const kept = keepAlive(slow, options);
  process.kill(server.pid, 'SIGKILL');
  await started;
  await kept.close();
  assert.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' });
});
