// `npm run bench`: how fast each stage is, as a ratio to bare JSON.parse of the same bytes in the same run on one core, beside the
// goal and the committed figures of test/bench/baseline.json. 1.0 means: as fast as JSON.parse alone.
// Runs compiled, since the loader of the sources costs 10 to 20 %. Does not measure Kafka, ClickHouse or the network.

import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { type Comparison, change, compare, readBaseline, saveBaseline } from './measure/baseline.ts';
import { machine, rounded } from './measure/cpu.ts';
import { detectStages } from './measure/detect-stages.ts';
import { ingestStages, type StageTimes } from './measure/ingest-stages.ts';

const HELP = `npm run bench -- [options]

  --events 200000        events measured in each stage
  --credentials 100000   credentials that the engine has in memory
  --warm 300000          events the engine has seen before, over 21 days
  --only ingest|detect   one half of the stages
  --json                 figures as JSON on stdout
  --check                exit 1 when a ratio is less than 60 % of the committed one
  --save                 make this run the committed figures (test/bench/baseline.json)

  npm run bench -- --json
  npm run bench -- --only detect --credentials 10000`;

const GOALS: Record<string, number> = {
  'kong-line-to-event': 1.4,
  'kong-line-of-1000-callers': 1.4,
  'combined-line-to-event': 1.4,
  'message-to-event': 1.4,
  'message-to-verdict': 1,
  'message-to-insert': 0.6,
};
/** What a ratio may lose: machines are noisy, and other ones differ. */
const TOLERANCE = 0.4;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '200000' },
    credentials: { type: 'string', default: '100000' },
    warm: { type: 'string', default: '300000' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function main(): void {
  const events = Number(values.events);
  say('ingest');
  const ingest = values.only === 'detect' ? [] : ingestStages(events);
  const detect =
    values.only === 'ingest'
      ? null
      : detectStages({
          events,
          credentials: Number(values.credentials),
          warmEvents: Number(values.warm),
          onProgress: say,
        });
  say('');
  const stages = [...ingest, ...(detect?.stages ?? [])];
  const ratios = Object.fromEntries(
    stages.map(({ stage, parseNs, stageNs }) => [stage, rounded(parseNs / stageNs, 3)]),
  );
  const compared = compare(ratios, readBaseline('stages'), TOLERANCE);
  if (values.save) saveBaseline('stages', { ...readBaseline('stages'), ...ratios });
  if (values.json) {
    const { credentials, findings } = detect ?? { credentials: 0, findings: 0 };
    const rows = stages.map((times, i) => figures(times, compared[i]!));
    process.stdout.write(
      `${JSON.stringify({ machine: machine(), events, credentials, findings, stages: rows })}\n`,
    );
  } else process.stdout.write(`${table(stages, compared)}\n`);
  if (values.check && compared.some(({ regressed }) => regressed)) process.exitCode = 1;
}

function figures({ stage, bytesPerEvent, parseNs, stageNs }: StageTimes, compared: Comparison) {
  return {
    stage,
    ratio: compared.ratio,
    goal: GOALS[stage],
    baseline: compared.before ?? null,
    regressed: compared.regressed,
    bytes_per_event: bytesPerEvent,
    parse_ns: Math.round(parseNs),
    stage_ns: Math.round(stageNs),
    events_per_second: Math.round(1e9 / stageNs),
  };
}

function table(stages: readonly StageTimes[], compared: readonly Comparison[]): string {
  const out = new Table({
    head: ['stage', 'B/event', 'JSON.parse', 'stage', 'events/s', 'ratio', 'goal', 'committed', 'change'],
    style: { head: [], border: [] },
    colAligns: ['left', ...Array.from({ length: 8 }, () => 'right' as const)],
  });
  for (const [i, times] of stages.entries()) {
    const { stage, bytesPerEvent, parseNs, stageNs } = times;
    const one = compared[i]!;
    out.push([
      stage,
      bytesPerEvent,
      `${Math.round(parseNs)} ns`,
      `${Math.round(stageNs)} ns`,
      Math.round(1e9 / stageNs).toLocaleString('en'),
      one.ratio.toFixed(2),
      (GOALS[stage] ?? 0).toFixed(1),
      one.before?.toFixed(2) ?? '',
      one.regressed ? `${change(one)} !` : change(one),
    ]);
  }
  const { cpu, cores, node } = machine();
  return `${out.toString()}\nCPU time on one core of ${cores} × ${cpu}, Node ${node}. Each stage includes those before it; ratio: JSON.parse of the same bytes divided by the stage.`;
}

if (values.help) process.stdout.write(`${HELP}\n`);
else main();
