// Datadog's integration tests: `sample` and the `result` their pipeline gives. Cases with an HTTP status of a
// supported shape are compared; everything else must be refused without a crash.

import { absentOr, type Case, type Expected, splitTarget } from './case.ts';
import { readText } from './corpora.ts';

/** Integrations whose access lines are in a supported format. Others are HTTP too, in formats of their own. */
const FORMATS: Readonly<Record<string, string>> = {
  apache: 'combined',
  gunicorn: 'combined',
  harbor: 'combined',
  kong: 'combined',
  lighttpd: 'combined',
  nginx: 'combined',
  'nginx-ingress-controller': 'combined',
  tomcat: 'combined',
  varnish: 'combined',
  envoy: 'envoy',
  gitlab: 'generic',
};

interface Row {
  integration: string;
  sample: string;
  result: { custom?: Custom; timestamp?: number };
}
interface Custom {
  http?: Record<string, unknown> & { url_details?: Record<string, unknown> };
  network?: { bytes_written?: number; client?: { ip?: string } };
}

/** Access lines in common log shape that other integrations write (GitLab's bundled nginx). */
const ACCESS_LINE = /\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [^\]]+\] ?"/;

export function datadogCases(folder: string): { cases: Case[]; others: string[] } {
  const text = readText(folder, 'datadog-log-parse-tests', 'tests.jsonl');
  const cases: Case[] = [];
  const others: string[] = [];
  const lines = text === null ? [] : text.split('\n').filter((l) => l !== '');
  lines.forEach((source, index) => {
    const row = JSON.parse(source) as Row;
    const { sample, result, integration } = row;
    const format = formatOf(row);
    if (format === null) others.push(sample);
    else
      cases.push({
        corpus: 'datadog',
        name: `${integration}#${index}`,
        format,
        options: {},
        line: sample,
        expected: expectedOf(result),
      });
  });
  return { cases, others };
}

function formatOf(row: Row): string | null {
  const format = FORMATS[row.integration];
  const http = row.result.custom?.http;
  if (format === undefined || typeof http?.status_code !== 'number') return null;
  if (format === 'envoy') return format;
  if (row.sample.startsWith('{')) return 'generic';
  return ACCESS_LINE.test(row.sample) ? 'combined' : null;
}

function expectedOf(result: Row['result']): Expected {
  const http = result.custom?.http ?? {};
  const network = result.custom?.network ?? {};
  const expected: Expected = { status: http.status_code as number };
  // Datadog writes 1 where its pipeline found no time.
  if (result.timestamp !== undefined && result.timestamp > 1) expected.time = result.timestamp;
  const text = (name: string): string | undefined =>
    typeof http[name] === 'string' ? (http[name] as string) : undefined;
  const [method, url, agent] = [text('method'), text('url'), text('useragent')];
  if (method !== undefined) expected.method = method;
  if (url !== undefined) Object.assign(expected, splitTarget(url));
  else if (typeof http.url_details?.path === 'string') expected.path = http.url_details.path;
  if (agent !== undefined) expected.userAgent = absentOr(agent);
  if (network.bytes_written !== undefined) expected.bytes = network.bytes_written;
  if (network.client?.ip !== undefined) expected.ip = network.client.ip;
  const [user, referer, id, host] = [text('auth'), text('referer'), text('request_id'), text('authority')];
  if (user !== undefined) expected.user = absentOr(user);
  if (referer !== undefined) expected.referer = absentOr(referer);
  if (id !== undefined) expected.requestId = id;
  if (host !== undefined) expected.host = host;
  return expected;
}
