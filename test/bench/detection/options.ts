// What can be asked of npm run bench:detection, and what is wrong with what was asked.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ATTACKS } from '../../scenarios/attacks/index.ts';
import { VARIANTS, type Variant } from '../../scenarios/contract.ts';
import { ALL_SCENARIOS } from './plan.ts';

const NEGATIVES = ALL_SCENARIOS.filter((id) => id.startsWith('H'));
const SHAPES = [...new Set(ATTACKS.flatMap(({ shapes = [] }) => shapes))];
const QUICK = ['benign', 'B01', 'B02', 'B05', 'B12', 'B17', ...NEGATIVES.slice(0, 8)];
/** Twenty thousand credentials take their time. */
const LARGE = ['benign', 'B01', 'B02', 'B05', 'B12', 'B17'];

export const HELP = `npm run bench:detection -- [options]

  --scenario B01,H06     scenarios: B01 to B24, H01 to H22, benign; default all, with size L ${LARGE.join(', ')}
  --negative H06         hard negatives, beside what --scenario names
  --variant sharded      reported, slow, sharded, mimic; default all
  --shape new            shapes of B01 (new, established) and B17 (50%, 20%, 10%, 2%); default all
  --seed 7               one seed
  --seeds 101-110        several; default 101-110, the published ones; 1-5 are for choosing thresholds
  --size S               S: tenants of 167 credentials, 1,000 in all; L: tenants of 3,333, 20,000 in all
  --quick                one seed, ${QUICK.join(', ')}, as reported and sharded: a look, nothing to publish
  --threshold 1.5        factor on every detector's threshold, within the parameter's range
  --sweep 0.6,1.5,2      for the curve: besides, the first two seeds at these factors, ordinary weeks and attacks as reported
  --jobs 2               processes; default one per core
  --json                 results and summary as JSON on stdout
  --report FILE          writes the report (docs/benchmark.md) and its pictures
  --results FILE         writes the run and the result of every cell as it comes, one JSON object a line
  --write DIR            judges nothing: writes one scenario as files (events, labels, context); needs --scenario, --variant
  --lines                with --write: lines of Kong's http-log plugin instead of normalised events
  --from FILE            judges nothing: takes the results of an earlier run
  --commit ID            with --from: the commit of that run, where the file does not say it

Examples:
  npm run bench:detection -- --scenario B01 --seed 7
  npm run bench:detection -- --scenario benign,H01,H02 --seeds 1-5
  npm run bench:detection -- --scenario B01 --variant sharded --seed 7 --write /tmp/dell --lines
  npm run bench:detection -- --size S --json > results.json
`;

const SIZES = { S: 167, L: 3333 } as const;

export class UsageError extends Error {}

export function options(args?: string[]) {
  const { values } = parseArgs({
    ...(args ? { args } : {}),
    options: {
      scenario: { type: 'string' },
      negative: { type: 'string' },
      quick: { type: 'boolean', default: false },
      sweep: { type: 'string' },
      variant: { type: 'string' },
      shape: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
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
  const { quick } = values;
  return {
    ...values,
    scenarios: scenariosOf(values),
    variants: listed(
      '--variant',
      values.variant,
      VARIANTS,
      quick ? ['reported', 'sharded'] : VARIANTS,
    ) as Variant[],
    shapes: values.shape === undefined ? null : listed('--shape', values.shape, SHAPES, []),
    seeds: seedsOf(values.seed ?? values.seeds ?? (quick ? '101' : '101-110')),
    sweep: values.sweep?.split(',').map((factor) => positive('--sweep', factor)) ?? [],
    credentials: SIZES[oneOf('--size', values.size, Object.keys(SIZES)) as keyof typeof SIZES],
    threshold: positive('--threshold', values.threshold),
    jobs: Math.ceil(positive('--jobs', values.jobs)),
  };
}

function scenariosOf(o: { scenario?: string; negative?: string; quick: boolean; size: string }): string[] {
  const given = [
    ...(o.scenario === undefined ? [] : listed('--scenario', o.scenario, ALL_SCENARIOS, [])),
    ...(o.negative === undefined ? [] : listed('--negative', o.negative, NEGATIVES, [])),
  ];
  if (given.length > 0) return [...new Set(given)];
  return [...(o.quick ? QUICK : o.size === 'L' ? LARGE : ALL_SCENARIOS)];
}

function listed(
  name: string,
  given: string | undefined,
  allowed: readonly string[],
  usual: readonly string[],
): string[] {
  return given === undefined ? [...usual] : given.split(',').map((one) => oneOf(name, one.trim(), allowed));
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
