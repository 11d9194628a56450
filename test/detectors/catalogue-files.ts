// What tests and generated pages read of a detector: its files (the folder follows from family and name) and the facts of
// its parameters, which are in their schemas.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DetectorCase } from '../../detectors/cases.ts';
import type { Detector, DetectorMeta } from '../../detectors/detector.ts';

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

export interface ParameterFacts {
  name: string;
  default: number | boolean;
  unit: string;
  effect: string;
  /** Null where there is no bound. */
  least: number | null;
  most: number | null;
  /** In words; empty for yes or no. */
  range: string;
}

export function parametersOf({ params }: Detector): ParameterFacts[] {
  const defaults = params.parse({}) as Record<string, number | boolean>;
  return Object.entries(params.shape).map(([name, schema]) => {
    const { unit = '', effect = '' } = (schema.meta() ?? {}) as { unit?: string; effect?: string };
    const { least, most } = boundsOf(schema);
    return { name, default: defaults[name]!, unit, effect, least, most, range: inWords(least, most) };
  });
}

/** A schema with a default has its range in the schema inside. */
function boundsOf(schema: unknown): { least: number | null; most: number | null } {
  const inner = schema as { unwrap?: () => unknown; minValue?: number | null; maxValue?: number | null };
  if (inner.unwrap) return boundsOf(inner.unwrap());
  return { least: bound(inner.minValue), most: bound(inner.maxValue) };
}

const bound = (value: number | null | undefined): number | null =>
  value !== undefined && value !== null && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null;

function inWords(least: number | null, most: number | null): string {
  const words = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 });
  if (least === null) return most === null ? '' : `up to ${words(most)}`;
  return most === null ? `${words(least)} or more` : `${words(least)} to ${words(most)}`;
}
