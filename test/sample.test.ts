// The bundled sample day: exactly the three planted attacks, nothing else, by every way of running it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Incident, incident } from '../schemas/incident.ts';
import { scanSummary } from '../schemas/scan.ts';
import { type Label, larkfieldDay } from './scenarios/larkfield.ts';

const SAMPLE = 'samples/larkfield-kong.ndjson.gz';
const { seed, labels } = JSON.parse(readFileSync('samples/larkfield-labels.json', 'utf8')) as {
  seed: number;
  labels: Label[];
};
const folder = mkdtempSync(join(tmpdir(), 'keytrail-sample-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function keytrail(args: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', 'services/main.ts', ...args], {
    encoding: 'utf8',
    env: { ...process.env, KEYTRAIL_DATA: join(folder, 'data') },
    maxBuffer: 1 << 28,
  });
}

/** Each label has its one incident, opened while the attack ran; there is no other. */
function assertPlanted(found: readonly Incident[]): void {
  const named = (one: {
    family?: string;
    kind?: string;
    consumer?: string;
    credential?: Incident['credential'];
  }) => `${one.family ?? one.kind} by ${one.consumer ?? one.credential?.display}`;
  assert.deepEqual(found.map(named).sort(), labels.map(named).sort());
  for (const label of labels) {
    const one = found.find(({ family }) => family === label.kind)!;
    assert.ok(
      one.opened_at >= label.start && one.opened_at <= label.end,
      `${label.kind} opened at ${one.opened_at}`,
    );
    assert.ok(
      one.exposed.low <= label.records && one.exposed.high >= label.records * 0.95,
      `${label.kind}: ${JSON.stringify(one.exposed)} for ${label.records}`,
    );
    assert.ok(one.samples.length > 0 && one.samples.every((sample) => /^[0-9a-f]{32}$/.test(sample)));
    assert.ok(one.evidence.length > 0 && one.summary.length > 40);
  }
}

const incidentsIn = (ndjson: string) =>
  ndjson
    .split('\n')
    .filter(Boolean)
    .map((line) => incident.parse(JSON.parse(line)));

test('the sample is what its seed gives: a day, 50,000 calls and more, 40 credentials and more', () => {
  const day = larkfieldDay(seed);
  assert.equal(gunzipSync(readFileSync(SAMPLE)).toString(), `${day.lines.join('\n')}\n`);
  assert.deepEqual(day.labels, labels);
  assert.ok(day.lines.length >= 50_000 && day.consumers >= 40);
});

test('keytrail scan finds the three planted attacks and nothing else', () => {
  const found = keytrail(['scan', '--json', SAMPLE]);
  assert.equal(found.status, 0, found.stderr);
  assertPlanted(incidentsIn(found.stdout));
  const counted = keytrail(['scan', '--summary-json', '--fail-on', 'high', SAMPLE]);
  assert.equal(counted.status, 3, counted.stderr);
  const summary = scanSummary.parse(JSON.parse(counted.stdout));
  assert.equal(summary.lines, summary.events);
  assert.equal(summary.incidents.total, 3);
});

test('keytrail up --once --json plays it through ClickHouse with the same result', () => {
  const found = keytrail(['up', '--once', '--json']);
  assert.equal(found.status, 0, found.stderr);
  assertPlanted(incidentsIn(found.stdout));
});
