// Where the files of a detector are: its folder follows from family and name.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DetectorCase } from '../../detectors/cases.ts';
import type { DetectorMeta } from '../../detectors/detector.ts';

export const folderOf = (meta: DetectorMeta): string => join('detectors', meta.family, meta.name);

export async function casesOf(meta: DetectorMeta): Promise<DetectorCase[]> {
  const module = (await import(`../../${folderOf(meta)}/cases.ts`)) as { cases: DetectorCase[] };
  return module.cases;
}

export const readFile = (meta: DetectorMeta, name: string): string =>
  readFileSync(join(folderOf(meta), name), 'utf8');

/** Folders that hold a detector.ts, sorted. */
export function detectorFolders(): string[] {
  return readdirSync('detectors', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('/detector.ts'))
    .map((path) => join('detectors', path, '..'))
    .sort();
}
