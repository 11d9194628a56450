// A scenario written to files says the same as the scenario, and its gateway lines read back as its events.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ApiEvent, apiEvent } from '../../schemas/event.ts';
import { formatByName } from '../../schemas/gateways/catalogue.ts';
import { ATTACKS } from './attacks/index.ts';
import { writeScenario } from './write-scenario.ts';

const attack = ATTACKS.find(({ id }) => id === 'B02')!;

test('events, labels and context; as Kong lines the same calls', () => {
  const directory = mkdtempSync(join(tmpdir(), 'keytrail-scenario-'));
  try {
    const o = {
      directory,
      attack,
      variant: 'reported',
      shape: '',
      seed: 3,
      credentials: 12,
      past: 1,
    } as const;
    const written = writeScenario({ ...o, lines: false });
    writeScenario({ ...o, lines: true });
    const rows = (name: string): string[] => readFileSync(join(directory, name), 'utf8').trim().split('\n');
    const events = rows('events.ndjson').map((line) => JSON.parse(line) as ApiEvent);
    assert.equal(events.length, written.events);
    for (const event of events.slice(0, 50)) apiEvent.parse(event);
    for (let i = 1; i < events.length; i++) assert.ok(events[i]!.at >= events[i - 1]!.at);
    const labels = JSON.parse(readFileSync(join(directory, 'labels.json'), 'utf8')) as {
      lineages: string[];
      records: number;
    };
    const guilty = new Set(labels.lineages);
    const own = events.filter(({ credential }) => guilty.has(credential.lineage));
    assert.equal(
      labels.records,
      new Set(own.filter(({ status }) => status < 300).map(({ path }) => path)).size,
    );
    const parse = formatByName('kong').parser({});
    for (const [i, line] of rows('kong.ndjson').entries()) {
      if (i % 97 !== 0) continue;
      const outcome = parse(line);
      assert.ok(outcome.ok, line);
      const { record } = outcome;
      const event = events[i]!;
      assert.deepEqual(
        [record.at, record.method, record.status, record.bytesOut, record.ip],
        [event.at, event.method, event.status, event.bytes_out, event.client.ip],
      );
      assert.equal(record.target, event.query === '' ? event.path : `${event.path}?${event.query}`);
      const known = event.credential.kind !== 'client';
      assert.equal(record.gateway.consumer_username, known ? event.credential.lineage : undefined);
    }
    assert.ok(Array.isArray(JSON.parse(readFileSync(join(directory, 'context.json'), 'utf8'))));
  } finally {
    rmSync(directory, { recursive: true });
  }
});
