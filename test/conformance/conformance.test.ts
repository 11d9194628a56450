// Agreement with other projects' parser tests, where their fixtures are at hand (KEYTRAIL_CORPORA).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { combined } from '../../schemas/gateways/combined.ts';
import { corporaFolder, readText } from './corpora.ts';
import { runConformance } from './run.ts';

const folder = corporaFolder();
const skip =
  folder === null ? 'KEYTRAIL_CORPORA is not set: agreement with other parsers was NOT checked' : false;

describe('conformance', { skip }, () => {
  it('agrees field by field in at least 98 % per format', () => {
    const { tallies } = runConformance(folder as string);
    assert.ok(tallies.length > 0, 'the folder holds no fixture');
    for (const format of new Set(tallies.map((t) => t.format))) {
      const own = tallies.filter((t) => t.format === format);
      const fields = own.reduce((n, t) => n + t.fields, 0);
      const equal = own.reduce((n, t) => n + t.equal, 0);
      assert.ok(equal / fields >= 0.98, `${format}: ${equal} of ${fields}`);
    }
  });

  it('refuses the lines of other products', () => {
    const { others } = runConformance(folder as string);
    assert.ok(others.refused > 0);
    assert.equal(others.read, 0);
  });

  it('reads every line of the public Apache log', () => {
    const log = readText(folder as string, 'accesslog-elastic', 'apache_logs.log');
    assert.ok(log !== null);
    const lines = log.trimEnd().split('\n');
    const parse = combined.parser({});
    assert.equal(lines.length, 10_000);
    assert.equal(lines.filter((line) => !parse(line).ok).length, 0);
  });
});
