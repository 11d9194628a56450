// Every query of dashboards/queries and of every Grafana panel, as the analyst runs them: medians of three, and rows. Beside the wall
// clock stands CPU time of the server, which other work on the machine stretches less; it comes in steps of 10 ms.
// Panels ask for the last seven days, as the dashboards do when they are opened.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDashboards } from '../../../dashboards/grafana/generate.ts';
import type { Store } from '../../../services/store/store.ts';
import { substituted } from '../../dashboards/substituted.ts';
import { median } from './cpu.ts';
import { cpuOf } from './process-usage.ts';

export interface QueryTime {
  name: string;
  ms: number;
  serverCpuMs: number;
  rows: number;
}

const FOLDER = 'dashboards/queries';
const RUNS = 3;
const WEEK_MS = 7 * 86_400_000;

interface Dashboard {
  title: string;
  panels: { title: string; targets: { rawSql: string }[] }[];
}

/** @param o.to the latest event */
export async function queryTimes(
  analyst: Pick<Store, 'query'>,
  o: { lineage: string; to: number; serverPid: number; onProgress: (said: string) => void },
): Promise<QueryTime[]> {
  const times: QueryTime[] = [];
  for (const { name, sql } of [...files(), ...panels(o)]) {
    o.onProgress(name);
    times.push({ name, ...(await timed(analyst, sql, o.serverPid)) });
  }
  return times;
}

function files(): { name: string; sql: string }[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => ({ name: file, sql: readFileSync(join(FOLDER, file), 'utf8').replace(/;\s*$/, '') }));
}

function panels({ lineage, to }: { lineage: string; to: number }): { name: string; sql: string }[] {
  const dashboards = Object.values(buildDashboards() as Record<string, Dashboard>);
  return dashboards.flatMap((dashboard) =>
    dashboard.panels.flatMap((panel) =>
      panel.targets.map(({ rawSql }) => ({
        name: `${dashboard.title}: ${panel.title}`,
        sql: substituted(rawSql, { from: to - WEEK_MS, to, lineage }).replace(/;\s*$/, ''),
      })),
    ),
  );
}

async function timed(
  analyst: Pick<Store, 'query'>,
  sql: string,
  serverPid: number,
): Promise<Omit<QueryTime, 'name'>> {
  const times: number[] = [];
  const cpu: number[] = [];
  let rows = 0;
  for (let run = 0; run < RUNS; run++) {
    const before = cpuOf(serverPid);
    const begin = performance.now();
    rows = (await analyst.query(sql)).length;
    times.push(performance.now() - begin);
    cpu.push((cpuOf(serverPid) - before) / 1e6);
  }
  return { ms: median(times), serverCpuMs: median(cpu), rows };
}
