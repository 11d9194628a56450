// Where things are on disk: the project's own files (SQL, dashboards, samples) and the user's data directory.
// Always holds: the same answer from TypeScript sources and from the compiled dist/ tree.

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, schemas/ and dashboards/. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** Version from package.json. */
export const version = (
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }
).version;

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder))
      throw new Error(`no package.json above ${from}: the installation is incomplete`);
  }
}

/** Default data directory: `$XDG_DATA_HOME/keytrail`, else `~/.local/share/keytrail` (XDG Base Directory Specification). */
export function defaultDataDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment.XDG_DATA_HOME || join(homedir(), '.local', 'share');
  return join(base, 'keytrail');
}
