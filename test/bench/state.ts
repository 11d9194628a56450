// `npm run bench:state`: what many credentials cost: memory of each and of the process, CPU time of an event against that with few
// credentials, and how soon a restarted `detect` judges again.
// Each part runs in a process of its own, so that none inherits another's memory. Everyone behaves; most credentials call once or twice.

import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { startBroker } from '../kafka/broker.ts';
import { machine, rounded } from './measure/cpu.ts';
import { detectStages } from './measure/detect-stages.ts';
import { lightMemory } from './measure/light-memory.ts';
import { restart } from './measure/state-restart.ts';

const HELP = `npm run bench:state -- [options]

  --credentials 1000000   how many
  --few 10000             how many to compare the cost of an event with
  --events 100000         events measured
  --warm 300000           ordinary calls before, beside the first of each credential
  --only memory|cost|restart
  --json                  figures as JSON on stdout

Needs Linux, and for restart Java 17 and Maven or a broker in KAFKA_BROKERS. A million credentials take ten minutes and 4 GB.

  npm run bench:state -- --credentials 1000000
  npm run bench:state -- --credentials 100000 --only restart --json`;

const { values } = parseArgs({
  options: {
    credentials: { type: 'string', default: '1000000' },
    few: { type: 'string', default: '10000' },
    events: { type: 'string', default: '100000' },
    warm: { type: 'string', default: '300000' },
    only: { type: 'string', default: '' },
    part: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const credentials = Number(values.credentials);
const warmEvents = Number(values.warm);
/** As `npm run bench:state` compiles it. */
const COMPILED = '.cache/bench/test/bench/state.js';
const LIMIT_MS = 3_600_000;

function onProgress(said: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${said}`);
}

interface Cost {
  credentials: number;
  judge_ns: number;
  parse_ns: number;
  resident_bytes: number;
}

/** What one child process measures. */
function measurePart(part: string): object {
  if (part === 'memory') return { ...lightMemory(credentials), resident_bytes: process.memoryUsage.rss() };
  const { stages } = detectStages({ credentials, warmEvents, events: Number(values.events) });
  const [read, verdict] = stages;
  const cost: Cost = {
    credentials,
    judge_ns: Math.round(verdict!.stageNs - read!.stageNs),
    parse_ns: Math.round(read!.parseNs),
    resident_bytes: process.memoryUsage.rss(),
  };
  return cost;
}

async function inChild<T>(part: string, count: number): Promise<T> {
  onProgress(`${part} with ${count} credentials`);
  const args = [
    '--part',
    part,
    '--credentials',
    `${count}`,
    '--events',
    values.events,
    '--warm',
    values.warm,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', COMPILED, ...args], {
    timeout: LIMIT_MS,
  });
  return JSON.parse(stdout) as T;
}

async function measureRestart() {
  const broker = await startBroker();
  if (broker === null)
    throw new Error('there is no Kafka broker: install Java 17+ and Maven, or set KAFKA_BROKERS');
  try {
    const found = await restart(broker, { credentials, warmEvents, onProgress });
    return {
      waiting: found.waiting,
      stored_bytes_per_credential: Math.round(found.storedBytesPerCredential),
      assigned_s: rounded(found.assignedSeconds, 1),
      first_verdict_s: rounded(found.firstVerdictSeconds, 1),
      detect_cpu_s: rounded(found.detectCpuSeconds, 1),
      clickhouse_cpu_s: rounded(found.serverCpuSeconds, 1),
      caught_up_s: rounded(found.caughtUpSeconds, 1),
      resident_bytes: found.residentBytes,
    };
  } finally {
    await broker.close();
  }
}

async function measure() {
  const wants = (part: string): boolean => values.only === '' || values.only === part;
  const memory = wants('memory')
    ? await inChild<ReturnType<typeof lightMemory> & { resident_bytes: number }>('memory', credentials)
    : null;
  const few = wants('cost') ? await inChild<Cost>('cost', Number(values.few)) : null;
  const many = wants('cost') ? await inChild<Cost>('cost', credentials) : null;
  const found = wants('restart') ? await measureRestart() : null;
  onProgress('');
  const relative = (cost: Cost): number => cost.judge_ns / cost.parse_ns;
  return {
    machine: machine(),
    credentials,
    memory,
    cost: few && many && { few, many, many_to_few: rounded(relative(many) / relative(few)) },
    restart: found,
  };
}

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;

function table({ memory, cost, restart: found }: Awaited<ReturnType<typeof measure>>): string {
  const count = credentials.toLocaleString('en');
  const out = new Table({
    head: [`${count} credentials`, 'measured', 'goal'],
    style: { head: [], border: [] },
  });
  if (memory !== null) {
    out.push(['a light credential', `${memory.bytes_per_credential} B`, '600 B']);
    out.push(['process with light credentials, resident', mib(memory.resident_bytes), '1,536 MiB']);
  }
  if (cost !== null) {
    out.push([
      `judging an event with ${cost.few.credentials.toLocaleString('en')}`,
      `${cost.few.judge_ns} ns`,
      '',
    ]);
    out.push([`judging an event with ${count}`, `${cost.many.judge_ns} ns`, '']);
    out.push(['many to few, both against JSON.parse', cost.many_to_few, '1.5']);
    out.push(['process after 21 days of calls, resident', mib(cost.many.resident_bytes), '1,536 MiB']);
  }
  if (found !== null) {
    out.push(['stored baseline', `${found.stored_bytes_per_credential} B`, '']);
    out.push(['start of detect → partitions assigned', `${found.assigned_s} s`, '']);
    out.push(['start of detect → first verdict stored', `${found.first_verdict_s} s`, '10 s']);
    out.push([
      '  CPU time of detect and of ClickHouse',
      `${found.detect_cpu_s} + ${found.clickhouse_cpu_s} s`,
      '',
    ]);
    out.push([
      `start of detect → ${found.waiting.toLocaleString('en')} waiting events committed`,
      `${found.caught_up_s} s`,
      '',
    ]);
    out.push(['detect then, resident', mib(found.resident_bytes), '']);
  }
  return out.toString();
}

if (values.help) process.stdout.write(`${HELP}\n`);
else if (values.part !== undefined) process.stdout.write(JSON.stringify(measurePart(values.part)));
else {
  const report = await measure();
  process.stdout.write(`${values.json ? JSON.stringify(report) : table(report)}\n`);
}
