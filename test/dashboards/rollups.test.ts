// What the queries read from rollups is what the events themselves say, also when they came in many batches.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openTestStore, type TestStore } from '../services/store/fixtures.ts';
import { fillStore } from './traffic.ts';

let t: TestStore;
before(async () => {
  t = await openTestStore();
  await fillStore(t.store);
});
after(() => t.close());

/** Of each query some of its columns, and the same from the events. */
const RAW: Record<string, { columns: string; sql: string }> = {
  'anonymous-successes': {
    columns: 'method route successes objects bytes_out sources first_at last_at',
    sql: `SELECT method, route, count() AS successes, uniqExactArray(objects) AS objects, sum(events.bytes_out) AS bytes_out,
        uniqExact(client_prefix) AS sources, min(at) AS first_at, max(at) AS last_at
      FROM events WHERE credential_kind = 'anonymous' AND status BETWEEN 200 AND 299 GROUP BY method, route`,
  },
  'auth-failures': {
    columns: 'lineage source network country failures first_failure last_failure routes successes',
    sql: `SELECT lineage, client_prefix AS source, any(client_network) AS network, any(client_country) AS country,
        countIf(status IN (401, 403)) AS failures, minIf(at, status IN (401, 403)) AS first_failure,
        maxIf(at, status IN (401, 403)) AS last_failure, uniqExactIf((method, route), status IN (401, 403)) AS routes,
        countIf(status < 400) AS successes
      FROM events WHERE toStartOfDay(at) >= (SELECT max(toStartOfDay(at)) FROM events) - INTERVAL 7 DAY
      GROUP BY lineage, source HAVING failures >= 5`,
  },
  'bytes-per-credential': {
    columns: 'lineage bytes_last_day events_last_day bytes_per_day_before',
    sql: `WITH (SELECT toStartOfHour(max(at)) FROM events) - INTERVAL 1 DAY AS recent,
        toStartOfHour(at) > recent AS is_recent, toStartOfDay(at) < toStartOfDay(recent) AS is_before
      SELECT lineage, sumIf(bytes_out, is_recent) AS bytes_last_day, countIf(is_recent) AS events_last_day,
        round(sumIf(bytes_out, is_before) / uniqExactIf(toDate(at), is_before)) AS bytes_per_day_before
      FROM events GROUP BY lineage HAVING bytes_last_day > 0`,
  },
  'credentials-of-one-source': {
    columns: 'source credentials events failures bytes_out first_at last_at',
    sql: `SELECT client_prefix AS source, uniqExact(lineage) AS credentials, count() AS events,
        countIf(status IN (401, 403)) AS failures, sum(events.bytes_out) AS bytes_out, min(at) AS first_at, max(at) AS last_at
      FROM events
      WHERE lineage != 'anonymous' AND toStartOfDay(at) >= (SELECT max(toStartOfDay(at)) FROM events) - INTERVAL 7 DAY
      GROUP BY source HAVING credentials >= 3`,
  },
  'distinct-objects-per-credential-and-hour': {
    columns: 'hour lineage objects events',
    sql: `SELECT toStartOfHour(at) AS hour, lineage, uniqExactArray(objects) AS objects, count() AS events
      FROM events WHERE hour >= (SELECT toStartOfHour(max(at)) FROM events) - INTERVAL 7 DAY GROUP BY hour, lineage`,
  },
  'endpoints-first-used': {
    columns: 'lineage method route first_used events successes',
    sql: `SELECT lineage, method, route, min(at) AS first_used, count() AS events, countIf(status < 400) AS successes
      FROM events WHERE lineage IN (SELECT lineage FROM events GROUP BY lineage
        HAVING min(at) < (SELECT max(at) FROM events) - INTERVAL 1 DAY)
      GROUP BY lineage, method, route HAVING first_used >= (SELECT max(at) FROM events) - INTERVAL 1 DAY`,
  },
  'events-per-hour': {
    columns: 'hour events auth_failures misses server_errors bytes_out credentials',
    sql: `SELECT toStartOfHour(at) AS hour, count() AS events, countIf(status IN (401, 403)) AS auth_failures,
        countIf(status IN (404, 410)) AS misses, countIf(status >= 500) AS server_errors, sum(events.bytes_out) AS bytes_out,
        uniqExact(lineage) AS credentials
      FROM events WHERE hour >= (SELECT toStartOfHour(max(at)) FROM events) - INTERVAL 7 DAY GROUP BY hour`,
  },
  'new-sources-per-credential': {
    columns: 'lineage source first_seen events',
    sql: `SELECT lineage, client_prefix AS source, min(at) AS first_seen, count() AS events
      FROM events WHERE lineage IN (SELECT lineage FROM events GROUP BY lineage
        HAVING min(at) < (SELECT max(at) FROM events) - INTERVAL 1 DAY) AND lineage != 'anonymous'
      GROUP BY lineage, source HAVING first_seen >= (SELECT max(at) FROM events) - INTERVAL 1 DAY`,
  },
  'slowest-endpoints': {
    columns: 'method route events',
    sql: `SELECT method, route, count() AS events
      FROM events WHERE latency_ms IS NOT NULL
        AND toStartOfHour(at) >= (SELECT toStartOfHour(max(at)) FROM events) - INTERVAL 7 DAY
      GROUP BY method, route HAVING events >= 20`,
  },
};

for (const [name, { columns, sql }] of Object.entries(RAW))
  test(`${name}: from rollups as from events`, async () => {
    const query = readFileSync(`dashboards/queries/${name}.sql`, 'utf8').replace(/LIMIT \d+;\s*$|;\s*$/, '');
    const wanted = columns.split(' ').join(', ');
    const ordered = (from: string) =>
      t.store.query(`SELECT ${wanted} FROM (${from}) ORDER BY ${wanted} LIMIT 100000`);
    const answer = await ordered(query);
    assert.ok(answer.length > 0);
    assert.deepEqual(answer, await ordered(sql));
  });
