// `npm run soak`: full speed for minutes. Prints memory as a picture and whether it is flat; exits 1 when it is not, or when anything
// was lost or repeated.

import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { createProgress } from '../../services/scan/progress.ts';
import { startBroker } from '../kafka/broker.ts';
import type { Flatness, Sample } from './flatness.ts';
import { problems, type SoakResult, soak } from './soak.ts';

const HELP = `npm run soak -- [options]

  --minutes 20          how long; the first half is for warming up
  --credentials 1000    credentials the traffic is of; what is kept of each grows for its first hundreds of calls, so that many
                        credentials need many minutes until memory can be flat
  --seed 1              of the traffic
  --json                results as JSON on stdout, with every sample

Needs Linux, and Java 17 and Maven or a broker in KAFKA_BROKERS.

Examples:
  npm run soak -- --minutes 20
  npm run soak -- --minutes 2 --json`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    credentials: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const MIB = 2 ** 20;
const minutes = number('minutes');
const broker = await startBroker();
if (broker === null) process.exit(1);
const progress = createProgress({ stream: process.stderr, now: () => performance.now() });
try {
  const result = await soak(broker, {
    minutes,
    credentials: number('credentials'),
    seed: number('seed'),
    onProgress: ({ seconds, events }) =>
      progress.update({ bytesRead: seconds, bytesTotal: minutes * 60, lines: events, events, incidents: 0 }),
  });
  progress.stop();
  const wrong = problems(result);
  process.stdout.write(
    values.json ? `${JSON.stringify({ ...result, problems: wrong }, null, 2)}\n` : words(result, wrong),
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  progress.stop();
  await broker.close();
}

function number(name: 'minutes' | 'credentials' | 'seed'): number {
  const value = Number(values[name]);
  if (value > 0) return value;
  process.stderr.write(`--${name} must be a number above 0, not ${values[name]}\n\n${HELP}\n`);
  process.exit(2);
}

function words(r: SoakResult, wrong: readonly string[]): string {
  const table = new Table({
    head: [
      'MiB resident',
      'first',
      'at half',
      'last',
      'most',
      'second half, a minute',
      'within',
      'memory is',
    ],
    style: { head: [], border: [] },
  });
  table.push(row('detect', r.detect), row('ClickHouse', r.clickhouse));
  const count = (n: number) => n.toLocaleString('en');
  return [
    `${r.minutes} minutes, ${count(r.events)} events of ${count(r.credentials)} credentials, ${count(r.eventsPerSecond)} events/s`,
    `detect      ${picture(r.detect.samples)}`,
    `ClickHouse  ${picture(r.clickhouse.samples)}`,
    table.toString(),
    `${count(r.stored)} events stored, ${count(r.distinct)} distinct; ${count(r.findings)} findings, ${count(r.incidents)} incidents`,
    wrong.length === 0 ? 'memory is flat; nothing lost, nothing twice' : wrong.join('\n'),
    '',
  ].join('\n');
}

function row(
  name: string,
  { samples, flatness }: { samples: Sample[]; flatness: Flatness | null },
): string[] {
  const mib = (bytes: number) => (bytes / MIB).toFixed(0);
  const slope = (bytes: number) => (bytes / MIB).toFixed(2);
  const at = (share: number) => mib(samples[Math.floor((samples.length - 1) * share)]?.bytes ?? 0);
  const most = mib(Math.max(...samples.map(({ bytes }) => bytes)));
  const line =
    flatness === null
      ? ['', '', 'not known']
      : [slope(flatness.slope), `${slope(flatness.low)} to ${slope(flatness.high)}`, flatness.verdict];
  return [name, at(0), at(0.5), at(1), most, ...line];
}

/** Sixty columns, from nothing to the most. */
function picture(samples: readonly Sample[]): string {
  const BARS = '▁▂▃▄▅▆▇█';
  const most = Math.max(...samples.map(({ bytes }) => bytes));
  const columns = Math.min(60, samples.length);
  return Array.from({ length: columns }, (_, i) => {
    const part = samples.slice((i * samples.length) / columns, ((i + 1) * samples.length) / columns);
    const height = Math.max(...part.map(({ bytes }) => bytes)) / most;
    return BARS[Math.min(BARS.length - 1, Math.floor(height * BARS.length))];
  }).join('');
}
