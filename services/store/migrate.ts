// Brings the database to the schema of schemas/sql: numbered files, one change each, applied once and in order.
// Always holds: every statement can be run again (IF NOT EXISTS), so two processes may migrate at the same time;
// an applied file that has changed since is refused before anything is done.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../paths.ts';
import type { Client } from './client.ts';
import { MigrationError } from './store-error.ts';

export interface Migration {
  /** File name without the extension, such as `001_events`. */
  name: string;
  sql: string;
  digest: string;
}

/** Tables whose rows expire `retentionDays` after they were stored. */
const EXPIRING = [
  'events',
  'findings',
  'rejections',
  'traffic_hours',
  'credential_objects',
  'credential_sources',
  'credential_endpoints',
  'endpoint_hours',
];

/** Reads the migrations of a folder in order. Throws MigrationError when numbers are missing or given twice. */
export async function readMigrations(folder = join(projectRoot, 'schemas', 'sql')): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file, index) => {
      if (Number(/^(\d{3})_[a-z0-9_]+\.sql$/.exec(file)?.[1]) !== index + 1)
        throw new MigrationError(
          `migration ${file} is out of order: files are named NNN_name.sql, numbered from 001 without gaps`,
        );
      const sql = await readFile(join(folder, file), 'utf8');
      return { name: file.slice(0, -4), sql, digest: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Creates the database if need be, applies what is missing, and sets the retention (0 days keeps for ever). */
export async function migrate(
  client: Client,
  o: { migrations: readonly Migration[]; retentionDays: number },
): Promise<void> {
  await client.command(`CREATE DATABASE IF NOT EXISTS ${client.database}`, { withoutDatabase: true });
  await client.command(`CREATE TABLE IF NOT EXISTS schema_migrations
    (name String, digest String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
    ENGINE = ReplacingMergeTree ORDER BY name`);
  const applied = await client.select<{ name: string; digest: string }>(
    'SELECT name, digest FROM schema_migrations FINAL ORDER BY name',
  );
  check(applied, o.migrations);
  const done = new Set(applied.map((row) => row.name));
  for (const migration of o.migrations) {
    if (done.has(migration.name)) continue;
    await client.command(migration.sql);
    await client.insert('schema_migrations', [{ name: migration.name, digest: migration.digest }]);
  }
  for (const table of EXPIRING) await setRetention(client, table, o.retentionDays);
}

export interface SchemaState {
  applied: number;
  /** Names of those this version would apply at its next start. */
  missing: string[];
}

/** Compares the database with the migrations and changes nothing. Throws MigrationError as migrate() does. */
export async function schemaState(client: Client, migrations: readonly Migration[]): Promise<SchemaState> {
  const [table] = await client.select<{ n: number }>(
    "SELECT count() AS n FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'",
  );
  const applied =
    table?.n === 0
      ? []
      : await client.select<{ name: string; digest: string }>(
          'SELECT name, digest FROM schema_migrations FINAL ORDER BY name',
        );
  check(applied, migrations);
  const done = new Set(applied.map(({ name }) => name));
  return {
    applied: applied.length,
    missing: migrations.map(({ name }) => name).filter((name) => !done.has(name)),
  };
}

function check(applied: readonly { name: string; digest: string }[], migrations: readonly Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.digest]));
  for (const { name, digest } of applied) {
    const expected = known.get(name);
    if (expected === undefined)
      throw new MigrationError(
        `the database has migration ${name}, which this version of Keytrail does not know; run the newer version`,
      );
    if (expected !== digest)
      throw new MigrationError(
        `migration ${name} was changed after it had been applied to this database; restore the file and put the change in a new one`,
      );
  }
}

/** Sets the table's TTL when it differs; rows already stored are brought under it in the background. */
async function setRetention(client: Client, table: string, days: number): Promise<void> {
  const [row] = await client.select<{ engine_full: string }>(
    'SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = {table:String}',
    { table },
  );
  const current = Number(/TTL .*toIntervalDay\((\d+)\)/.exec(row?.engine_full ?? '')?.[1] ?? 0);
  if (current === days) return;
  await client.command(
    days === 0
      ? `ALTER TABLE ${table} REMOVE TTL`
      : `ALTER TABLE ${table} MODIFY TTL toDateTime(stored_at) + toIntervalDay(${days})`,
  );
}
