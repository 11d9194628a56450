// Writes docs/benchmark.md and its pictures from a run: goals, scenarios, hard negatives, the other systems' rules, calibration,
// cost. Every figure is of the run named at the top; a goal that is not met is marked.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { ATTACKS } from '../../scenarios/attacks/index.ts';
import { HARD_NEGATIVES } from '../../scenarios/negatives/index.ts';
import { goalsOf } from './goals.ts';
import { barsOf, curveOf } from './pictures.ts';
import type { CellResult } from './results.ts';
import { makeRules } from './rules/index.ts';
import type { Summary } from './summary.ts';

interface Run {
  summary: Summary;
  /** `seconds` and `commit` are null for results of an earlier run that are not timed here, or of this commit. */
  facts: {
    seconds: number | null;
    commit: string | null;
    cells: number;
    seeds: readonly number[];
    size: string;
    jobs: number;
  };
  results: readonly CellResult[];
}

export function writeReport(path: string, run: Run): void {
  const pictures = join(dirname(path), 'pictures');
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(pictures, 'benchmark-records.svg'), barsOf(run.summary));
  writeFileSync(join(pictures, 'benchmark-curve.svg'), curveOf(run.summary, run.results));
  writeFileSync(path, reportOf(run));
}

export function reportOf({ summary: s, facts }: Run): string {
  const [first, last] = [facts.seeds[0]!, facts.seeds.at(-1)!];
  const seeds = first === last ? String(first) : `${first}-${last}`;
  const command = `npm run bench:detection -- --size ${facts.size} --seeds ${seeds} --report docs/benchmark.md`;
  return [
    '# Benchmark of detection\n',
    `How many records leave before Keytrail speaks, and how rarely it cries wolf. Generated; do not edit. Reproduce with\n\n    ${command}\n`,
    `Seeds ${seeds}, ${facts.cells} cells, ${facts.seconds === null ? '' : `${facts.seconds} s with ${facts.jobs} processes `}on ${cpus().length} cores (${arch()}, Node ${process.versions.node}), commit ${facts.commit ?? commit()}. Thresholds were chosen on seeds 1 to 5 only.${published(facts.seeds)} All traffic is synthetic: a made-up company with six kinds of API, about 1,000 credentials and 3 million events a seed (test/scenarios); four weeks of past, two of test. Records out are counted until the alert is emitted; what was never detected counts with all records of its calls, of which at most 20,000 are made.\n`,
    '## Goals\n',
    table(
      ['what', 'goal', 'reached', ''],
      goalsOf(s).map((g) => [
        g.what,
        g.goal,
        g.reached,
        g.met === null ? 'not run' : g.met ? 'met' : '**not met**',
      ]),
    ),
    '![records out, ours and the best rule](pictures/benchmark-records.svg)\n',
    '![records out against false pages](pictures/benchmark-curve.svg)\n',
    '## Attacks\n',
    'Medians over seeds. `in time`: before a tenth of the loot (and before the deadline where there is one). `best rule`: fewest records out among the rules below that keep 0.1 false pages per 1,000 credentials and day.\n',
    table(
      [
        'scenario',
        'variant',
        'records out',
        'requests',
        'minutes',
        'found',
        'in time',
        'digest',
        'F1',
        'stated',
        'incidents',
        'best rule',
        'spoke',
      ],
      s.lines.map((l) => [
        `${l.scenario}${l.shape && ` ${l.shape}`}`,
        l.variant,
        whole(l.leaked),
        whole(l.requests),
        l.minutes === null ? '–' : l.minutes.toFixed(1),
        percent(l.detected),
        percent(l.useful),
        percent(l.digest),
        l.attribution?.toFixed(2) ?? '–',
        l.error === null ? '–' : percent(l.error),
        whole(l.incidents),
        l.best ? `${whole(l.best.leaked)} (${l.best.rule})` : '–',
        l.detectors.join(' '),
      ]),
    ),
    `Recall in time: ${percent(s.recallAll)} over all; ${Object.entries(s.recall)
      .map(([variant, value]) => `${variant} ${percent(value)}`)
      .join(', ')}. Precision in attacked tenants: ${percent(s.precision)}.\n`,
    ATTACKS.map((a) => `- **${a.id}** ${a.title}. ${a.incident}\n`).join(''),
    '\n## Harmless\n',
    `Ordinary weeks: ${whole(s.benign.credentialDays)} credential-days, ${s.benign.pages} pages (${s.benign.rate.toFixed(3)} per 1,000 credentials and day), ${s.benign.fleet} fleet incidents, ${s.benign.digests} in the digest. With the hard negatives: ${s.rateOverall.toFixed(3)}.\n`,
    table(
      ['', 'what', 'seeds', 'pages', 'fleet (allowed)', 'digest', 'by'],
      s.negatives.map((n) => [
        n.scenario,
        HARD_NEGATIVES.find(({ id }) => id === n.scenario)!.title,
        String(n.seeds),
        String(n.pages),
        `${n.fleet} (${n.allowed})`,
        String(n.digests),
        n.detectors.join(' '),
      ]),
    ),
    '## The rules of others\n',
    'Written down as simply as their makers describe them, fed the same events. Each has a factor on its threshold, the smallest at which it keeps 0.1 false pages per 1,000 credentials and day over ordinary weeks and hard negatives; one that never does is not compared.\n',
    table(
      ['rule', 'what', 'false pages at its default', 'factor', 'false pages there'],
      s.rules.map((r) => [
        r.rule,
        makeRules().find(({ id }) => id === r.rule)!.title,
        r.rateAtDefault.toFixed(2),
        `×${r.factor}`,
        r.rate.toFixed(3),
      ]),
    ),
    '## Calibration\n',
    'Credential-days of the last 28 ordinary days on which a detector showed e ≥ 10, 100 and 1,000; true e-values do so on at most a tenth, a hundredth and a thousandth.\n',
    table(
      ['detector', 'credential-days', 'e ≥ 10', 'e ≥ 100', 'e ≥ 1,000'],
      s.health.map((h) => [
        h.detector,
        whole(h.credentialDays),
        ...h.reached.map((n) => `${n} (${((100 * n) / Math.max(1, h.credentialDays)).toFixed(2)} %)`),
      ]),
    ),
    '## Cost\n',
    s.speed
      ? `One core, ordinary traffic: ${s.speed.ratio.toFixed(2)} times the speed of JSON.parse alone when parsing is followed by judging with every detector, ${whole(s.speed.eventsPerSecond)} events a second judged; ${whole(s.speed.bytesPerCredential)} bytes of state per credential with the tables all share (few credentials here: see \`npm run bench:engine\` for a million).\n`
      : 'Not run.\n',
  ].join('\n');
}

/** The figures to publish are those of seeds 101 to 110. */
function published(seeds: readonly number[]): string {
  const count = seeds.filter((seed) => seed >= 101 && seed <= 110).length;
  return count === seeds.length && count < 10
    ? ` These are ${count} of the ten seeds (101 to 110) that are meant to be published.`
    : '';
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

const whole = (value: number | null): string =>
  value === null ? '–' : Math.round(value).toLocaleString('en-US');
const percent = (value: number | null): string =>
  value === null ? '–' : `${Math.round(value * 1000) / 10} %`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
