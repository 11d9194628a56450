// npm run bench:detection: how many records leave before Keytrail speaks, and how rarely it cries wolf.
// Prints a table, or with --json everything; --report writes docs/benchmark.md and its pictures. Runs on all cores.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';
import { ATTACKS } from '../../scenarios/attacks/index.ts';
import { writeScenario } from '../../scenarios/write-scenario.ts';
import { commitHere } from './commit.ts';
import { HELP, options, UsageError } from './options.ts';
import { cellsIn, type Task, tasksOf } from './plan.ts';
import { runAll } from './pool.ts';
import { writeReport } from './report.ts';
import type { CellResult, RunHeader } from './results.ts';
import { summarise } from './summary.ts';
import { tables } from './table.ts';

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
  const tasks = o.from === undefined ? [...tasksOf(o, o.seeds), ...sweepOf(o)] : [];
  const total = tasks.reduce((sum, task) => sum + cellsIn(task), 0);
  const started = Date.now();
  const old = o.from === undefined ? null : earlier(o.from);
  const header: RunHeader | null = old
    ? old.header
    : {
        type: 'run',
        commit: commitHere(),
        started: new Date(started).toISOString(),
        machine: `${cpus().length} cores ${cpus()[0]?.model.trim() ?? ''} (${arch()}, Node ${process.versions.node})`,
        size: o.size,
        jobs: o.jobs,
      };
  const results: CellResult[] = old?.results ?? [];
  if (o.results && header) writeFileSync(o.results, `${JSON.stringify(header)}\n`);
  await runAll(tasks, {
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
  // Those of the sweep are for the curve only.
  const usual = results.filter((r) => (r.threshold ?? 1) === o.threshold);
  const summary = summarise(usual);
  const facts = {
    seconds: old ? null : Math.round((Date.now() - started) / 1000),
    commit: header?.commit ?? o.commit ?? 'not said',
    started: header?.started ?? null,
    machine: header?.machine ?? 'a machine that is not said',
    cells: results.length,
    seeds: [...new Set(usual.map(({ seed }) => seed))].sort((a, b) => a - b),
    threshold: o.threshold,
    sweep: [...new Set(results.map((r) => r.threshold ?? 1))].filter((factor) => factor !== o.threshold),
    size: header?.size ?? o.size,
    jobs: header?.jobs ?? o.jobs,
  };
  if (o.report) writeReport(o.report, { summary, facts, results });
  process.stdout.write(o.json ? `${JSON.stringify({ facts, summary, results })}\n` : `${tables(summary)}\n`);
}

function sweepOf(o: ReturnType<typeof options>): Task[] {
  const scenarios = o.scenarios.filter((id) => id === 'benign' || id.startsWith('B'));
  return o.sweep
    .filter((threshold) => threshold !== o.threshold)
    .flatMap((threshold) =>
      tasksOf({ ...o, scenarios, variants: ['reported'], threshold }, o.seeds.slice(0, 2)),
    );
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

function earlier(path: string): { header: RunHeader | null; results: CellResult[] } {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const read = lines.map((line) => JSON.parse(line) as CellResult | RunHeader);
  return {
    header: read.find((one) => one.type === 'run') ?? null,
    results: read.filter((one) => one.type !== 'run'),
  };
}

function keyOf(r: CellResult): string {
  const factor = r.threshold ?? 1;
  if (r.type === 'benign') return `a ${r.archetype} ${r.seed} ${factor}`;
  return r.type === 'negative'
    ? `c ${r.scenario} ${r.seed} ${factor}`
    : `b ${r.scenario} ${r.shape} ${r.variant} ${r.seed} ${factor}`;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `bench:detection: ${error instanceof UsageError ? error.message : String((error as Error).stack)}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
