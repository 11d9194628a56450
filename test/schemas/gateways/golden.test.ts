// Our own lines of every format against the records they must give. KEYTRAIL_GOLDEN=update writes them anew; the
// difference is then for a person to read.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { FORMATS, sniffFormat } from '../../../schemas/gateways/catalogue.ts';
import type { ParseOutcome } from '../../../schemas/gateways/gateway-format.ts';

const FOLDER = new URL('../../golden/gateways/', import.meta.url);

/** The outcome without empty parts, so that the files can be read. */
function plain(outcome: ParseOutcome): unknown {
  if (!outcome.ok) return { reason: outcome.reason };
  const kept = Object.entries(outcome.record).filter(([, value]) => {
    return value !== null && !(typeof value === 'object' && Object.keys(value).length === 0);
  });
  return JSON.parse(JSON.stringify(Object.fromEntries(kept)));
}

describe('golden lines', () => {
  for (const format of FORMATS) {
    it(`${format.name} reads as expected`, () => {
      const lines = readFileSync(new URL(`${format.name}.lines`, FOLDER), 'utf8')
        .trimEnd()
        .split('\n');
      const parse = format.parser({});
      const actual = lines.map((line) => plain(parse(line)));
      const path = new URL(`${format.name}.expected.json`, FOLDER);
      if (process.env.KEYTRAIL_GOLDEN === 'update')
        writeFileSync(path, `${JSON.stringify(actual, null, 1)}\n`);
      assert.deepEqual(actual, JSON.parse(readFileSync(path, 'utf8')));
    });

    it(`${format.name} is recognised by its lines`, () => {
      const lines = readFileSync(new URL(`${format.name}.lines`, FOLDER), 'utf8')
        .trimEnd()
        .split('\n');
      assert.equal(sniffFormat(lines)?.format.name, format.name);
    });
  }
});
