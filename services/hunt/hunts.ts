// The hunts: what no single `detect` process can see when several share the partitions, asked of the store, which has it all.
// Always holds: a hunt is a SELECT (schemas/sql/hunts) and a judge, and the judge is the very detector that watches in the engine;
// so both find the same in the same events.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import { createEngine } from '../../detectors/engine.ts';
import type { Engine } from '../../detectors/engine-contract.ts';
import type { Knowledge } from '../../detectors/knowledge.ts';
import { compileTuning } from '../../detectors/tuning.ts';
import type { Fact } from '../../schemas/fact.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import { projectRoot } from '../paths.ts';

export interface Hunt {
  /** Name of the detector's folder and of the SELECT. */
  name: string;
  detector: string;
  title: string;
  readonly sql: string;
}

/** Detectors with a watch over many callers. */
const HUNTED = ['D12', 'D14', 'D20'];
/** Callers kept between the events of one hunt: who is attributed is in the detector's own memory. */
const CALLERS = 65_536;

export const HUNTS: readonly Hunt[] = CATALOGUE.filter(({ meta }) => HUNTED.includes(meta.id)).map(
  ({ meta }) => ({
    name: meta.name,
    detector: meta.id,
    title: meta.title,
    // Read when it is asked for: other commands need none.
    get sql() {
      return readFileSync(join(projectRoot, 'schemas', 'sql', 'hunts', `${meta.name}.sql`), 'utf8');
    },
  }),
);

export interface Judging {
  tuning: Tuning;
  knowledge: Knowledge;
  pagesPerDay: number;
}

/** The judge of a hunt: the engine with its detector alone. */
export function createJudge(hunt: Hunt, o: Judging): Engine {
  const detectors = CATALOGUE.filter(({ meta }) => meta.id === hunt.detector);
  const own = <T>(of: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(of).filter(([id]) => id === hunt.detector));
  const tuning: Tuning = {
    // What it finds names the tuning it was judged under: the whole one.
    version: versionOf(o.tuning),
    detectors: own(o.tuning.detectors),
    overrides: o.tuning.overrides.flatMap((one) =>
      hunt.detector in one.detectors ? [{ ...one, detectors: own(one.detectors) }] : [],
    ),
  };
  return createEngine({ ...o, tuning, detectors, maxCredentials: CALLERS });
}

export const versionOf = (tuning: Tuning): string => compileTuning(tuning, CATALOGUE).version;

/** Parameters of every SELECT beside the window: routes people tagged as look-ups. */
export const parametersOf = (facts: Iterable<Fact>): { lookups: [string, string][] } => ({
  lookups: [...facts].flatMap((fact) =>
    fact.type === 'sensitivity' && fact.tags.includes('lookup')
      ? [[fact.tenant, fact.route] as [string, string]]
      : [],
  ),
});
