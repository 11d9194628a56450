// What the doctor asks ClickHouse, a server of one's own or the embedded one of a running `up`: does it answer, has it the tables, room
// and an analyst's login, and what its tables say of the outbox, dead letters and silent gateways.

import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../../config.ts';
import { findEmbedded } from '../../store/embedded/server.ts';
import { createStore, type Store, StoreError } from '../../store/store.ts';
import type { DiskFigures } from '../figures.ts';
import { storedArrivals } from '../neighbours.ts';
import { bytesInWords, counted, reasonsInWords, spanInWords } from '../problem.ts';
import { deadLetterProblems, diskProblems, outboxProblems, silentProblems } from '../problems.ts';
import { checked, DEADLINE_MS, fail, ok, type Row, rowsOf, warn } from './check.ts';

const UNKNOWN_DATABASE = 81;
const AUTHENTICATION_FAILED = 516;
const DAY = 24 * 60 * 60_000;

export interface StoreReport {
  rows: Row[];
  /** When anything was last made durable (ms), null when never, undefined when it cannot be asked. */
  lastCheckpoint: number | null | undefined;
}

export async function checkClickHouse(settings: Settings): Promise<StoreReport> {
  const { clickhouse, dataDirectory } = settings;
  const own = clickhouse.url !== undefined;
  const login = own
    ? { ...clickhouse, url: clickhouse.url! }
    : await findEmbedded({ dir: join(dataDirectory, 'clickhouse') });
  if (login === null)
    return {
      rows: [
        ok(
          'ClickHouse',
          `the embedded server of ${dataDirectory} does not run: keytrail up starts it; for one of your own set clickhouse.url`,
        ),
      ],
      lastCheckpoint: undefined,
    };
  const store = createStore({ ...login, timeoutMs: DEADLINE_MS });
  try {
    const place = new URL(login.url).host;
    const next = 'check that it runs and can be reached at clickhouse.url (CLICKHOUSE_URL)';
    const reached = await checked('ClickHouse', { next, who: place }, () =>
      reach(store, { place, user: login.username, own }),
    );
    if (reached.some(({ status }) => status !== 'ok')) return { rows: reached, lastCheckpoint: undefined };
    const schema = await checked(
      'ClickHouse tables',
      { next: 'see docs/deploy.md, ClickHouse, for the grants' },
      () => tables(store),
    );
    const rows = [
      ...reached,
      ...schema,
      ...(await disks(store, own ? null : dataDirectory)),
      ...(await analyst(store, own)),
    ];
    if (schema.some(({ status }) => status !== 'ok')) return { rows, lastCheckpoint: undefined };
    const lastCheckpoint = await newestHead(store).catch(() => undefined);
    return { rows: [...rows, ...(await contents(store, settings))], lastCheckpoint };
  } finally {
    await store.close();
  }
}

async function reach(store: Store, o: { place: string; user: string; own: boolean }): Promise<Row[]> {
  try {
    const [row] = await store.query<{ version: string; readonly: number }>(
      "SELECT version() AS version, toUInt8(getSetting('readonly')) AS readonly",
    );
    const what = `version ${row!.version} answers at ${o.place}`;
    if (o.own && row!.readonly !== 0)
      return [
        fail(
          'ClickHouse',
          `${what}, but the login ${o.user} may only read`,
          'give clickhouse.username the grants of docs/deploy.md',
        ),
      ];
    return [ok('ClickHouse', o.own ? what : `the embedded server (${what})`)];
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.code === UNKNOWN_DATABASE)
      return [
        warn(
          'ClickHouse',
          `answers at ${o.place}, and has no database for us yet`,
          'keytrail detect, deliver or hunt makes it when it starts',
        ),
      ];
    if (error.code === AUTHENTICATION_FAILED)
      return [
        fail(
          'ClickHouse',
          `${o.place} refuses the login ${o.user}`,
          'check clickhouse.username and clickhouse.password (CLICKHOUSE_USER, CLICKHOUSE_PASSWORD)',
        ),
      ];
    throw error;
  }
}

async function tables(store: Store): Promise<Row[]> {
  const { applied, missing } = await store.schema();
  if (missing.length === 0) return [ok('ClickHouse tables', `of this version (${applied} migrations)`)];
  return [
    warn(
      'ClickHouse tables',
      applied === 0
        ? 'there are none yet'
        : `of an older version: ${counted(missing.length, 'migration')} from ${missing[0]} on missing`,
      'keytrail detect, deliver or hunt makes them when it starts',
    ),
  ];
}

/** @param embedded its data directory: its analyst may not see system tables, but it is on this machine */
async function disks(store: Store, embedded: string | null): Promise<Row[]> {
  return await checked('ClickHouse disk', { next: 'grant SELECT ON system.* to the login' }, async () => {
    const found = embedded === null ? await store.disks() : [await diskOf(embedded)];
    if (found.length === 0) return [ok('ClickHouse disk', 'not visible to this login')];
    const text = found.map(({ disk, free, total }) =>
      total === 0 ? disk : `${disk}: ${bytesInWords(free)} of ${bytesInWords(total)} free`,
    );
    return rowsOf('ClickHouse disk', found.flatMap(diskProblems), text.join(', '));
  });
}

async function diskOf(directory: string): Promise<DiskFigures> {
  const { bavail, blocks, bsize } = await statfs(directory);
  return { disk: directory, free: bavail * bsize, total: blocks * bsize };
}

/** Dashboards read as a user who can change nothing. */
async function analyst(store: Store, own: boolean): Promise<Row[]> {
  if (!own)
    return [ok('analyst login', 'read-only, in analyst.json of the data directory; this doctor uses it')];
  const next =
    "CREATE USER analyst IDENTIFIED BY '…' SETTINGS readonly = 2; GRANT SHOW, SELECT ON keytrail.* TO analyst";
  return await checked('analyst login', { next }, async () => {
    const ask = (sql: string) =>
      store.query<{ name: string }>(sql).catch((error) => {
        if (error instanceof StoreError) return null;
        throw error;
      });
    const [users, grants] = [
      await ask("SELECT name FROM system.users WHERE name = 'analyst'"),
      await ask("SELECT DISTINCT access_type AS name FROM system.grants WHERE user_name = 'analyst'"),
    ];
    if (users === null || grants === null)
      return [ok('analyst login', 'whether there is one is not visible to this login (SHOW USERS)')];
    if (users.length === 0)
      return [
        warn('analyst login', 'no user “analyst” can be seen: dashboards have no read-only login', next),
      ];
    const more = grants.map(({ name }) => name).filter((name) => !/^(SHOW|SELECT)\b/.test(name));
    if (more.length > 0)
      return [warn('analyst login', `the user analyst may more than read: ${more.join(', ')}`, next)];
    return [ok('analyst login', 'user analyst, who may only read')];
  });
}

async function newestHead(store: Store): Promise<number | null> {
  const [row] = await store.query<{ n: number; at: number }>(
    "SELECT count() AS n, toUnixTimestamp(max(stored_at)) * 1000 AS at FROM learned WHERE shard = 'head'",
  );
  return row === undefined || row.n === 0 ? null : row.at;
}

async function contents(store: Store, settings: Settings): Promise<Row[]> {
  const now = Date.now();
  const next = 'the server is slow or refuses: look at its log';
  const rows = await Promise.all([
    checked('outbox', { next }, async () => {
      const names = new Set(settings.webhooks.map(({ name }) => name));
      const all = (await store.outbox.summary({ deadSince: now - DAY })).map((one) => ({
        ...one,
        configured: names.has(one.destination),
      }));
      const problems = all.flatMap((one) => outboxProblems(one, { now, service: null }));
      const waiting = all.reduce((sum, { pending }) => sum + pending, 0);
      return rowsOf('outbox', problems, `${counted(waiting, 'delivery').replace(/ys$/, 'ies')} wait`);
    }),
    checked('dead letters', { next }, () => deadLetters(store)),
    checked('gateways', { next }, async () => {
      const gateways = await storedArrivals(store);
      if (gateways.length === 0)
        return [
          warn(
            'gateways',
            'no events were stored within a week',
            'send log lines: keytrail formats says how',
          ),
        ];
      const last = gateways.map(({ gateway, lastAt }) => `${gateway} ${spanInWords(now - lastAt)} ago`);
      const { silentMinutes } = settings.health;
      return rowsOf(
        'gateways',
        silentProblems({ gateways, now }, silentMinutes),
        `last events: ${last.join(', ')}`,
      );
    }),
  ]);
  return rows.flat();
}

async function deadLetters(store: Store): Promise<Row[]> {
  const reasons = await store.query<{ reason: string; n: number }>(
    'SELECT reason, count() AS n FROM rejections FINAL WHERE stored_at > now() - INTERVAL 1 HOUR GROUP BY reason',
  );
  const [events] = await store.query<{ n: number }>(
    'SELECT count() AS n FROM events WHERE stored_at > now() - INTERVAL 1 HOUR',
  );
  const rejected = reasons.reduce((sum, { n }) => sum + n, 0);
  const text = reasonsInWords(Object.fromEntries(reasons.map(({ reason, n }) => [reason, n])));
  return rowsOf(
    'dead letters',
    deadLetterProblems({ events: events?.n ?? 0, rejected }, text),
    `${counted(rejected, 'line')} could not be read in the last hour${text === '' ? '' : ` (${text})`}`,
  );
}
