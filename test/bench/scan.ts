// `npm run bench:scan`: lines a second that `keytrail scan` reads of a combined-format log, against goaccess over the same file in the
// same run, when goaccess is installed. Both from a cold start, on all cores of the machine; CPU time counts less of what else it does.

import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { machine, rounded } from './measure/cpu.ts';
import { gatewayLines } from './measure/gateway-lines.ts';

const HELP = `npm run bench:scan -- [options]

  --lines 1000000        lines of the log
  --credentials 10000    callers in it
  --json                 figures as JSON on stdout

Install goaccess (apt-get install goaccess) to have it timed as well.

  npm run bench:scan -- --lines 200000`;

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    credentials: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const LIMIT_MS = 3_600_000;
const run = promisify(execFile);

function* chunks(): Generator<string> {
  const source = gatewayLines({ credentials: Number(values.credentials) });
  for (let n = 0; n < Number(values.lines); n++) yield `${source.next().value!.combined}\n`;
}

interface Timed {
  seconds: number;
  cpuSeconds: number;
}

/** Runs a command to its end, its output dropped. The shell tells the CPU time of its children. */
async function timed(command: string, args: readonly string[]): Promise<Timed> {
  const begin = performance.now();
  const script = '"$@" >/dev/null 2>&1 || exit 1; times';
  const { stdout } = await run('sh', ['-c', script, 'sh', command, ...args], { timeout: LIMIT_MS });
  const seconds = (performance.now() - begin) / 1000;
  const last = stdout.trim().split('\n').at(-1) ?? '';
  const cpu = [...last.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  return { seconds, cpuSeconds: cpu.reduce((sum, one) => sum + one, 0) };
}

async function hasGoaccess(): Promise<boolean> {
  return await run('goaccess', ['--version']).then(
    () => true,
    () => false,
  );
}

async function measure() {
  const dir = await mkdtemp(join(tmpdir(), 'keytrail-bench-'));
  try {
    const log = join(dir, 'access.log');
    await pipeline(Readable.from(chunks()), createWriteStream(log));
    const report = ['--log-format=COMBINED', '--no-progress', '-o', join(dir, 'report.json')];
    const goaccess = (await hasGoaccess()) ? await timed('goaccess', [log, ...report]) : null;
    const scan = ['.cache/bench/services/main.js', 'scan', '--format', 'combined', '--summary-json', log];
    return { keytrail: await timed(process.execPath, scan), goaccess };
  } finally {
    await rm(dir, { recursive: true });
  }
}

function figures({ keytrail, goaccess }: Awaited<ReturnType<typeof measure>>) {
  const lines = Number(values.lines);
  const of = ({ seconds, cpuSeconds }: Timed) => ({
    seconds: rounded(seconds, 1),
    cpu_seconds: rounded(cpuSeconds, 1),
    lines_per_second: Math.round(lines / seconds),
    lines_per_cpu_second: Math.round(lines / cpuSeconds),
  });
  return {
    machine: machine(),
    lines,
    keytrail: of(keytrail),
    goaccess: goaccess && of(goaccess),
    keytrail_to_goaccess: goaccess && rounded(goaccess.seconds / keytrail.seconds),
    by_cpu_time: goaccess && rounded(goaccess.cpuSeconds / keytrail.cpuSeconds),
  };
}

function table({ lines, keytrail, goaccess, ...ratios }: ReturnType<typeof figures>): string {
  const head = [`${lines.toLocaleString('en')} lines`, 'seconds', 'CPU seconds', 'lines/s', 'goal'];
  const out = new Table({ head, style: { head: [], border: [] } });
  out.push(['keytrail scan', keytrail.seconds, keytrail.cpu_seconds, keytrail.lines_per_second, 150_000]);
  if (goaccess === null) return `${out.toString()}\ngoaccess is not installed: no comparison.`;
  out.push(['goaccess', goaccess.seconds, goaccess.cpu_seconds, goaccess.lines_per_second, '']);
  out.push(['keytrail to goaccess', ratios.keytrail_to_goaccess, ratios.by_cpu_time, '', '4']);
  return out.toString();
}

if (values.help) process.stdout.write(`${HELP}\n`);
else {
  const report = figures(await measure());
  process.stdout.write(`${values.json ? JSON.stringify(report) : table(report)}\n`);
}
