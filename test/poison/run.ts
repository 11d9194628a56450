// `npm run poison`: hostile lines through everything that reads input. Prints what became of them; exits 1 when anything crashed,
// got lost or let a secret through.

import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { createProgress } from '../../services/scan/progress.ts';
import { type PoisonResult, poison, problems, type Tally } from './poison.ts';

const HELP = `npm run poison -- [options]

  --lines 1000000  how many mutated lines
  --seed 1         same seed, same lines
  --json           results as JSON on stdout

Examples:
  npm run poison -- --lines 1000000
  npm run poison -- --lines 20000 --seed 7 --json`;

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const lines = number('lines');
const progress = createProgress({ stream: process.stderr, now: () => performance.now() });
const result = await poison({
  lines,
  seed: number('seed'),
  onProgress: (state) => progress.update({ ...state, bytesRead: state.lines, bytesTotal: lines }),
});
progress.stop();
const wrong = problems(result);
process.stdout.write(
  values.json ? `${JSON.stringify({ ...result, problems: wrong }, null, 2)}\n` : words(result),
);
process.exitCode = wrong.length === 0 ? 0 : 1;

function number(name: 'lines' | 'seed'): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  process.stderr.write(`--${name} must be a whole number above 0, not ${values[name]}\n\n${HELP}\n`);
  process.exit(2);
}

function words(r: PoisonResult): string {
  const mutations = table('mutation', r.mutations);
  const formats = table('read as', { ...r.formats, 'Kafka messages': r.messages });
  const reasons = Object.entries(r.reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count.toLocaleString('en')} ${reason}`);
  const all = [
    `${count(r.lines.lines)} lines = ${count(r.lines.events)} events + ${count(r.lines.rejected)} rejections`,
    `${count(r.messages.lines)} Kafka messages = ${count(r.messages.events)} events + ${count(r.messages.rejected)} rejections`,
    `${count(r.carrying)} lines held a planted secret; ${count(r.leaks.length)} outputs did`,
    `${count(r.crashes.length)} crashes`,
  ];
  const end = wrong.length === 0 ? 'nothing crashed, nothing lost, no secret got through' : wrong.join('\n');
  return `${mutations}\n${formats}\nrejected: ${reasons.join(', ')}\n\n${all.join('\n')}\n${end}\n`;
}

function table(title: string, tallies: Record<string, Tally>): string {
  const rows = new Table({
    head: [title, 'lines', 'events', 'rejected'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const [name, t] of Object.entries(tallies))
    rows.push([name, count(t.lines), count(t.events), count(t.rejected)]);
  return rows.toString();
}

function count(n: number): string {
  return n.toLocaleString('en');
}
