// `npm run bench:scale`: several `detect` processes on the partitions of one real broker, with one ClickHouse server: CPU time of an event in
// each of them, events a second, state of a process, and what a rebalance costs. docs/scale.md plans with these figures.
// All share the machine: once its cores are full, more processes take no more events, and only the CPU time says what they would take.

import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { startBroker, type TestBroker } from '../kafka/broker.ts';
import { machine, rounded } from './measure/cpu.ts';
import { type Rebalance, rebalances } from './measure/rebalance.ts';
import { PARTITIONS } from './measure/servers.ts';
import { type Throughput, throughput } from './measure/service-throughput.ts';

const HELP = `npm run bench:scale -- [options]

  --processes 1,2,4      how many detect at once, one measurement each
  --events 400000        events in the topic before detection starts
  --credentials 10000    credentials they are of
  --rate 1000            events a second while members are killed, join and leave
  --session 10000        kafka.sessionTimeoutMs then
  --only throughput|rebalance
  --json                 figures as JSON on stdout

Needs Linux, and Java 17 and Maven or a broker in KAFKA_BROKERS.

  npm run bench:scale -- --json
  npm run bench:scale -- --only rebalance --rate 500`;

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '1,2,4' },
    events: { type: 'string', default: '400000' },
    credentials: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '1000' },
    session: { type: 'string', default: '10000' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const credentials = Number(values.credentials);

function onProgress(said: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${said}`);
}

async function measure(broker: TestBroker) {
  const runs: Throughput[] = [];
  if (values.only !== 'rebalance')
    for (const processes of values.processes.split(',').map(Number))
      runs.push(
        await throughput(broker, { processes, events: Number(values.events), credentials, onProgress }),
      );
  const found =
    values.only === 'throughput'
      ? []
      : await rebalances(broker, {
          eventsPerSecond: Number(values.rate),
          credentials,
          sessionTimeoutMs: Number(values.session),
          onProgress,
        });
  onProgress('');
  return figures(runs, found);
}

function figures(runs: readonly Throughput[], found: readonly Rebalance[]) {
  const [one] = runs;
  return {
    machine: machine(),
    partitions: PARTITIONS,
    credentials,
    processes: runs.map((run) => ({
      processes: run.processes,
      events_per_second: Math.round(run.eventsPerSecond),
      detect_cpu_ns: Math.round(run.detectNs),
      clickhouse_cpu_ns: Math.round(run.clickhouseNs),
      broker_cpu_ns: run.brokerNs === null ? null : Math.round(run.brokerNs),
      /** What so many processes would take with cores of their own, to the first of these runs. */
      by_cpu: rounded((run.processes * one!.detectNs) / (one!.processes * run.detectNs)),
      /** By the wall clock of a machine that they and both servers share. */
      by_wall: rounded(run.eventsPerSecond / one!.eventsPerSecond),
      resident_mib: Math.round(run.residentBytes / 2 ** 20),
      event_bytes: run.bytesPerEvent,
      topic_bytes_per_event: run.topicBytesPerEvent === null ? null : rounded(run.topicBytesPerEvent, 1),
      learned_bytes_per_credential: Math.round(run.learnedBytes / credentials),
      inserts: run.inserts,
    })),
    session_timeout_s: Number(values.session) / 1000,
    rebalances: found.map(({ what, longestSeconds, medianSeconds }) => ({
      what,
      still_longest_s: rounded(longestSeconds, 1),
      still_median_s: rounded(medianSeconds, 1),
    })),
  };
}

const micros = (ns: number | null): string => (ns === null ? '' : `${rounded(ns / 1000, 1)} µs`);
const WHAT: Record<Rebalance['what'], string> = {
  usual: 'no rebalance: between two commits',
  killed: 'a member was killed',
  joined: 'a member joined, from its start',
  left: 'a member was stopped',
};

function tables(report: ReturnType<typeof figures>): string {
  const style = { head: [], border: [] };
  const scale = new Table({
    head: [
      'detect',
      'events/s ◷',
      'to one ◷',
      'to one, CPU',
      'CPU: detect',
      'ClickHouse',
      'broker',
      'resident',
    ],
    style,
  });
  for (const run of report.processes)
    scale.push([
      run.processes,
      run.events_per_second,
      run.by_wall,
      run.by_cpu,
      micros(run.detect_cpu_ns),
      micros(run.clickhouse_cpu_ns),
      micros(run.broker_cpu_ns),
      `${run.resident_mib} MiB`,
    ]);
  const still = new Table({ head: ['partitions stood still for', 'longest', 'median'], style });
  for (const { what, still_longest_s, still_median_s } of report.rebalances)
    still.push([WHAT[what], `${still_longest_s} s`, `${still_median_s} s`]);
  const said = [`${report.machine.cores} cores for all of it; CPU is per event, ◷ is the wall clock.`];
  if (report.processes.length > 0) said.push(scale.toString());
  if (report.rebalances.length > 0)
    said.push(`kafka.sessionTimeoutMs: ${report.session_timeout_s} s`, still.toString());
  return said.join('\n');
}

async function main(): Promise<void> {
  const broker = await startBroker();
  if (broker === null)
    throw new Error('there is no Kafka broker: install Java 17+ and Maven, or set KAFKA_BROKERS');
  try {
    const report = await measure(broker);
    process.stdout.write(`${values.json ? JSON.stringify(report) : tables(report)}\n`);
  } finally {
    await broker.close();
  }
}

if (values.help) process.stdout.write(`${HELP}\n`);
else await main();
