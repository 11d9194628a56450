// `npm run bench:store`: what events take on disk in ClickHouse, column by column, and how long every query and every dashboard panel
// takes over them. On an embedded server of its own, filled through the insert path of `detect`.
// The events are made up, so bytes on disk are theirs; times are the wall clock of this machine.

import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { createStore } from '../../services/store/store.ts';
import { BEGIN, DAYS, fillStore, WANDERER } from '../dashboards/traffic.ts';
import { openTestStore } from '../services/store/fixtures.ts';
import { machine, rounded } from './measure/cpu.ts';
import { fillEvents, merge, onDisk, ROLLUPS } from './measure/store-fill.ts';
import { queryTimes } from './measure/store-queries.ts';

const HELP = `npm run bench:store -- [options]

  --events 1000000       events, over 30 days
  --credentials 10000    credentials they are of
  --batch 50000          events in an insert; a checkpoint of \`detect\` holds at most 50,000
  --json                 figures as JSON on stdout

Needs Linux.

  npm run bench:store -- --events 10000000`;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    credentials: { type: 'string', default: '10000' },
    batch: { type: 'string', default: '50000' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const TIMELINE = 'timeline-of-one-credential.sql';
const GOALS = { bytes: 45, timelineMs: 20, queryMs: 300 };
const TABLES = ['events', ...ROLLUPS];

function onProgress(said: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${said}`);
}

async function measure() {
  const t = await openTestStore();
  try {
    const to = BEGIN + DAYS * 86_400_000;
    const filled = await fillEvents(t, {
      events: Number(values.events),
      credentials: Number(values.credentials),
      batch: Number(values.batch),
      from: BEGIN,
      to,
      onProgress,
    });
    onProgress('merging');
    for (const table of TABLES) await merge(t, table);
    const disk = await onDisk(t.store);
    // Incidents, findings, rejections and deliveries to show, and one credential that wanders.
    await fillStore(t.store);
    const analyst = createStore({ ...t.server, ...t.server.analyst });
    const queries = await queryTimes(analyst, {
      lineage: WANDERER,
      to,
      serverPid: t.server.pid,
      onProgress,
    });
    await analyst.close();
    return { filled, disk, queries };
  } finally {
    await t.close();
    onProgress('');
  }
}

function figures({ filled, disk, queries }: Awaited<ReturnType<typeof measure>>) {
  const goalOf = (name: string): number => (name === TIMELINE ? GOALS.timelineMs : GOALS.queryMs);
  return {
    machine: machine(),
    events: filled.events,
    insert: {
      events_per_second: Math.round(filled.events / filled.seconds),
      server_cpu_ns: Math.round(filled.serverNs),
    },
    disk: {
      bytes_per_event: rounded(disk.bytesPerEvent, 1),
      rollups_bytes_per_event: rounded(disk.rollupBytesPerEvent, 1),
      columns: Object.fromEntries(disk.columns.map(({ name, bytes }) => [name, rounded(bytes)])),
      indexes_and_marks: rounded(disk.otherBytes),
    },
    queries: queries.map(({ name, ms, serverCpuMs, rows }) => ({
      name,
      ms: rounded(ms, 1),
      server_cpu_ms: Math.round(serverCpuMs),
      rows,
      goal_ms: goalOf(name),
    })),
  };
}

function tables({ events, insert, disk, queries }: ReturnType<typeof figures>): string {
  const style = { head: [], border: [] };
  const sizes = new Table({ head: ['on disk, merged', 'bytes per event', 'goal'], style });
  sizes.push(['events', disk.bytes_per_event, GOALS.bytes]);
  for (const [name, bytes] of Object.entries(disk.columns).filter(([, size]) => size >= 0.1))
    sizes.push([`  ${name}`, bytes, '']);
  sizes.push(['  indexes and marks', disk.indexes_and_marks, '']);
  sizes.push(['rollups', disk.rollups_bytes_per_event, '']);
  const times = new Table({ head: ['query', 'ms', 'CPU ms', 'rows', 'goal'], style });
  for (const { name, ms, server_cpu_ms, rows, goal_ms } of queries)
    times.push([name, ms > goal_ms ? `${ms} !` : ms, server_cpu_ms, rows, goal_ms]);
  const inserted = `${insert.events_per_second.toLocaleString('en')} events a second inserted, ${insert.server_cpu_ns} ns of the server's CPU each`;
  return `${events.toLocaleString('en')} events; ${inserted}.\n${sizes.toString()}\n${times.toString()}`;
}

if (values.help) process.stdout.write(`${HELP}\n`);
else {
  const report = figures(await measure());
  process.stdout.write(`${values.json ? JSON.stringify(report) : tables(report)}\n`);
}
