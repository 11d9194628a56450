// CrowdSec's scenario tests quote the events behind each alert. Every quoted event must be found among the lines
// of its case as we parse them, all its fields equal; each line serves one event of an alert.

import { sniffFormat } from '../../schemas/gateways/catalogue.ts';
import type { GatewayRecord } from '../../schemas/gateways/gateway-record.ts';
import { absentOr, type Case, compare, type Difference, type Expected, splitTarget } from './case.ts';
import { names, readText } from './corpora.ts';
import type { Tally } from './run.ts';

const ROOT = 'crowdsec-hub-tests';
const ASSERTION =
  /^(?:basename\()?results\[(\d+)\]\.Overflow\.Alert\.Events\[(\d+)\]\.GetMeta\("([^"]+)"\)\)? == (".*")$/;

export function alertCases(folder: string): { tally: Tally; found: Difference[] }[] {
  const byFormat = new Map<string, { tally: Tally; found: Difference[] }>();
  for (const name of names(folder, ROOT)) {
    const assertions = readText(folder, ROOT, name, 'scenario.assert');
    const logName = names(folder, ROOT, name).find((n) => n.endsWith('.log'));
    if (assertions === null || logName === undefined) continue;
    const lines = (readText(folder, ROOT, name, logName) ?? '').split('\n').filter((l) => l !== '');
    const sniffed = sniffFormat(lines);
    const alerts = quotedEvents(assertions);
    if (sniffed === null || alerts.length === 0) continue;
    const format = sniffed.format.name;
    const group = byFormat.get(format) ?? {
      tally: { format, corpus: 'crowdsec alerts', lines: 0, refused: 0, fields: 0, equal: 0 },
      found: [],
    };
    byFormat.set(format, group);
    const parse = sniffed.format.parser({});
    const records = lines.map(parse).flatMap((o) => (o.ok ? [o.record] : []));
    for (const events of alerts) matchEvents({ name, format, events, records }, group);
  }
  return [...byFormat.values()];
}

function matchEvents(
  one: { name: string; format: string; events: readonly Expected[]; records: readonly GatewayRecord[] },
  group: { tally: Tally; found: Difference[] },
): void {
  const free = [...one.records];
  for (const expected of one.events) {
    const asCase: Case = { ...one, corpus: 'crowdsec alerts', options: {}, line: '', expected };
    let best: { index: number; fields: number; differences: Difference[] } | null = null;
    for (let i = 0; i < free.length && best?.differences.length !== 0; i++) {
      const result = compare(asCase, free[i] as GatewayRecord);
      if (best === null || result.differences.length < best.differences.length)
        best = { index: i, ...result };
    }
    group.tally.lines++;
    group.tally.fields += Object.keys(expected).length;
    if (best === null) group.tally.refused++;
    else {
      group.tally.equal += best.fields - best.differences.length;
      group.found.push(...best.differences);
      free.splice(best.index, 1);
    }
  }
}

function quotedEvents(assertions: string): Expected[][] {
  const alerts = new Map<string, Map<string, Record<string, string>>>();
  for (const line of assertions.split('\n')) {
    const m = ASSERTION.exec(line);
    if (m === null) continue;
    const events = alerts.get(m[1] as string) ?? new Map<string, Record<string, string>>();
    const meta = events.get(m[2] as string) ?? {};
    try {
      meta[m[3] as string] = JSON.parse(m[4] as string) as string;
    } catch {
      continue;
    }
    events.set(m[2] as string, meta);
    alerts.set(m[1] as string, events);
  }
  return [...alerts.values()].map((events) =>
    [...events.values()].filter((meta) => meta.log_type === 'http_access-log').map(expectedOf),
  );
}

function expectedOf(meta: Readonly<Record<string, string>>): Expected {
  const expected: Expected = {};
  if (meta.timestamp !== undefined) expected.time = Date.parse(meta.timestamp);
  if (meta.source_ip !== undefined) expected.ip = meta.source_ip;
  if (meta.http_status !== undefined) expected.status = Number(meta.http_status);
  if (meta.http_path !== undefined) Object.assign(expected, splitTarget(meta.http_path));
  if (meta.http_user_agent !== undefined) expected.userAgent = absentOr(meta.http_user_agent);
  if (meta.http_verb !== undefined) expected.method = absentOr(meta.http_verb);
  if (meta.target_fqdn !== undefined && meta.target_fqdn !== '') expected.host = meta.target_fqdn;
  return expected;
}
