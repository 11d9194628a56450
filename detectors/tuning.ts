// Turns the tunable part of the configuration into parameters per detector and event.
// Always holds: every value comes from the detector's own schema, defaults included; a wrong tuning is refused whole
// with all problems named. Overrides apply in the order they stand, later ones over earlier ones, until they expire
// (event time). Does not promise to keep resolved parameters for ever: that memory is bounded and refilled.

import type { ApiEvent } from '../schemas/event.ts';
import type { Tuning } from '../schemas/tuning.ts';
import { CATALOGUE } from './catalogue.ts';
import type { Detector } from './detector.ts';
import { hash32 } from './hash.ts';

export type Parameters = Record<string, number | boolean>;

/** Resolved parameters by detector position in the catalogue; null where the detector is off. */
export type Resolved = readonly (Parameters | null)[];

export interface CompiledTuning {
  /** The given version, else 8 hex digits over the content. */
  readonly version: string;
  /** For one detector; null when it is off or unknown. */
  resolve(event: ApiEvent, detectorId: string): Parameters | null;
  /** For all detectors at once, in catalogue order. */
  resolveAll(event: ApiEvent): Resolved;
}

export class TuningError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `the tuning has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${problems.join('\n')}`,
    );
    this.name = 'TuningError';
    this.problems = problems;
  }
}

/** Parameter every detector has. */
const ENABLED = 'enabled';
const MOST_RESOLVED = 100_000;

type Scope = Tuning['overrides'][number]['scope'];

interface Override {
  readonly scope: Scope;
  readonly values: ReadonlyMap<number, Parameters>;
  readonly expires: number;
}

/** Throws TuningError. `detectors` defaults to the catalogue. */
export function compileTuning(tuning: Tuning, detectors: readonly Detector[] = CATALOGUE): CompiledTuning {
  const problems: string[] = [];
  const read = (given: Record<string, Parameters>, path: string): Map<number, Parameters> =>
    readParameters({ given, path, detectors, problems });
  const base = read(tuning.detectors, 'detectors');
  const overrides = tuning.overrides.map((override, i): Override => {
    const path = `overrides[${i}]`;
    if (Object.values(override.scope).every((value) => value === undefined))
      problems.push(
        `${path}.scope is empty; give at least one of tenant, client, credential, route, or set the value under detectors`,
      );
    const expires = override.expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(override.expires);
    if (Number.isNaN(expires))
      problems.push(`${path}.expires is not a date; write it like 2027-01-31T00:00:00Z`);
    return { scope: override.scope, values: read(override.detectors, `${path}.detectors`), expires };
  });
  const defaults = detectors.map((detector, i) =>
    complete(detector, [base.get(i)], `detectors.${detector.meta.id}`, problems),
  );
  for (const [i, override] of overrides.entries())
    for (const [index, values] of override.values)
      complete(
        detectors[index]!,
        [base.get(index), values],
        `overrides[${i}].detectors.${detectors[index]!.meta.id}`,
        problems,
      );
  if (problems.length > 0) throw new TuningError([...new Set(problems)]);

  const version =
    tuning.version ??
    hash32(canonical({ detectors: tuning.detectors, overrides: tuning.overrides }))
      .toString(16)
      .padStart(8, '0');
  const resolveAll = createResolver({ detectors, base, defaults, overrides });
  const positions = new Map(detectors.map((detector, i) => [detector.meta.id, i]));
  return {
    version,
    resolveAll,
    resolve: (event, id) => resolveAll(event)[positions.get(id) ?? -1] ?? null,
  };
}

/** Checks names and single values; problems are collected, what is right is returned. */
function readParameters(o: {
  given: Record<string, Parameters>;
  path: string;
  detectors: readonly Detector[];
  problems: string[];
}): Map<number, Parameters> {
  const ids = o.detectors.map((detector) => detector.meta.id);
  const out = new Map<number, Parameters>();
  for (const [id, values] of Object.entries(o.given)) {
    const index = ids.indexOf(id);
    if (index < 0) {
      o.problems.push(`${o.path}.${id}: no such detector; ${suggest(id, ids)}`);
      continue;
    }
    const shape = o.detectors[index]!.params.shape as Record<string, CheckedSchema>;
    const names = [...new Set([...Object.keys(shape), ENABLED])];
    const checked: Parameters = {};
    for (const [name, value] of Object.entries(values)) {
      const path = `${o.path}.${id}.${name}`;
      const problem = names.includes(name)
        ? problemOf(shape[name], value)
        : `no such parameter; ${suggest(name, names)}`;
      if (problem === null) checked[name] = value;
      else o.problems.push(`${path} = ${JSON.stringify(value)}: ${problem}`);
    }
    out.set(index, checked);
  }
  return out;
}

interface CheckedSchema {
  safeParse(value: unknown): { success: boolean; error?: { issues: { message: string }[] } | undefined };
}

function problemOf(schema: CheckedSchema | undefined, value: unknown): string | null {
  if (schema === undefined) return typeof value === 'boolean' ? null : 'must be true or false';
  const result = schema.safeParse(value);
  if (result.success) return null;
  return (result.error?.issues ?? []).map((issue) => issue.message).join('; ');
}

/** Merges layers over the defaults; null when `enabled` is false. Cross-field rules of the schema are checked here. */
function complete(
  detector: Detector,
  layers: readonly (Parameters | undefined)[],
  path: string,
  problems: string[],
): Parameters | null {
  const merged: Parameters = Object.assign({}, ...layers);
  const shape = detector.params.shape as Record<string, CheckedSchema>;
  const known = Object.fromEntries(Object.entries(merged).filter(([name]) => name in shape));
  const result = detector.params.safeParse(known);
  if (!result.success)
    for (const issue of result.error.issues)
      problems.push(`${[path, ...issue.path.map(String)].join('.')}: ${issue.message}`);
  const values = { [ENABLED]: true, ...(result.data as Parameters | undefined), ...pickEnabled(merged) };
  return values[ENABLED] === false ? null : values;
}

function pickEnabled(values: Parameters): Parameters {
  return values[ENABLED] === undefined ? {} : { [ENABLED]: values[ENABLED] };
}

function createResolver(o: {
  detectors: readonly Detector[];
  base: ReadonlyMap<number, Parameters>;
  defaults: Resolved;
  overrides: readonly Override[];
}): (event: ApiEvent) => Resolved {
  if (o.overrides.length === 0) return () => o.defaults;
  const combinations = new Map<string, Resolved>();
  const scopes = new Map<string, Resolved>();
  const uses = (key: keyof Scope): boolean =>
    o.overrides.some((override) => override.scope[key] !== undefined);
  const keys = {
    tenant: uses('tenant'),
    client: uses('client'),
    credential: uses('credential'),
    route: uses('route'),
  };
  const expiries = [...new Set(o.overrides.map((override) => override.expires))].sort((a, b) => a - b);

  const combine = (matching: readonly number[]): Resolved => {
    const key = matching.join(',');
    let resolved = combinations.get(key);
    if (resolved === undefined) {
      const layers = matching.map((i) => o.overrides[i]!.values);
      // Each override is right on its own; should two together break a rule across parameters, the defaults stand.
      resolved = o.detectors.map((detector, i) => {
        if (layers.every((layer) => !layer.has(i))) return o.defaults[i]!;
        const problems: string[] = [];
        const values = complete(
          detector,
          [o.base.get(i), ...layers.map((layer) => layer.get(i))],
          '',
          problems,
        );
        return problems.length === 0 ? values : o.defaults[i]!;
      });
      if (combinations.size < MOST_RESOLVED) combinations.set(key, resolved);
    }
    return resolved;
  };
  return (event) => {
    let period = 0;
    while (period < expiries.length && event.at > expiries[period]!) period++;
    const { credential } = event;
    const key = `${period}\u0000${keys.tenant ? event.tenant : ''}\u0000${keys.client ? credential.client : ''}\u0000${
      keys.credential ? credential.lineage : ''
    }\u0000${keys.route ? event.route : ''}`;
    let resolved = scopes.get(key);
    if (resolved === undefined) {
      const matching = o.overrides.flatMap((override, i) =>
        event.at <= override.expires && covers(override.scope, event) ? [i] : [],
      );
      resolved = combine(matching);
      if (scopes.size >= MOST_RESOLVED) scopes.clear();
      scopes.set(key, resolved);
    }
    return resolved;
  };
}

function covers(scope: Scope, event: ApiEvent): boolean {
  return (
    matches(scope.tenant, event.tenant) &&
    matches(scope.client, event.credential.client) &&
    matches(scope.credential, event.credential.lineage) &&
    matches(scope.route, event.route)
  );
}

function matches(pattern: string | undefined, value: string | null): boolean {
  if (pattern === undefined) return true;
  if (value === null) return false;
  return pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}

/** JSON with sorted keys, so that order in the file does not change the version. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
}

function suggest(name: string, allowed: readonly string[]): string {
  const best = allowed
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint =
    best && best.distance <= Math.max(1, name.length / 3) ? `did you mean ${best.candidate}? ` : '';
  return `${hint}allowed: ${allowed.join(', ')}`;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
