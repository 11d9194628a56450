// Every query of dashboards/queries runs as it is, as the read-only analyst, and shows what it says it shows.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openTestStore, type TestStore } from '../services/store/fixtures.ts';
import { fillStore, SILENT, WANDERER } from './traffic.ts';

const FOLDER = 'dashboards/queries';
const files = readdirSync(FOLDER).sort();

let t: TestStore;
before(async () => {
  t = await openTestStore();
  await fillStore(t.store);
});
after(() => t.close());

type Row = Record<string, unknown>;

async function run(file: string): Promise<{ columns: string[]; rows: Row[] }> {
  const response = await fetch(
    `${t.server.url}/?default_format=JSON&output_format_json_quote_64bit_integers=0`,
    {
      method: 'POST',
      headers: {
        'x-clickhouse-user': t.server.analyst.username,
        'x-clickhouse-key': t.server.analyst.password,
        connection: 'close',
      },
      body: readFileSync(join(FOLDER, file), 'utf8'),
    },
  );
  const text = await response.text();
  assert.equal(response.status, 200, `${file}: ${text}`);
  const answer = JSON.parse(text) as { meta: { name: string }[]; data: Row[] };
  return { columns: answer.meta.map((column) => column.name), rows: answer.data };
}

/** Columns of each query, and something its result must hold over the traffic of traffic.ts. */
const EXPECTED: Record<string, { columns: string; holds: (rows: Row[]) => boolean }> = {
  'anonymous-successes.sql': {
    columns: 'method route successes objects bytes_out sources first_at last_at',
    holds: ([row]) => row?.route === '/v1/customers/{id}' && row.successes === 120 && row.objects === 120,
  },
  'auth-failures.sql': {
    columns:
      'lineage source network country failures first_failure last_failure routes successes succeeded_after',
    holds: (rows) =>
      rows.length === 1 &&
      rows[0]?.lineage === 'consumer:acme' &&
      rows[0].source === '203.0.113.0/24' &&
      rows[0].failures === 18 &&
      rows[0].successes === 2 &&
      rows[0].succeeded_after === '2026-03-30 12:00:09.500',
  },
  'bytes-per-credential.sql': {
    columns: 'lineage credential bytes_last_day bytes_per_day_before times_usual events_last_day',
    holds: ([row]) => row?.lineage === WANDERER && Number(row.times_usual) > 50,
  },
  'credentials-of-one-source.sql': {
    columns: 'source network country credentials examples events failures bytes_out first_at last_at',
    holds: (rows) => rows.some((row) => row.source === '203.0.113.0/24' && row.credentials === 3),
  },
  'dead-letters-by-reason.sql': {
    columns: 'reason format lines detail example excerpt first_at last_at',
    holds: ([row]) => row?.reason === 'bad-time' && row.lines === 2,
  },
  'delivery-health.sql': {
    columns: 'destination pending delivered dead attempts oldest_pending last_delivered last_error',
    holds: ([row]) =>
      row?.pending === 1 && row.delivered === 1 && row.dead === 1 && row.last_error === 'HTTP 503',
  },
  'distinct-objects-per-credential-and-hour.sql': {
    columns: 'hour lineage objects events objects_per_event',
    holds: ([row]) => row?.lineage === WANDERER && Math.abs(Number(row.objects) - 302) <= 3,
  },
  'endpoints-first-used.sql': {
    columns: 'first_used lineage method route events successes known_for_days',
    holds: (rows) => rows.length === 1 && rows[0]?.route === '/v2/export/{id}' && rows[0].events === 300,
  },
  'events-per-hour.sql': {
    columns: 'hour events auth_failures misses server_errors bytes_out credentials',
    holds: (rows) => rows.length === 168 + 1 && rows.some((row) => row.auth_failures === 18),
  },
  'findings-behind-an-incident.sql': {
    columns: 'at detector family odds_against_chance pages claim event_id request_id',
    holds: (rows) => rows.length === 5 && rows.every((row) => String(row.request_id).startsWith('req-')),
  },
  'incident-list.sql': {
    columns:
      'opened_at severity status family title summary lineage credential detectors records bytes last_event_at id',
    holds: ([row]) => row?.lineage === WANDERER && row.severity === 'critical',
  },
  'new-sources-per-credential.sql': {
    columns: 'first_seen lineage credential source network country client events known_for_days',
    holds: (rows) => rows.length === 3 && rows.some((row) => row.lineage === WANDERER && row.events === 300),
  },
  'slowest-endpoints.sql': {
    columns: 'method route events p50_ms p95_ms p99_ms slowest_caller',
    holds: ([row]) => Number(row?.p50_ms) > 5 && Number(row?.p99_ms) >= Number(row?.p95_ms),
  },
  'timeline-of-one-credential.sql': {
    columns: 'at method route status bytes_out objects source network country client request_id',
    holds: (rows) => rows.length === 1000 && String(rows[0]?.at) >= String(rows[999]?.at),
  },
  'unused-credentials.sql': {
    columns: 'lineage kind credential last_used days_unused first_used events',
    holds: (rows) => rows.length === 1 && rows[0]?.lineage === SILENT && rows[0].events === 120,
  },
};

test('every query has its expectation', () => {
  assert.deepEqual(files, Object.keys(EXPECTED).sort());
  assert.ok(files.length >= 10);
});

for (const file of files)
  test(`${file} runs as it is and shows what it says`, async () => {
    const { columns, rows } = await run(file);
    const expected = EXPECTED[file];
    assert.deepEqual(columns, expected?.columns.split(' '));
    assert.ok(
      expected?.holds(rows),
      `${file} gave ${JSON.stringify(rows.slice(0, 3))} (${rows.length} rows)`,
    );
  });

for (const file of files)
  test(`${file} says on top what it answers, its columns and how to adapt it`, () => {
    const comment = readFileSync(join(FOLDER, file), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('--'));
    assert.match(comment[0] ?? '', /^-- .+\?/);
    assert.match(comment.join('\n'), /^-- Columns: /m);
    assert.match(comment.join('\n'), /^-- Adapt: /m);
  });
