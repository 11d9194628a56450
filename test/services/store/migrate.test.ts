// Migrations on a real server: applied once, refused when changed, retention set and changed.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Client, createStoreClient } from '../../../services/store/client.ts';
import { migrate, readMigrations } from '../../../services/store/migrate.ts';
import { createStore, MigrationError } from '../../../services/store/store.ts';
import { event, openTestStore, type TestStore } from './fixtures.ts';

let t: TestStore;
let client: Client;
before(async () => {
  t = await openTestStore();
  client = createStoreClient(t.server);
});
after(async () => {
  await client.close();
  await t.close();
});

test('migrating again changes nothing and keeps the data', async () => {
  await t.store.insertEvents([event(1)], 'kept');
  const applied = 'SELECT name, digest, applied_at FROM schema_migrations FINAL ORDER BY name';
  const before = await t.store.query<{ name: string }>(applied);
  assert.deepEqual(
    before.map((row) => row.name),
    (await readMigrations()).map((migration) => migration.name),
  );
  await t.store.migrate();
  assert.deepEqual(await t.store.query(applied), before);
  assert.equal((await t.store.query('SELECT 1 FROM events')).length, 1);
});

test('two processes may migrate at the same time', async () => {
  await t.store.query('SELECT 1');
  await client.command('DROP DATABASE keytrail');
  const other = createStore(t.server);
  await Promise.all([t.store.migrate(), other.migrate()]);
  await other.close();
  const rows = await t.store.query<{ name: string }>('SELECT name FROM schema_migrations FINAL');
  assert.equal(rows.length, (await readMigrations()).length);
});

test('an applied migration that was changed is refused by name', async () => {
  const migrations = await readMigrations();
  const changed = migrations.map((each, n) => (n === 1 ? { ...each, digest: 'changed' } : each));
  await assert.rejects(migrate(client, { migrations: changed, retentionDays: 90 }), (error: unknown) => {
    assert.ok(error instanceof MigrationError);
    assert.match(error.message, /002_findings was changed after it had been applied/);
    return true;
  });
});

test('a database of a newer version is refused', async () => {
  const older = (await readMigrations()).slice(0, -1);
  await assert.rejects(migrate(client, { migrations: older, retentionDays: 90 }), /does not know/);
});

test('files that are misnumbered are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keytrail-sql-'));
  try {
    await writeFile(join(folder, '001_one.sql'), 'SELECT 1');
    await writeFile(join(folder, '003_three.sql'), 'SELECT 1');
    await assert.rejects(readMigrations(folder), /003_three\.sql is out of order/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('retention follows the configuration: set, changed, switched off', async () => {
  const ttl = async () =>
    (
      await t.store.query<{ days: string }>(
        `SELECT extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)') AS days FROM system.tables
         WHERE database = 'keytrail' AND name IN ('events', 'findings', 'rejections', 'traffic_hours', 'credential_objects',
           'credential_sources', 'credential_endpoints', 'endpoint_hours')`,
      )
    ).map((row) => row.days);
  assert.deepEqual(await ttl(), Array(8).fill('90'));
  const migrations = await readMigrations();
  await migrate(client, { migrations, retentionDays: 7 });
  assert.deepEqual(await ttl(), Array(8).fill('7'));
  await migrate(client, { migrations, retentionDays: 0 });
  assert.deepEqual(await ttl(), Array(8).fill(''));
});
