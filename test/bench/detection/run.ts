// npm run bench:detection: how many records leave before Keytrail speaks, and how rarely it cries wolf.
// Prints a table, or with --json everything; --report writes docs/benchmark.md and its pictures. Runs on all cores.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ATTACKS } from '../../scenarios/attacks/index.ts';
import { VARIANTS, type Variant } from '../../scenarios/contract.ts';
import { writeScenario } from '../../scenarios/write-scenario.ts';
import { ALL_SCENARIOS, cellsIn, tasksOf } from './plan.ts';
import { runAll } from './pool.ts';
import { writeReport } from './report.ts';
import type { CellResult } from './results.ts';
import { summarise } from './summary.ts';
import { tables } from './table.ts';

const HELP = `npm run bench:detection -- [options]

  --scenario B01,H06     scenarios: B01 to B24, H01 to H22, benign; default all
  --variant sharded      reported, slow, sharded, mimic; default all
  --shape new            shapes of B01 (new, established) and B17 (50%, 20%, 10%, 2%); default all
  --seed 7               one seed
  --seeds 101-110        several; default 101-110, the published ones; 1-5 are for choosing thresholds
  --size S               S: tenants of 167 credentials, 1,000 in all; L: tenants of 3,333, 20,000 in all
  --threshold 1.5        factor on every detector's threshold
  --jobs 2               processes; default one per core
  --json                 results and summary as JSON on stdout
  --report FILE          writes the report (docs/benchmark.md) and its pictures
  --results FILE         writes the result of every cell as it comes, one JSON object a line
  --write DIR            judges nothing: writes one scenario as files (events, labels, context); needs --scenario, --variant
  --lines                with --write: lines of Kong's http-log plugin instead of normalised events
  --from FILE            judges nothing: takes the results of an earlier run
  --commit ID            with --from: the commit of that run

Examples:
  npm run bench:detection -- --scenario B01 --seed 7
  npm run bench:detection -- --scenario benign,H01,H02 --seeds 1-5
  npm run bench:detection -- --scenario B01 --variant sharded --seed 7 --write /tmp/dell --lines
  npm run bench:detection -- --size S --json > results.json
`;

const SIZES = { S: 167, L: 3333 } as const;

class UsageError extends Error {}

function options() {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string' },
      variant: { type: 'string' },
      shape: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string', default: '101-110' },
      size: { type: 'string', default: 'S' },
      threshold: { type: 'string', default: '1' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'boolean', default: false },
      report: { type: 'string' },
      results: { type: 'string' },
      from: { type: 'string' },
      commit: { type: 'string' },
      write: { type: 'string' },
      lines: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    scenarios: listed('--scenario', values.scenario, ALL_SCENARIOS),
    variants: listed('--variant', values.variant, VARIANTS) as Variant[],
    shapes: values.shape?.split(',') ?? null,
    seeds: seedsOf(values.seed ?? values.seeds),
    credentials: SIZES[oneOf('--size', values.size, Object.keys(SIZES)) as keyof typeof SIZES],
    threshold: positive('--threshold', values.threshold),
    jobs: Math.ceil(positive('--jobs', values.jobs)),
  };
}

function listed(name: string, given: string | undefined, allowed: readonly string[]): string[] {
  return given === undefined ? [...allowed] : given.split(',').map((one) => oneOf(name, one, allowed));
}

function oneOf(name: string, given: string, allowed: readonly string[]): string {
  if (!allowed.includes(given))
    throw new UsageError(`${name} ${given}: not known; allowed are ${allowed.join(', ')}`);
  return given;
}

function positive(name: string, given: string): number {
  const value = Number(given);
  if (!(value > 0)) throw new UsageError(`${name} ${given}: must be a number above 0`);
  return value;
}

function seedsOf(text: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (match === null) throw new UsageError(`--seeds ${text}: give a number or a range such as 101-110`);
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
  if (last < first || last - first > 1000)
    throw new UsageError(`--seeds ${text}: the range must go up, by at most 1,000`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

async function main(): Promise<void> {
  const o = options();
  if (o.help) {
    process.stdout.write(HELP);
    return;
  }
  if (o.write !== undefined) {
    writeFiles({ ...o, directory: o.write });
    return;
  }
  const tasks = tasksOf(o, o.seeds);
  const total = tasks.reduce((sum, task) => sum + cellsIn(task), 0);
  const results: CellResult[] = [];
  const started = Date.now();
  if (o.results) writeFileSync(o.results, '');
  if (o.from) results.push(...earlier(o.from));
  await runAll(o.from ? [] : tasks, {
    jobs: o.jobs,
    onResult(result) {
      results.push(result);
      if (o.results) appendFileSync(o.results, `${JSON.stringify(result)}\n`);
      const seconds = (Date.now() - started) / 1000;
      const left = Math.round((seconds / results.length) * (total - results.length));
      const line = `${results.length} of ${total} cells, about ${left} s left`;
      if (process.stderr.isTTY) process.stderr.write(`\r${line}   `);
      else if (results.length % 50 === 0) process.stderr.write(`${line}\n`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  results.sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  const summary = summarise(results);
  const facts = {
    seconds: o.from ? null : Math.round((Date.now() - started) / 1000),
    commit: o.commit ?? null,
    cells: results.length,
    seeds: [...new Set(results.map(({ seed }) => seed))].sort((a, b) => a - b),
    size: o.size,
    jobs: o.jobs,
  };
  if (o.report) writeReport(o.report, { summary, facts, results });
  process.stdout.write(o.json ? `${JSON.stringify({ facts, summary, results })}\n` : `${tables(summary)}\n`);
}

function writeFiles(o: ReturnType<typeof options> & { directory: string }): void {
  const attack = ATTACKS.find(({ id }) => id === o.scenarios[0]);
  const [variant] = o.variants;
  if (
    o.scenarios.length !== 1 ||
    attack === undefined ||
    o.variants.length !== 1 ||
    !attack.variants.includes(variant!)
  )
    throw new UsageError(
      '--write needs one attack and one of its variants, such as --scenario B01 --variant sharded',
    );
  const shape = o.shapes?.[0] ?? attack.shapes?.[0] ?? '';
  const { directory, credentials, lines } = o;
  const done = writeScenario({
    directory,
    attack,
    variant: variant!,
    shape,
    seed: o.seeds[0]!,
    credentials,
    past: 28,
    lines,
  });
  process.stderr.write(`${done.events} events, ${done.records} records taken: ${directory}\n`);
}

function earlier(path: string): CellResult[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as CellResult);
}

function keyOf(r: CellResult): string {
  if (r.type === 'benign') return `a ${r.archetype} ${r.seed}`;
  return r.type === 'negative'
    ? `c ${r.scenario} ${r.seed}`
    : `b ${r.scenario} ${r.shape} ${r.variant} ${r.seed}`;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `bench:detection: ${error instanceof UsageError ? error.message : String((error as Error).stack)}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
