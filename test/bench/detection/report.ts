// Writes docs/benchmark.md and its pictures from a run: goals, scenarios, hard negatives, the other systems' rules, calibration,
// cost. Every figure is of the run named at the top; a goal that is not met is marked.

import { mkdirSync, writeFileSync } from 'node:fs';
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
  /** Of the run that judged, not of the one that writes; null where a results file does not say it. */
  facts: {
    seconds: number | null;
    commit: string;
    started: string | null;
    machine: string;
    threshold: number;
    /** Factors of the sweep beside it. */
    sweep: readonly number[];
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
  writeFileSync(join(pictures, 'benchmark-curve.svg'), curveOf(run.results, run.facts.threshold));
  writeFileSync(path, reportOf(run));
}

export function reportOf({ summary: s, facts }: Run): string {
  const [first, last] = [facts.seeds[0]!, facts.seeds.at(-1)!];
  const seeds = first === last ? String(first) : `${first}-${last}`;
  const command = `npm run bench:detection -- --size ${facts.size} --seeds ${seeds}${facts.threshold === 1 ? '' : ` --threshold ${facts.threshold}`}${facts.sweep.length === 0 ? '' : ` --sweep ${facts.sweep.join(',')}`} --report docs/benchmark.md`;
  return [
    '# Benchmark of detection\n',
    `How many records leave before Keytrail speaks, and how rarely it cries wolf. Generated; do not edit. Reproduce with\n\n    ${command}\n`,
    `Seeds ${seeds}, ${facts.cells} cells${facts.seconds === null ? '' : `, ${facts.seconds} s with ${facts.jobs} processes`} on ${facts.machine}, commit ${facts.commit}${facts.started === null ? '' : `, ${facts.started.slice(0, 10)}`}. Thresholds were chosen on seeds 1 to 5 only.${published(facts.seeds)} All traffic is synthetic: a made-up company with six kinds of API, about 1,000 credentials and 3 million events a seed (test/scenarios); four weeks of past, two of test. Records out are counted until the alert is emitted; what was never detected counts with all records of its calls, of which at most 20,000 are made. An attack is judged until 3,000 calls after the alert: incidents, attribution and stated records are as of then.\n`,
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
    'Medians over seeds, `worst` the seed with most records out. `in time`: before a tenth of the records its calls take (and before the deadline where there is one); `of the whole`: before a tenth of what the real incident took, which for most is out of reach of the calls made here. `best rule`: fewest records out among the rules below at 0.1 false pages per 1,000 credentials and ordinary day; rules that never fire count with all records. `stated`: the sum over the incidents of the attack, which may count a record twice.\n',
    table(
      [
        'scenario',
        'variant',
        'records out',
        'worst',
        'requests',
        'minutes',
        'found',
        'in time',
        'of the whole',
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
        whole(l.worst),
        whole(l.requests),
        l.minutes === null ? '–' : l.minutes.toFixed(1),
        percent(l.detected),
        percent(l.useful),
        percent(l.usefulOfWhole),
        percent(l.digest),
        l.attribution?.toFixed(2) ?? '–',
        l.error === null ? '–' : percent(l.error),
        whole(l.incidents),
        l.best ? `${whole(l.best.leaked)} (${l.best.rule})` : '–',
        l.detectors.join(' '),
      ]),
    ),
    table(
      ['recall', 'in time', 'of the whole', 'ever'],
      [['all', s.recallAll] as const, ...Object.entries(s.recall)].map(([variant, r]) => [
        variant,
        percent(r.useful),
        percent(r.usefulOfWhole),
        percent(r.detected),
      ]),
    ),
    `Precision in attacked tenants: ${percent(s.precision)}; there, ${s.bystanders.pages} pages about callers that are not the attacker in ${whole(s.bystanders.credentialDays)} credential-days.\n`,
    ATTACKS.map((a) => `- **${a.id}** ${a.title}. ${a.incident}\n`).join(''),
    '\n## Harmless\n',
    `Ordinary weeks: ${whole(s.benign.credentialDays)} credential-days, ${s.benign.pages} pages (${s.benign.rate.toFixed(3)} per 1,000 credentials and day, below ${s.benign.rateBelow.toFixed(3)} with 95 % confidence), ${s.benign.fleet} fleet incidents, ${s.benign.digests} in the digest. With the hard negatives: ${s.rateOverall.toFixed(3)}.\n`,
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
    'Written down as simply as their makers describe them, fed the same events. Each has a factor on its threshold, the smallest at which it keeps 0.1 false pages per 1,000 credentials and day: over ordinary weeks, which is what the goals compare, and over ordinary weeks and hard negatives together. A rule about one address or credential pages once in 24 hours. One that never gets that quiet is not compared; at a factor where `new-terms`, which knows only yes and no, is quiet, it is off.\n',
    table(
      [
        'rule',
        'what',
        'false pages at its default',
        'factor',
        'false pages there',
        'factor with hard negatives',
        'there',
      ],
      s.rules.map((r) => [
        r.rule,
        makeRules().find(({ id }) => id === r.rule)!.title,
        r.rateAtDefault.toFixed(2),
        `×${r.factor}`,
        r.rate.toFixed(3),
        `×${r.strict.factor}`,
        r.strict.rate.toFixed(3),
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
    s.evidence === null
      ? ''
      : `Of ${whole(s.evidence.credentialDays)} credential-days of the two ordinary weeks, those whose strongest finding by any detector has e ≥ 10^k, beside 10^-k: ${s.evidence.reached.map((n, i) => `k = ${i + 1}: ${n} (${((100 * n) / Math.max(1, s.evidence!.credentialDays)).toFixed(3)} %, ${100 / 10 ** (i + 1)} %)`).join('; ')}.\n`,
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

const whole = (value: number | null): string =>
  value === null ? '–' : Math.round(value).toLocaleString('en-US');
const percent = (value: number | null): string =>
  value === null ? '–' : `${Math.round(value * 1000) / 10} %`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
