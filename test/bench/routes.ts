// Measures how often the learned template is the one the API's own description gives, weighted by request, and how fast it is found.
// Run: npm run bench:routes -- --corpus FILE.jsonl[.gz] [--seed 1] [--calls 40000] [--api NAME] [--misses] [--json]
// The corpus has one operation a line: {api, server, method, path, path_params: {name: {type, format, enum, pattern, example}}}.
// Same seed, same traffic. Does not promise that real traffic has these proportions; docs/routes.md says what is assumed.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createRouteLearner, type RouteCall } from '../../detectors/routes/learner.ts';
import { createTraffic, type Operation, type TrafficCall } from './route-traffic.ts';

interface Score {
  api: string;
  operations: number;
  calls: number;
  /** Share of calls whose template had the right structure when first resolved. */
  early: number;
  /** The same after learning, by canonical(). */
  final: number;
  /** Distinct templates after learning over distinct ones in truth. */
  templates: number;
  truths: number;
  nodes: number;
  microseconds: number;
  /** Time to resolve the calls again once learned, over time to JSON.parse them. */
  ratio: number;
}

/** Parameter names do not count: `/users/{id}/repos` and `/users/{username}/repos` are the same structure. */
function structure(template: string): string {
  return template.replace(/\{[^}]*\}/g, '{}');
}

/** Shortest of five runs, ms: the machine may be busy with something else. */
function best(run: () => void): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const from = performance.now();
    run();
    shortest = Math.min(shortest, performance.now() - from);
  }
  return shortest;
}

function measure(api: string, calls: TrafficCall[], operations: number, misses: Map<string, number>): Score {
  const learner = createRouteLearner();
  let early = 0;
  let scored = 0;
  const inputs: RouteCall[] = calls.map((c) => ({
    tenant: api,
    method: c.method,
    path: c.path,
    query: c.query,
    status: c.status,
    gatewayRoute: null,
    lineage: c.lineage,
    at: c.at,
  }));
  const lines = inputs.map((c) => JSON.stringify(c));
  const parsed = best(() => {
    for (const line of lines) JSON.parse(line);
  });
  const routes: string[] = inputs.map((input) => learner.resolve(input).route);
  let final = 0;
  const templates = new Set<string>();
  const truths = new Set<string>();
  for (let i = 0; i < calls.length; i++) {
    const call = calls[i]!;
    if (call.template === null) continue;
    scored++;
    const truth = structure(call.template);
    truths.add(truth);
    if (structure(routes[i]!) === truth) early++;
    const learned = structure(learner.canonical(call.method, call.path, api));
    templates.add(learned);
    if (learned === truth) final++;
    else {
      const key = `${truth}  →  ${learned}`;
      misses.set(key, (misses.get(key) ?? 0) + 1);
    }
  }
  // Speed of the learned state: the same calls again.
  const resolved = best(() => {
    for (const input of inputs) learner.resolve(input);
  });
  return {
    api,
    operations,
    calls: scored,
    early: early / scored,
    final: final / scored,
    templates: templates.size,
    truths: truths.size,
    nodes: learner.statistics().nodes,
    microseconds: (resolved * 1000) / calls.length,
    ratio: resolved / parsed,
  };
}

function readOperations(file: string): Operation[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => {
      try {
        return JSON.parse(line) as Operation;
      } catch (error) {
        throw new Error(`${file} line ${i + 1}: ${(error as Error).message}`);
      }
    });
}

function main(): void {
  const { values } = parseArgs({
    options: {
      corpus: { type: 'string' },
      seed: { type: 'string', default: '1' },
      calls: { type: 'string', default: '40000' },
      api: { type: 'string' },
      misses: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.corpus === undefined) {
    process.stderr.write('Give the operations file: --corpus FILE.jsonl[.gz]\n');
    process.exitCode = 2;
    return;
  }
  const byApi = new Map<string, Operation[]>();
  for (const operation of readOperations(values.corpus)) {
    if (values.api !== undefined && operation.api !== values.api) continue;
    const list = byApi.get(operation.api);
    if (list === undefined) byApi.set(operation.api, [operation]);
    else list.push(operation);
  }
  const misses = new Map<string, number>();
  const scores: Score[] = [];
  for (const [api, operations] of byApi) {
    const calls = createTraffic({ operations, seed: Number(values.seed), calls: Number(values.calls) });
    scores.push(measure(api, calls, operations.length, misses));
  }
  const total = scores.reduce((n, s) => n + s.calls, 0);
  const all = (of: (s: Score) => number): number => scores.reduce((n, s) => n + of(s) * s.calls, 0) / total;
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ seed: Number(values.seed), scores, early: all((s) => s.early), final: all((s) => s.final), ratio: all((s) => s.ratio) })}\n`,
    );
    return;
  }
  const percent = (x: number): string => `${(x * 100).toFixed(2)} %`.padStart(9);
  for (const s of scores)
    process.stdout.write(
      `${s.api.padEnd(14)} ${String(s.operations).padStart(5)} operations ${String(s.calls).padStart(7)} calls  early ${percent(s.early)}  final ${percent(s.final)}  templates ${s.templates}/${s.truths}  nodes ${s.nodes}  ${s.microseconds.toFixed(2)} µs  ${s.ratio.toFixed(2)}× JSON.parse\n`,
    );
  process.stdout.write(
    `all            early ${percent(all((s) => s.early))}  final ${percent(all((s) => s.final))}  ${all((s) => s.ratio).toFixed(2)}× JSON.parse\n`,
  );
  if (values.misses) {
    const worst = [...misses].sort((a, b) => b[1] - a[1]).slice(0, 40);
    for (const [key, n] of worst) process.stdout.write(`${String(n).padStart(7)}  ${key}\n`);
  }
}

main();
