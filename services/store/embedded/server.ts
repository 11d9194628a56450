// Runs a real ClickHouse server beside Keytrail, out of the libchdb library, in a child process of its own.
// Always holds: one process per data directory; loopback only; the server dies with this process, even after kill -9.
// Does not promise: to run everywhere. libchdb exists for Linux with glibc and for macOS; elsewhere use clickhouse.url.

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { type RunningEngine, spawnEngine } from './child.ts';
import { serverXml, usersXml } from './configuration.ts';
import { EmbeddedUnavailable } from './embedded-error.ts';
import { requireLibrary } from './library.ts';

/** Longest wait for the first answer; a data directory with many parts takes longer to load than an empty one. */
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 25;
const START_ATTEMPTS = 3;
const DATABASE = 'keytrail';

export interface EmbeddedServer {
  url: string;
  username: string;
  password: string;
  /** The one database that the users may use. */
  database: string;
  /** Read-only login for people; the password is kept in `analyst.json` of the directory and survives restarts. */
  analyst: { username: string; password: string };
  /** Path of that file, readable by its owner only. */
  analystFile: string;
  /** Process id of the server. */
  readonly pid: number;
  /** Resolves when the server's process has ended, however. */
  ended(): Promise<void>;
  /** Starts a server that has ended again: same data, address and logins. */
  restart(): Promise<void>;
  /** Stops the server and waits until its process has ended. */
  close(): Promise<void>;
}

/**
 * Starts the server on a free loopback port and waits until it answers.
 * Throws EmbeddedUnavailable: `missing` (library or platform), `in-use` (another process has the directory), `failed`.
 */
export async function startEmbedded(o: { dir: string }): Promise<EmbeddedServer> {
  requireLibrary();
  const files = await prepare(resolve(o.dir));
  const service = { username: 'keytrail', password: secret() };
  await writeFile(files.users, usersXml({ database: DATABASE, service, analyst: files.analyst }), {
    mode: 0o600,
  });
  await writeFile(
    files.config,
    serverXml({
      usersFile: files.users,
      logFolder: files.log,
      serviceUsername: service.username,
      analyst: files.analyst,
    }),
    { mode: 0o600 },
  );
  const started = await start(files);
  const { url } = started;
  let { engine } = started;
  try {
    await refuseStrangers(url);
    await writePrivately(files.analystFile, `${JSON.stringify({ url, ...files.analyst }, null, 2)}\n`);
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return {
    url,
    ...service,
    database: DATABASE,
    analyst: files.analyst,
    analystFile: files.analystFile,
    get pid() {
      return engine.pid;
    },
    ended: async () => void (await engine.exited),
    async restart() {
      await engine.stop();
      ({ engine } = await start(files, Number(new URL(url).port)));
    },
    close: () => engine.stop(),
  };
}

/** Read-only access to the server that another process runs on this directory; null when none does. */
export async function findEmbedded(o: {
  dir: string;
}): Promise<{ url: string; username: string; password: string; database: string } | null> {
  const dir = resolve(o.dir);
  if ((await holder(join(dir, 'data'))) === null) return null;
  const login = await readFile(join(dir, 'analyst.json'), 'utf8').catch(() => null);
  if (login === null) return null;
  const { url, username, password } = JSON.parse(login) as {
    url: string;
    username: string;
    password: string;
  };
  return { url, username, password, database: DATABASE };
}

interface Files {
  dir: string;
  data: string;
  log: string;
  config: string;
  users: string;
  analystFile: string;
  analyst: { username: string; password: string };
}

async function prepare(dir: string): Promise<Files> {
  const files = {
    dir,
    data: join(dir, 'data'),
    log: join(dir, 'log'),
    config: join(dir, 'config.xml'),
    users: join(dir, 'users.xml'),
    analystFile: join(dir, 'analyst.json'),
  };
  for (const folder of [dir, files.data, files.log]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const owner = await holder(files.data);
  if (owner !== null) throw inUse(dir, owner);
  return { ...files, analyst: { username: 'analyst', password: await analystPassword(files.analystFile) } };
}

async function analystPassword(file: string): Promise<string> {
  try {
    const stored = JSON.parse(await readFile(file, 'utf8')) as { password?: unknown };
    if (typeof stored.password === 'string' && stored.password.length >= 16) return stored.password;
  } catch {
    // Absent or damaged: a new password replaces it.
  }
  return secret();
}

/** @param fixed the port it must have; default: a free one */
async function start(files: Files, fixed?: number): Promise<{ engine: RunningEngine; url: string }> {
  for (let attempt = 1; ; attempt++) {
    const port = fixed ?? (await freePort());
    const url = `http://127.0.0.1:${port}`;
    const engine = spawnEngine([
      `--path=${files.data}`,
      `--config-file=${files.config}`,
      '--listen_host=127.0.0.1',
      `--http_port=${port}`,
      "--query=SYSTEM START LISTEN HTTP; SELECT count() FROM file('/dev/stdin', 'LineAsString') FORMAT Null",
    ]);
    const outcome = await Promise.race([
      ready(url, engine, files.data),
      engine.exited.then(() => 'exited' as const),
    ]);
    if (outcome === 'ready') return { engine, url };
    await engine.stop();
    const owner = await holder(files.data);
    if (owner !== null) throw inUse(files.dir, owner);
    // Somebody else may have taken the free port in between; anything else fails the same way again.
    if (outcome === 'timeout' || attempt === START_ATTEMPTS) throw failed(files, outcome, engine.lastWords());
  }
}

/** It answers, and it is ours: on a port that it had before, another program may listen by now. */
async function ready(url: string, engine: RunningEngine, data: string): Promise<'ready' | 'timeout'> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline && engine.running) {
    if ((await statusOf(`${url}/ping`)) === 200 && (await holder(data)) === engine.pid) return 'ready';
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  return 'timeout';
}

/** Proves that nobody can query without a password. */
async function refuseStrangers(url: string): Promise<void> {
  const query = encodeURIComponent("SELECT file('/dev/null')");
  const attempts = [`${url}/?query=${query}`, `${url}/?user=default&query=${query}`];
  for (const attempt of attempts) {
    if ((await statusOf(attempt)) !== 404)
      throw new EmbeddedUnavailable(
        'failed',
        'the embedded ClickHouse server takes queries without a password, so it was stopped',
      );
  }
}

/** HTTP status of a GET on a connection of its own (kept ones would delay the server's shutdown); null when refused. */
function statusOf(url: string): Promise<number | null> {
  return new Promise((done) => {
    const request = get(url, { agent: false, timeout: 1000 }, (response) => {
      response.resume();
      response.once('close', () => done(response.statusCode ?? null));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => done(null));
  });
}

/** The process that has the data directory open, from the status file ClickHouse keeps in it; null when none. */
async function holder(data: string): Promise<number | null> {
  const status = await readFile(join(data, 'status'), 'utf8').catch(() => '');
  const pid = Number(/^PID: (\d+)$/m.exec(status)?.[1]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
  }
  // The number may have been given to another program since a crash: ask the system whether it is a server of ours.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  return command === null || command.includes(`--path=${data}`) ? pid : null;
}

function inUse(dir: string, pid: number): EmbeddedUnavailable {
  return new EmbeddedUnavailable(
    'in-use',
    `data directory ${dir} is in use by process ${pid}; stop it, or choose another directory with --data`,
  );
}

function failed(files: Files, outcome: 'exited' | 'timeout', lastWords: string): EmbeddedUnavailable {
  const what =
    outcome === 'exited'
      ? 'ended before it was ready'
      : `gave no answer within ${READY_TIMEOUT_MS / 1000} seconds`;
  const said = lastWords === '' ? '' : ` It said: ${lastWords}`;
  return new EmbeddedUnavailable(
    'failed',
    `the embedded ClickHouse server ${what}.${said} Its log is ${files.log}/error.log`,
  );
}

/** Writes a whole file that only this user may read, or leaves the old one. */
async function writePrivately(file: string, text: string): Promise<void> {
  await rm(`${file}.new`, { force: true });
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done, fail) => {
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', done);
  });
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === 'string')
    throw new Error('no port was assigned to a listening socket');
  return address.port;
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
