// `npm run bench:kafka`: CPU time of a message with kafkajs, which services/bus uses, and with @platformatic/kafka, over the same topic of
// the same real broker, for each compression; consuming and producing. The clients take turns, each in a process of its own.
// Ratios within one run are to be trusted, absolute figures are not. The broker's CPU time is not counted.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import pino from 'pino';
import type { OutgoingMessage } from '../../services/bus/bus.ts';
import { createKafkaBus } from '../../services/bus/kafka.ts';
import { startBroker, type TestBroker } from '../kafka/broker.ts';
import { machine, median, rounded } from './measure/cpu.ts';
import {
  CLIENTS,
  type ClientName,
  type ClientOptions,
  CODECS,
  type Codec,
  type KafkaClient,
  LIBRARY,
  zstd,
} from './measure/kafka/client.ts';
import { createKafkajsClient } from './measure/kafka/kafkajs.ts';
import { createPlatformaticClients } from './measure/kafka/platformatic.ts';
import { ordinaryCalls, take } from './measure/ordinary-calls.ts';
import { messageOf } from './measure/servers.ts';

const HELP = `npm run bench:kafka -- [options]

  --messages 200000   messages in each topic
  --rounds 3          how often each client takes its turn; the median counts
  --codec none|lz4|zstd   only this one; zstd needs Node 22.15 or later
  --json              figures as JSON on stdout

Needs Java 17 and Maven, or a broker in KAFKA_BROKERS. Installs the other client into .cache once.

  npm run bench:kafka -- --json
  npm run bench:kafka -- --messages 50000 --rounds 1 --codec lz4`;

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    codec: { type: 'string' },
    part: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const WANTED = 'test/bench/kafka-clients/package.json';
const INSTALLED = '.cache/kafka-clients';
const PARTITIONS = 8;
const BATCH = 5_000;
const CREDENTIALS = 10_000;
const STEP_MS = 50;
/** Of the messages, sent before anything is counted: the code is compiled by then. */
const WARM_SHARE = 0.3;
const LIMIT_MS = 600_000;
const run = promisify(execFile);

/** What one child process measures. */
interface Part {
  what: 'consume' | 'produce';
  client: ClientName;
  codec: Codec;
  brokers: string[];
  topic: string;
  messages: number;
}

interface Usage {
  cpuNs: number;
  perSecond: number;
}

function onProgress(said: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${said}`);
}

function batches(messages: number): OutgoingMessage[][] {
  const source = ordinaryCalls({ credentials: CREDENTIALS, stepMs: STEP_MS });
  return Array.from({ length: Math.ceil(messages / BATCH) }, () => take(source, BATCH).map(messageOf));
}

async function openClient(name: ClientName, o: ClientOptions): Promise<KafkaClient> {
  if (name === 'kafkajs') return await createKafkajsClient(o);
  const { stream, fetch } = await createPlatformaticClients(o);
  return name === 'platformatic-stream' ? stream : fetch;
}

/** From the call to its return: what both clients used for so many messages. */
function stopwatch() {
  const begin = { cpu: process.cpuUsage(), at: performance.now() };
  return (messages: number): Usage => {
    const { user, system } = process.cpuUsage(begin.cpu);
    return {
      cpuNs: ((user + system) * 1000) / messages,
      perSecond: (messages / (performance.now() - begin.at)) * 1000,
    };
  };
}

async function measurePart({ what, client: name, codec, messages, ...at }: Part): Promise<Usage> {
  const client = await openClient(name, { ...at, installed: INSTALLED });
  if (what === 'produce') {
    const all = batches(messages);
    const warm = Math.ceil(all.length * WARM_SHARE);
    await client.produce!(all.slice(0, warm), codec);
    const stop = stopwatch();
    await client.produce!(all.slice(warm), codec);
    return stop((all.length - warm) * BATCH);
  }
  await consumeAll(client, messages);
  return await consumeAll(client, messages);
}

/** From the time the partitions are there until the last message was handed out: a whole topic, so that no fetch is half counted. */
async function consumeAll(client: KafkaClient, messages: number): Promise<Usage> {
  let seen = 0;
  let stop = stopwatch();
  let usage: Usage | null = null;
  await client.consume({
    joined: () => {
      stop = stopwatch();
    },
    take({ value }) {
      if (value === null) throw new Error('a message without a value');
      if (++seen < messages) return true;
      usage = stop(messages);
      return false;
    },
  });
  if (usage === null) throw new Error(`only ${seen} of ${messages} messages came`);
  return usage;
}

async function inChild(part: Part): Promise<Usage> {
  const args = ['--import', 'tsx', 'test/bench/kafka.ts', '--part', JSON.stringify(part)];
  const { stdout } = await run(process.execPath, args, { timeout: LIMIT_MS });
  return JSON.parse(stdout) as Usage;
}

async function install(): Promise<void> {
  if (existsSync(join(INSTALLED, 'node_modules', LIBRARY))) return;
  onProgress(`installing ${LIBRARY}`);
  await mkdir(INSTALLED, { recursive: true });
  await copyFile(WANTED, join(INSTALLED, 'package.json'));
  await run('npm', ['install', '--ignore-scripts', '--no-package-lock'], { cwd: INSTALLED });
}

/** Median of the rounds, for each client. */
async function takeTurns(part: Omit<Part, 'client'>, clients: readonly ClientName[]) {
  const usages = new Map<ClientName, Usage[]>(clients.map((client) => [client, []]));
  for (let round = 1; round <= Number(values.rounds); round++)
    for (const client of clients) {
      onProgress(`${part.what} ${part.codec}, round ${round}: ${client}`);
      usages.get(client)!.push(await inChild({ ...part, client }));
    }
  return clients.map((client) => {
    const of = usages.get(client)!;
    return {
      client,
      cpu_ns: Math.round(median(of.map(({ cpuNs }) => cpuNs))),
      per_second: Math.round(median(of.map(({ perSecond }) => perSecond))),
      to_kafkajs: rounded(median(of.map(({ cpuNs }, n) => cpuNs / usages.get('kafkajs')![n]!.cpuNs))),
    };
  });
}

async function measure(broker: TestBroker, codecs: readonly Codec[]) {
  const { brokers } = broker;
  const messages = Number(values.messages);
  const logger = pino({ level: 'silent' });
  const rows = [];
  for (const codec of codecs) {
    const topic = `bench-${codec}-${randomUUID().slice(0, 8)}`;
    const bus = await createKafkaBus({
      ...{ brokers, clientId: 'bench', compression: 'none', logger },
      ...{ partitions: PARTITIONS, replication: 1 },
    });
    await bus.ensureTopics([topic, `${topic}-out`]);
    await bus.close();
    const at = { codec, brokers, messages };
    onProgress(`filling ${topic}`);
    const filler = await openClient('kafkajs', { brokers, topic, installed: INSTALLED });
    await filler.produce!(batches(messages), codec);
    const consumed = await takeTurns({ ...at, what: 'consume', topic }, CLIENTS);
    const produced = await takeTurns({ ...at, what: 'produce', topic: `${topic}-out` }, [
      'kafkajs',
      'platformatic-stream',
    ]);
    rows.push(
      ...consumed.map((row) => ({ what: 'consume', codec, ...row })),
      ...produced.map((row) => ({ what: 'produce', codec, ...row })),
    );
  }
  onProgress('');
  return { machine: machine(), messages, rounds: Number(values.rounds), rows };
}

function table({ rows }: Awaited<ReturnType<typeof measure>>): string {
  const out = new Table({
    head: ['', 'compression', 'client', 'CPU of a message', 'to kafkajs', 'messages a second'],
    style: { head: [], border: [] },
  });
  for (const { what, codec, client, cpu_ns, to_kafkajs, per_second } of rows)
    out.push([what, codec, client, `${cpu_ns} ns`, to_kafkajs, per_second]);
  return out.toString();
}

function codecsWanted(): Codec[] {
  const known: readonly string[] = CODECS;
  if (values.codec !== undefined && !known.includes(values.codec))
    throw new Error(`--codec ${values.codec} is not one of ${CODECS.join(', ')}`);
  const wanted = CODECS.filter((codec) => values.codec === undefined || codec === values.codec);
  if (zstd === null && wanted.includes('zstd'))
    process.stderr.write(`zstd is left out: Node ${process.version} has none, 22.15 and later have\n`);
  return wanted.filter((codec) => zstd !== null || codec !== 'zstd');
}

async function main(): Promise<void> {
  const codecs = codecsWanted();
  await install();
  const broker = await startBroker();
  if (broker === null)
    throw new Error('there is no Kafka broker: install Java 17+ and Maven, or set KAFKA_BROKERS');
  try {
    const report = await measure(broker, codecs);
    process.stdout.write(`${values.json ? JSON.stringify(report) : table(report)}\n`);
  } finally {
    await broker.close();
  }
}

if (values.help) process.stdout.write(`${HELP}\n`);
else if (values.part !== undefined)
  process.stdout.write(JSON.stringify(await measurePart(JSON.parse(values.part) as Part)));
else await main();
