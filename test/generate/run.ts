// `npm run gen`: writes every generated file (files.ts) and says which changed.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generatedFiles } from './files.ts';

for (const [path, content] of await generatedFiles()) {
  const same = existsSync(path) && readFileSync(path, 'utf8') === content;
  mkdirSync(dirname(path), { recursive: true });
  if (!same) writeFileSync(path, content);
  process.stdout.write(`${same ? 'unchanged' : 'written  '} ${path}\n`);
}
