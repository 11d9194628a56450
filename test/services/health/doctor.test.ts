// The doctor where there is no server at all: a refused configuration, muted detectors, a damaged key, and how its report reads.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checked, DEADLINE_MS, fail, ok } from '../../../services/health/doctor/check.ts';
import { diagnose } from '../../../services/health/doctor/command.ts';
import { report, summary } from '../../../services/health/doctor/report.ts';

const data = mkdtempSync(join(tmpdir(), 'keytrail-doctor-'));
after(() => rmSync(data, { recursive: true }));

const file = (content: object): string => {
  const path = join(data, 'keytrail.yaml');
  writeFileSync(path, JSON.stringify(content));
  return path;
};
const nowhere = { data, console: { port: 0 }, health: { ports: { detect: 0, deliver: 0, hunt: 0 } } };

test('a refused configuration is all that is told, with every problem', async () => {
  const rows = await diagnose({
    file: file({ ...nowhere, kafka: { partitions: 0 }, nonsense: 1 }),
    environment: {},
  });
  assert.deepEqual(
    rows.map(({ check, status }) => [check, status]),
    [['configuration', 'fail']],
  );
  assert.match(rows[0]!.what, /kafka\.partitions[\s\S]*nonsense/);
});

test('muted detectors and a damaged key are told, and nothing is made', async () => {
  writeFileSync(join(data, 'fingerprint.key'), 'short', { mode: 0o600 });
  const override = { scope: { client: 'nightly' }, detectors: { D09: { enabled: false } }, reason: 'export' };
  const past = { ...override, scope: { client: 'old' }, expires: '2020-01-01T00:00:00Z' };
  const rows = await diagnose({
    file: file({ ...nowhere, detectors: { D08: { enabled: false } }, overrides: [override, past] }),
    environment: {},
  });
  const said = (name: string) => {
    const row = rows.find(({ check }) => check === name);
    return `${row?.status}: ${row?.what}`;
  };
  assert.equal(
    said('detectors'),
    'warn: D08 is off for everybody; muted by overrides: D09 for client nightly',
  );
  assert.match(said('fingerprint key'), /^fail: .*5 bytes long/);
  assert.match(said('Kafka'), /^ok: not configured/);
  assert.match(said('ClickHouse'), /^ok: the embedded server of .* does not run/);
});

test('a check that throws is a row', async () => {
  const rows = await checked('x', { next: 'do' }, () => {
    throw new Error('broken');
  });
  assert.deepEqual(rows, [fail('x', 'broken', 'do')]);
  assert.ok(DEADLINE_MS <= 5_000, 'the doctor answers within seconds');
});

test('the report fits the width, keeps columns, and shows what is hostile harmlessly', () => {
  const rows = [ok('one', 'word '.repeat(40).trim()), fail('two', 'a\u001b[31mred', 'mend it')];
  const lines = report(rows, { columns: 80, colour: false }).split('\n');
  assert.ok(lines.every((line) => line.length <= 80));
  assert.match(lines[0]!, /^ok {4}one {23}word/);
  assert.match(lines.at(-1)!, /^ {32}Next: mend it$/);
  assert.ok(lines.some((line) => line.includes('a\\u{1b}[31mred')));
  assert.ok(report(rows, { columns: 80, colour: true }).includes('\u001b[31mfail'));
  assert.equal(summary(rows), '1 ok, 0 to look at, 1 failed');
});
