// A `detect` process that starts with many stored credentials: how long until its first verdict is in the store, and until it has
// caught up with what was waiting. The baselines are of a real engine; ClickHouse is restarted before, so its caches are cold.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../../detectors/engine-contract.ts';
import { createParts } from '../../../services/detect/parts.ts';
import type { LearnedRow } from '../../../services/store/store.ts';
import type { TestBroker } from '../../kafka/broker.ts';
import { until } from '../../until.ts';
import { take } from './ordinary-calls.ts';
import { touch, writePlanted } from './planted.ts';
import { cpuOf, residentOf } from './process-usage.ts';
import { messageOf, openServers, type Servers } from './servers.ts';
import { type Warm, warmEngine } from './warm-engine.ts';

export interface Restart {
  credentials: number;
  storedBytesPerCredential: number;
  waiting: number;
  /** Until it had partitions and what credentials share. */
  assignedSeconds: number;
  firstVerdictSeconds: number;
  /** CPU time until then, of `detect` and of ClickHouse: what an idle machine would need at least. */
  detectCpuSeconds: number;
  serverCpuSeconds: number;
  caughtUpSeconds: number;
  residentBytes: number;
}

const WAITING = 20_000;
const ROWS = 20_000;
const TENANT = 'acme';

export async function restart(broker: TestBroker, o: Warm): Promise<Restart> {
  const dir = await mkdtemp(join(tmpdir(), 'keytrail-bench-'));
  const facts = join(dir, 'facts.json');
  await writePlanted(facts, [TENANT]);
  const servers = await openServers(broker, { settings: { facts: [facts] } });
  try {
    await fill(servers, o);
    await servers.store.server.restart();
    const serverBefore = cpuOf(servers.store.server.pid);
    const begin = Date.now();
    const seconds = (): number => (Date.now() - begin) / 1000;
    const member = servers.detect();
    await member.working;
    const assignedSeconds = seconds();
    await until('the first verdict', () => servers.store.store.query('SELECT 1 FROM findings LIMIT 1'), some);
    const firstVerdictSeconds = seconds();
    const detectCpuSeconds = cpuOf(member.pid) / 1e9;
    const serverCpuSeconds = (cpuOf(servers.store.server.pid) - serverBefore) / 1e9;
    await until('all events committed', servers.lag, (lag) => lag === 0);
    const caughtUpSeconds = seconds();
    await servers.expectStored(WAITING + 1);
    const [learned] = await servers.store.store.query<{ n: number; bytes: number }>(
      `SELECT sum(rows) AS n, sum(bytes_on_disk) AS bytes FROM system.parts
       WHERE active AND table = 'learned' AND database = currentDatabase()`,
    );
    return {
      credentials: o.credentials,
      storedBytesPerCredential: Number(learned!.bytes) / Number(learned!.n),
      waiting: WAITING + 1,
      assignedSeconds,
      firstVerdictSeconds,
      detectCpuSeconds,
      serverCpuSeconds,
      caughtUpSeconds,
      residentBytes: residentOf(member.pid),
    };
  } finally {
    await servers.close();
    await rm(dir, { recursive: true });
  }
}

const some = (rows: readonly unknown[]): boolean => rows.length > 0;

/** Stores what an engine has learned, and produces the calls that come next, a touch of the planted record among them. */
async function fill(servers: Servers, o: Warm): Promise<void> {
  const { engine, next } = warmEngine(o);
  const events = take(next, WAITING);
  const one = events[WAITING >> 1]!;
  await servers.produce(
    [...events, touch({ at: one.at, tenant: TENANT, lineage: one.credential.lineage })].map(messageOf),
  );
  await store(servers, engine, o);
}

async function store(servers: Servers, engine: Engine, o: Warm): Promise<void> {
  const parts = await createParts(servers.bus, servers.topic);
  const { learned } = servers.store.store;
  let rows: LearnedRow[] = [];
  let stored = 0;
  const save = async (): Promise<void> => {
    await learned.save(rows, `bench ${stored}`);
    stored += rows.length;
    rows = [];
    o.onProgress?.(`storing: ${stored} baselines`);
  };
  for (const row of engine.snapshot()) {
    const shared = row.lineage.startsWith('\u0001');
    rows.push({
      ...row,
      shard: shared ? `shared/${servers.group}/0` : '',
      part: shared ? '' : parts.of(row.tenant, row.lineage),
      position: 0,
      writer: 'bench',
    });
    if (rows.length === ROWS) await save();
  }
  await save();
}
