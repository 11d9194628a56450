// Fills a store through the insert path that `detect` uses, batch by batch, and says what the events take on disk once merged.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Store } from '../../../services/store/store.ts';
import type { TestStore } from '../../services/store/fixtures.ts';
import { take } from './ordinary-calls.ts';
import { cpuOf } from './process-usage.ts';
import { type StoredCalls, storedCalls } from './stored-calls.ts';

/** Filled with every insert into events. */
export const ROLLUPS = [
  'traffic_hours',
  'credential_objects',
  'credential_sources',
  'credential_endpoints',
  'endpoint_hours',
  'credentials',
];

export interface Filled {
  events: number;
  seconds: number;
  /** CPU time of the server, merges that ran meanwhile included. */
  serverNs: number;
}

export async function fillEvents(
  t: TestStore,
  o: StoredCalls & { batch: number; onProgress: (said: string) => void },
): Promise<Filled> {
  const calls = storedCalls(o);
  const before = cpuOf(t.server.pid);
  let inserting = 0;
  let events = 0;
  for (let batch = take(calls, o.batch); batch.length > 0; batch = take(calls, o.batch)) {
    const begin = performance.now();
    await t.store.insertEvents(batch, `bench ${events}`);
    inserting += performance.now() - begin;
    events += batch.length;
    o.onProgress(`storing: ${events} of ${o.events} events`);
  }
  return { events, seconds: inserting / 1000, serverNs: (cpuOf(t.server.pid) - before) / events };
}

/** Merges every partition of the table into one part, which may take minutes: no timeout. */
export async function merge(t: TestStore, table: string): Promise<void> {
  const { url, database, username, password } = t.server;
  const sent = request(`${url}/?database=${database}`, {
    method: 'POST',
    headers: { 'x-clickhouse-user': username, 'x-clickhouse-key': password, connection: 'close' },
  }).end(`OPTIMIZE TABLE ${table} FINAL`);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const said = await text(response);
  if (response.statusCode !== 200) throw new Error(`${table} was not merged: ${said}`);
}

export interface OnDisk {
  rows: number;
  bytesPerEvent: number;
  /** Bytes per event of the columns that take most. */
  columns: { name: string; bytes: number }[];
  /** Skip indexes, marks and what else belongs to no column. */
  otherBytes: number;
  rollupBytesPerEvent: number;
}

const ACTIVE = 'active AND database = currentDatabase()';

export async function onDisk(store: Store): Promise<OnDisk> {
  const [all] = await store.query<{ n: number; bytes: number }>(
    `SELECT sum(rows) AS n, sum(bytes_on_disk) AS bytes FROM system.parts WHERE ${ACTIVE} AND table = 'events'`,
  );
  const [rollup] = await store.query<{ bytes: number }>(
    `SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE ${ACTIVE} AND table IN {tables:Array(String)}`,
    { tables: ROLLUPS },
  );
  const columns = await store.query<{ name: string; bytes: number }>(
    `SELECT column AS name, sum(column_bytes_on_disk) AS bytes FROM system.parts_columns
     WHERE ${ACTIVE} AND table = 'events' GROUP BY column ORDER BY bytes DESC`,
  );
  const rows = Number(all!.n);
  const perEvent = columns.map(({ name, bytes }) => ({ name, bytes: Number(bytes) / rows }));
  const bytesPerEvent = Number(all!.bytes) / rows;
  return {
    rows,
    bytesPerEvent,
    columns: perEvent,
    otherBytes: bytesPerEvent - perEvent.reduce((sum, { bytes }) => sum + bytes, 0),
    rollupBytesPerEvent: Number(rollup!.bytes) / rows,
  };
}
