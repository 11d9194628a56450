// Facts as people write them, in a file (YAML, a JSON list, or one JSON object a line) or a request body: times may be ISO 8601,
// what was planted is named by its id. Always holds: all problems are named at once, with their place; nothing of a wrong list is
// taken. A planted id is kept as its digest only.

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { canaryDigest } from '../../detectors/knowledge.ts';
import { type Fact, fact } from '../../schemas/fact.ts';
import { ConfigError } from '../config.ts';

const TIMES = ['at', 'from', 'until', 'expires_at'] as const;
const MOST_PROBLEMS = 20;
const TYPES = 'credential, revocation, deploy, rotation, job, canary, sensitivity';

export class FactsError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'FactsError';
    this.problems = problems;
  }
}

/** Throws ConfigError naming the file. */
export function readFactsFiles(files: readonly string[]): Fact[] {
  return files.flatMap((file) => {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new ConfigError(file, [`cannot be read (${(error as NodeJS.ErrnoException).code})`]);
    }
    try {
      return factsOf(parseText(text));
    } catch (error) {
      throw new ConfigError(file, error instanceof FactsError ? error.problems : [(error as Error).message]);
    }
  });
}

/** A list, one object, or NDJSON. YAML includes JSON. */
export function parseText(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > 1 && lines.every((line) => line.trimStart().startsWith('{')))
    return lines.map((line, i) => parsed(line, `line ${i + 1}: `));
  const value = parsed(text, '');
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function parsed(text: string, where: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new FactsError([`${where}neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}`]);
  }
}

/** Throws FactsError. */
export function factsOf(values: readonly unknown[]): Fact[] {
  const problems: string[] = [];
  const facts: Fact[] = [];
  for (const [i, value] of values.entries()) {
    const result = fact.safeParse(written(value, `fact ${i + 1}`, problems));
    if (result.success) facts.push(result.data);
    else
      for (const issue of result.error.issues)
        problems.push(
          issue.path[0] === 'type' || issue.path.length === 0
            ? `fact ${i + 1}: type is ${JSON.stringify((value as { type?: unknown } | null)?.type)}; allowed: ${TYPES}`
            : `fact ${i + 1}: ${issue.path.join('.')}: ${issue.message}`,
        );
  }
  if (problems.length > 0) throw new FactsError(problems.slice(0, MOST_PROBLEMS));
  return facts;
}

/** People's way of writing made ours. */
function written(value: unknown, where: string, problems: string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const out: Record<string, unknown> = { ...value };
  for (const name of TIMES) {
    const time = out[name];
    if (typeof time !== 'string') continue;
    const at = Date.parse(time);
    if (Number.isNaN(at))
      problems.push(`${where}: ${name} is not a time; write it like 2027-01-31T00:00:00Z`);
    else out[name] = at;
  }
  return out.type === 'canary' && out.digest === undefined ? planted(out, where, problems) : out;
}

/** `collection` and `id` of an object, `method` and `route`, or the `name` of a parameter, the `lineage` of a credential. */
function planted(o: Record<string, unknown>, where: string, problems: string[]): unknown {
  const { kind, collection, id, method = 'GET', route, parameter, lineage, ...rest } = o;
  const parts: Record<string, unknown[]> = {
    object: [collection, id],
    route: [method, route],
    parameter: [parameter],
    credential: [lineage],
  };
  const given = parts[String(kind)];
  if (given === undefined || given.some((part) => typeof part !== 'string' && typeof part !== 'number')) {
    problems.push(
      `${where}: a canary names what is planted: kind object with collection and id, route with method and route, parameter with parameter, credential with lineage`,
    );
    return o;
  }
  return { ...rest, kind, digest: canaryDigest(kind as 'object', ...given.map(String)) };
}
