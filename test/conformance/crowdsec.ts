// CrowdSec hub tests: `parser.assert` says what each line parses to, `scenario.assert` what the events of an alert
// look like. Both are lists of `path == "value"`; only those two shapes are read.

import { absentOr, type Case, type Expected, splitTarget } from './case.ts';
import { names, readText } from './corpora.ts';

const ROOT = 'crowdsec-hub-tests';

/** nginx-proxy-manager's two log formats, as its nginx.conf defines them. */
const PROXY_MANAGER = [
  '[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server] "$http_user_agent" "$http_referer"',
  '[$time_local] $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] "$http_user_agent" "$http_referer"',
  'combined',
];
const CUSTOM: Readonly<Record<string, readonly string[]>> = {
  'crowdsecurity/nginx-proxy-manager-logs': PROXY_MANAGER,
  'bunkerity/bunkerweb-logs': [
    '$host $remote_addr - $request_id $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    'combined',
  ],
};

const FORMATS: Readonly<Record<string, string>> = {
  'crowdsecurity/apache2-logs': 'combined',
  'crowdsecurity/nginx-logs': 'combined',
  'crowdsecurity/nginx-proxy-manager-logs': 'combined',
  'bunkerity/bunkerweb-logs': 'combined',
  'crowdsecurity/litespeed-logs': 'combined',
  'crowdsecurity/caddy-logs': 'generic',
  'yanis-kouidri/envoy-logs': 'envoy',
};

/** The same two without or with the upstream, as other versions of the proxy manager write them. */
const NO_UPSTREAM = (PROXY_MANAGER[0] as string).replace(' [Sent-to $server]', '');
const WITH_UPSTREAM = (PROXY_MANAGER[1] as string).replace(
  '[Gzip $gzip_ratio]',
  '[Gzip $gzip_ratio] [Sent-to $server]',
);

/** The `nginx-logs` parser also reads lines of other shapes; the format strings that produce them. */
const NGINX_ALSO = [
  'combined',
  ...PROXY_MANAGER.slice(0, 2),
  NO_UPSTREAM,
  WITH_UPSTREAM,
  '[$time_local] $host $remote_addr $request_time "$request" $status $body_bytes_sent $request_length - $http_user_agent',
];

type Values = Record<string, string>;

export function crowdsecCases(folder: string): Case[] {
  return names(folder, ROOT).flatMap((name) => casesOf(folder, name));
}

function casesOf(folder: string, name: string): Case[] {
  const logName = names(folder, ROOT, name).find((n) => n.endsWith('.log'));
  const lines =
    logName === undefined
      ? []
      : (readText(folder, ROOT, name, logName) ?? '').split('\n').filter((l) => l !== '');
  const assertions = readText(folder, ROOT, name, 'parser.assert');
  if (assertions === null || lines.length === 0) return [];
  const cases: Case[] = [];
  const free = new Set(lines);
  for (const { parser, values } of parsedEntries(assertions)) {
    const format = FORMATS[parser];
    const message = values.message;
    if (format === undefined || message === undefined || values['meta:log_type'] !== 'http_access-log')
      continue;
    const line = [...free].find((l) => l.endsWith(message));
    if (line === undefined) continue;
    free.delete(line);
    cases.push({
      corpus: 'crowdsec',
      name,
      format,
      options: optionsOf(parser),
      line,
      expected: expectedOf(values),
    });
  }
  return cases;
}

function optionsOf(parser: string): Case['options'] {
  const formats = parser === 'crowdsecurity/nginx-logs' ? NGINX_ALSO : CUSTOM[parser];
  return formats === undefined ? {} : { logFormat: formats.join('\n') };
}

const ASSERTION =
  /^results\["(s0[12]-[a-z]+)"\]\["([^"]+)"\]\[(\d+)\]\.Evt\.(Parsed|Meta|Enriched)\["([^"]+)"\] == (".*")$/;

/** One entry per successfully parsed line, later stages laid over earlier ones. */
function parsedEntries(assertions: string): { parser: string; values: Values }[] {
  const byMessage = new Map<string, { parser: string; values: Values }>();
  const stages = new Map<string, Values>();
  for (const line of assertions.split('\n')) {
    const m = ASSERTION.exec(line);
    if (m === null) continue;
    const entry = `${m[1]} ${m[2]} ${m[3]}`;
    const values = stages.get(entry) ?? {};
    const prefix = m[4] === 'Parsed' ? '' : m[4] === 'Meta' ? 'meta:' : 'enriched:';
    values[prefix + (m[5] as string)] = unquote(m[6] as string);
    stages.set(entry, values);
  }
  let order = 0;
  for (const [entry, values] of [...stages].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const [stage, parser, index] = entry.split(' ') as [string, string, string];
    if (values.message === undefined) continue;
    const key =
      stage === 's01-parse' ? `${values.message}\u0000${index}` : keyOf(byMessage, values.message, order++);
    const before = byMessage.get(key);
    if (stage === 's01-parse') byMessage.set(key, { parser, values });
    else if (before !== undefined) Object.assign(before.values, { ...values, ...before.values });
  }
  return [...byMessage.values()];
}

function keyOf(entries: ReadonlyMap<string, unknown>, message: string, _order: number): string {
  for (const key of entries.keys()) if (key.startsWith(`${message}\u0000`)) return key;
  return message;
}

function unquote(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}

function expectedOf(values: Values): Expected {
  const expected: Expected = {};
  const time = values['meta:timestamp'] ?? values['enriched:MarshaledTime'];
  if (time !== undefined && time !== '') expected.time = Date.parse(time);
  const [ip, status, path] = [values['meta:source_ip'], values['meta:http_status'], values['meta:http_path']];
  if (ip !== undefined) expected.ip = ip;
  if (status !== undefined) expected.status = Number(status);
  if (path !== undefined) Object.assign(expected, splitTarget(path));
  const [agent, verb, host] = [
    values['meta:http_user_agent'],
    values['meta:http_verb'],
    values['meta:target_fqdn'],
  ];
  if (agent !== undefined) expected.userAgent = absentOr(agent);
  if (verb !== undefined) expected.method = absentOr(verb);
  if (host !== undefined && host !== '') expected.host = host;
  const bytes = values.body_bytes_sent ?? values.bytes ?? values.bytes_sent;
  if (bytes !== undefined && /^\d+$/.test(bytes)) expected.bytes = Number(bytes);
  const user = values.remote_user ?? values.auth;
  if (user !== undefined) expected.user = absentOr(user);
  const id = values['meta:request_id'];
  if (id !== undefined && absentOr(id) !== null) expected.requestId = id;
  return expected;
}
