// Thresholds change while running: a good file is applied, a wrong one changes nothing and is named until it is mended.

import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import pino from 'pino';
import { createEngine } from '../../detectors/engine.ts';
import { watchTuning } from '../../services/reload.ts';
import { until } from '../until.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytrail-reload-'));
after(() => rmSync(folder, { recursive: true }));

test('a changed file is applied, a wrong one is refused whole, a mended one is applied again', async () => {
  const file = join(folder, 'keytrail.yaml');
  const write = (yaml: string) => {
    writeFileSync(`${file}.new`, yaml);
    renameSync(`${file}.new`, file);
  };
  write('detectors: { D08: { excessFloor: 300 } }');
  const engine = createEngine({});
  const versions: string[] = [];
  const reload = watchTuning({
    file,
    apply: (tuning) => {
      engine.setTuning(tuning);
      versions.push(engine.tuningVersion);
    },
    logger: pino({ level: 'silent' }),
  });
  try {
    assert.equal(versions.length, 1, 'a change made between loading and watching is applied');
    write('detectors: { D08: { excessFloor: 900 } }');
    await until('the new threshold', () => versions.length === 2, Boolean);
    assert.notEqual(versions[1], versions[0]);

    write('detectors: { D08: { excessFloor: -1, nonsense: 2 } }\n');
    await until('the refusal', () => reload.problem !== null, Boolean);
    for (const name of ['D08.excessFloor', 'nonsense']) assert.match(reload.problem ?? '', new RegExp(name));
    assert.equal(engine.tuningVersion, versions[1], 'the thresholds before stay in force');
    assert.equal(versions.length, 2);

    write('detectors: { D08: { excessFloor: 901 } }');
    await until('the mended file', () => reload.problem === null, Boolean);
    assert.equal(versions.length, 3);
  } finally {
    reload.close();
  }
});
