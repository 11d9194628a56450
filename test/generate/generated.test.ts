// Generated files in the repository are what the code makes of them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generatedFiles } from './files.ts';

test('generated files are up to date', async () => {
  for (const [path, content] of await generatedFiles())
    assert.equal(readFileSync(path, 'utf8'), content, `${path} is not what npm run gen writes`);
});
