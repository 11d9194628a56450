// A real Apache Kafka broker for tests, found in this order: KAFKA_BROKERS; else Java 17+ and Maven, with which one is
// resolved from Maven Central once and started on free ports. Else null, with one loud line saying why.
// Always holds: the broker dies with the process that started it; KEYTRAIL_REQUIRE_KAFKA=1 turns null into an error.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pino from 'pino';
import { createKafkaBus } from '../../services/bus/kafka.ts';

const run = promisify(execFile);
const HERE = dirname(fileURLToPath(import.meta.url));
const POM = join(HERE, 'pom.xml');
const CACHE = join(HERE, '..', '..', '.cache', 'kafka');
const START_MS = 60_000;

export interface TestBroker {
  /** `host:port`, for KAFKA_BROKERS. */
  brokers: string[];
  /** Ends it as kill -9 does; restart() brings it back with its data at the same address. Null where it is not ours. */
  kill: (() => Promise<void>) | null;
  restart(): Promise<void>;
  /** Its process, which restart() replaces, and where its topics are; null where it is not ours. */
  readonly own: { readonly pid: number; readonly data: string } | null;
  close(): Promise<void>;
}

/** Set for child processes once it is known that there is no broker, so that they do not look again. */
const ABSENT = 'KEYTRAIL_TEST_KAFKA_ABSENT';

export async function startBroker(): Promise<TestBroker | null> {
  if (process.env.KAFKA_BROKERS)
    return {
      brokers: process.env.KAFKA_BROKERS.split(','),
      kill: null,
      restart: async () => {},
      own: null,
      close: async () => {},
    };
  if (process.env[ABSENT]) return null;
  const reason = await whyNoJava();
  if (reason === null) return await startOwn();
  if (process.env.KEYTRAIL_REQUIRE_KAFKA === '1')
    throw new Error(`Kafka is required for the tests, but ${reason}`);
  process.env[ABSENT] = reason;
  process.stderr.write(
    `\n!!! KAFKA TESTS SKIPPED: ${reason}. Install Java 17+ and Maven, or set KAFKA_BROKERS=host:port.\n\n`,
  );
  return null;
}

async function whyNoJava(): Promise<string | null> {
  const java = await run('java', ['-version']).catch(() => null);
  if (java === null) return 'there is no java';
  const version = Number(/version "(?:1\.)?(\d+)/.exec(java.stderr + java.stdout)?.[1] ?? 0);
  if (version < 17) return `java is version ${version}, not 17 or later`;
  if (existsSync(libraries())) return null;
  return (await run('mvn', ['-v']).catch(() => null)) === null ? 'there is no mvn to fetch Kafka with' : null;
}

/** Folder of the broker's jars, by the version in pom.xml. */
function libraries(): string {
  const version = /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(
    readFileSync(POM, 'utf8'),
  )?.[1];
  return join(CACHE, version ?? 'unknown', 'lib');
}

async function resolveLibraries(): Promise<string> {
  const folder = libraries();
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const staging = await mkdtemp(join(dirname(folder), 'fetch-'));
  await run('mvn', ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${staging}`]);
  await writeFile(join(staging, 'log4j2.properties'), LOG4J);
  // Another process may have been faster; either folder is complete.
  await rename(staging, folder).catch(() => rm(staging, { recursive: true }));
  return folder;
}

const LOG4J = `rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
`;

async function startOwn(): Promise<TestBroker> {
  const lib = await resolveLibraries();
  const dir = await mkdtemp(join(tmpdir(), 'keytrail-kafka-'));
  const [port, controller] = await freePorts(2);
  const address = `127.0.0.1:${port}`;
  const data = join(dir, 'data');
  const properties = join(dir, 'server.properties');
  await writeFile(properties, configuration(port!, controller!, data));
  const java = [
    '-Xmx512m',
    '-XX:+UseSerialGC',
    `-Dlog4j2.configurationFile=${join(lib, 'log4j2.properties')}`,
  ];
  const classpath = ['-cp', `${join(lib, '*')}`];
  await run('java', [
    ...java,
    ...classpath,
    'kafka.tools.StorageTool',
    'format',
    '--cluster-id',
    'a2V5dHJhaWwtdGVzdC0wMQ',
    '--config',
    properties,
  ]);
  const keep = join(dir, 'keep');
  let child: ChildProcess | null = null;
  const end = async () => {
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.stdin!.end();
      await exit;
    }
  };
  const begin = async () => {
    child = spawnGuarded('java', [...java, ...classpath, 'kafka.Kafka', properties], dir);
    const output: string[] = [];
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (text: Buffer) => {
        output.push(text.toString());
        if (output.length > 200) output.shift();
      });
    try {
      await ready(address, child);
    } catch (error) {
      await end();
      throw new Error(`the Kafka test broker did not start: ${(error as Error).message}\n${output.join('')}`);
    }
  };
  await begin();
  return {
    brokers: [address],
    async kill() {
      await writeFile(keep, '');
      await end();
    },
    async restart() {
      await begin();
      await rm(keep, { force: true });
    },
    get own() {
      return { pid: Number(readFileSync(join(dir, 'pid'), 'utf8')), data };
    },
    async close() {
      await rm(keep, { force: true });
      await end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Runs a command that is ended, and its folder removed, as soon as our end of its standard input closes. */
function spawnGuarded(command: string, args: string[], dir: string): ChildProcess {
  const script = `exec 3<&0
"$@" </dev/null 3<&- &
child=$!
echo "$child" >"$DIR/pid"
(cat <&3 >/dev/null; kill -9 "$child" 2>/dev/null) &
guard=$!
exec 3<&- >/dev/null 2>&1
wait "$child"
kill "$guard" 2>/dev/null
[ -e "$DIR/keep" ] || rm -rf "$DIR"`;
  return spawn('sh', ['-c', script, 'sh', command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, DIR: dir },
  });
}

function configuration(port: number, controller: number, data: string): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': data,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 500,
    'auto.create.topics.enable': false,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return await Promise.all(
    servers.map(async (server) => {
      const { port } = server.address() as { port: number };
      server.close();
      await once(server, 'close');
      return port;
    }),
  );
}

/** Waits until the broker answers an admin client. */
async function ready(address: string, child: ChildProcess): Promise<void> {
  const bus = await createKafkaBus({
    brokers: [address],
    clientId: 'keytrail-test',
    compression: 'none',
    partitions: 1,
    replication: 1,
    logger: pino({ level: 'silent' }),
  });
  try {
    for (const deadline = Date.now() + START_MS; ; ) {
      if (child.exitCode !== null) throw new Error(`it exited with ${child.exitCode}`);
      try {
        await bus.ping();
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  } finally {
    await bus.close();
  }
}
