// Filebeat's module tests: `test.log` beside `test.log-expected.json`, joined by the offset of the line.

import { absentOr, type Case, type Expected, splitTarget } from './case.ts';
import { readText } from './corpora.ts';

const MODULES: readonly { folder: string; prefix: string; format: string }[] = [
  { folder: 'nginx', prefix: 'nginx.access', format: 'combined' },
  { folder: 'apache2', prefix: 'apache2.access', format: 'combined' },
  { folder: 'traefik', prefix: 'traefik.access', format: 'traefik' },
];

type Row = Record<string, unknown>;

export function filebeatCases(folder: string): Case[] {
  const cases: Case[] = [];
  for (const { folder: module, prefix, format } of MODULES) {
    const at = [folder, 'filebeat-parse-tests', module, 'access', 'test'];
    const log = readText(...at, 'test.log');
    const rows = readText(...at, 'test.log-expected.json');
    if (log === null || rows === null) continue;
    const bytes = Buffer.from(log);
    for (const row of JSON.parse(rows) as Row[]) {
      const rest = bytes.subarray(Number(row['log.offset'])).toString('utf8');
      const line = rest.split('\n', 1)[0] as string;
      cases.push({
        corpus: 'filebeat',
        name: `${module}@${row['log.offset']}`,
        format,
        options: {},
        line,
        expected: expectedOf(row, prefix),
      });
    }
  }
  return cases;
}

/** With several hops Filebeat picks the first public one; the whole list is compared instead of its choice. */
function expectedOf(row: Row, prefix: string): Expected {
  const text = (name: string): string | undefined => {
    const value = row[`${prefix}.${name}`];
    return typeof value === 'string' ? value : undefined;
  };
  const expected: Expected = { time: Date.parse(row['@timestamp'] as string) };
  const list = row[`${prefix}.remote_ip_list`];
  if (Array.isArray(list) && list.length > 1) expected.hops = list as string[];
  else expected.ip = text('remote_ip') ?? '';
  const [method, url, status] = [text('method'), text('url'), text('response_code')];
  expected.method = method ?? null;
  if (url !== undefined) Object.assign(expected, splitTarget(url));
  if (status !== undefined) expected.status = Number(status);
  const [bytes, agent, user] = [text('body_sent.bytes'), text('user_agent.original'), text('user_name')];
  if (bytes !== undefined) expected.bytes = Number(bytes);
  if (agent !== undefined) expected.userAgent = absentOr(agent);
  if (user !== undefined) expected.user = absentOr(user);
  const referer = text('referrer');
  if (referer !== undefined) expected.referer = absentOr(referer);
  return expected;
}
