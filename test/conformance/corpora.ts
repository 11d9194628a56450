// Finds other projects' parser fixtures under KEYTRAIL_CORPORA and reads them.
// Always holds: nothing of a corpus is kept; without the variable there is nothing to read.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Folder named by KEYTRAIL_CORPORA, or null when it is unset. Throws when it is set and does not exist. */
export function corporaFolder(): string | null {
  const folder = process.env.KEYTRAIL_CORPORA;
  if (folder === undefined || folder === '') return null;
  if (!existsSync(folder)) throw new Error(`KEYTRAIL_CORPORA names ${folder}, which does not exist`);
  return folder;
}

/** Text of a file, unpacked when only its `.gz` is there; null when there is neither. */
export function readText(...parts: readonly string[]): string | null {
  const path = join(...parts);
  if (existsSync(path)) return readFileSync(path, 'utf8');
  return existsSync(`${path}.gz`) ? gunzipSync(readFileSync(`${path}.gz`)).toString('utf8') : null;
}

/** Names in a folder without `.gz`, sorted; empty when there is no such folder. */
export function names(...parts: readonly string[]): string[] {
  const path = join(...parts);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .map((n) => n.replace(/\.gz$/, ''))
    .sort();
}
