// Kong's log plugins (http-log, file-log, tcp-log …): one JSON object a call, versions 2.x and 3.x.
// Always holds: identity comes from the consumer and the authenticated entity, never from response fields.
// Does not promise: a route template. Kong matches prefixes, so only a route that is one anchored expression
// with named captures gives one.

import { finish, newDraft, reject } from './draft.ts';
import { unwrap } from './envelope.ts';
import type { CallPart, CallParts, GatewayFormat, ParseOutcome } from './gateway-format.ts';
import type { GatewayRecord } from './gateway-record.ts';
import { amount, child, copyScalars, type JsonObject, property, readObject, text } from './json-values.ts';
import { addHeader } from './request-headers.ts';

function parseLine(line: string): ParseOutcome {
  const read = readObject(line);
  return read.ok ? parseKong(read.value) : read;
}

function parseKong(root: JsonObject): ParseOutcome {
  const request = child(root, 'request');
  const response = child(root, 'response');
  if (request === null && child(root, 'session') !== null) {
    return reject('not-http', 'the record describes a TCP or TLS stream, not an HTTP call');
  }
  if (request === null || response === null) {
    return reject('wrong-shape', 'a Kong log record has the objects request and response');
  }
  const draft = newDraft();
  const { record } = draft;
  draft.time = property(root, 'started_at') ?? null;
  draft.method = text(property(request, 'method'));
  draft.target = targetOf(request);
  draft.status = property(response, 'status') ?? null;
  draft.peer = text(property(root, 'client_ip'));
  copyHeaders(child(request, 'headers'), record);
  record.bytesIn = amount(property(request, 'size'));
  record.bytesOut = amount(property(response, 'size'));
  record.latencyMs = amount(property(child(root, 'latencies'), 'request'));
  record.requestId = requestIdOf(request, response) ?? record.requestId;
  readUrl(text(property(request, 'url')), record);
  readCaller(root, record);
  readPlace(root, record);
  return finish(draft);
}

function targetOf(request: JsonObject): string | null {
  const uri =
    text(property(request, 'uri')) ??
    text(property(request, 'request_uri')) ??
    text(property(request, 'url'));
  const query = child(request, 'querystring');
  if (uri === null || uri.includes('?') || query === null) return uri;
  const parts: string[] = [];
  for (const key of Object.keys(query).slice(0, 128)) {
    const value = query[key];
    const values = Array.isArray(value) ? value.slice(0, 64) : [value];
    for (const v of values) parts.push(v === true ? encode(key) : `${encode(key)}=${encode(text(v) ?? '')}`);
  }
  return parts.length === 0 ? uri : `${uri}?${parts.join('&')}`;
}

function encode(part: string): string {
  return part.replace(/[&=#%+ ?]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function copyHeaders(headers: JsonObject | null, record: GatewayRecord): void {
  if (headers === null) return;
  for (const name of Object.keys(headers).slice(0, 256)) {
    const value = text(headers[name]);
    if (value !== null) addHeader(record, name, value);
  }
}

function requestIdOf(request: JsonObject, response: JsonObject): string | null {
  const headers = child(response, 'headers');
  return (
    text(property(request, 'id')) ??
    text(property(headers, 'x-kong-request-id')) ??
    text(property(headers, 'kong-request-id'))
  );
}

function readUrl(url: string | null, record: GatewayRecord): void {
  const authority = url === null ? undefined : /^[a-z]+:\/\/([^/?#]+)/i.exec(url)?.[1];
  if (authority !== undefined) record.host ??= authority;
}

function readCaller(root: JsonObject, record: GatewayRecord): void {
  const consumer = child(root, 'consumer');
  const entity = child(root, 'authenticated_entity');
  const { gateway } = record;
  set(gateway, 'consumer_id', text(property(consumer, 'id')) ?? text(property(entity, 'consumer_id')));
  set(gateway, 'consumer_username', text(property(consumer, 'username')));
  set(gateway, 'consumer_custom_id', text(property(consumer, 'custom_id')));
  set(gateway, 'credential_id', text(property(entity, 'id')));
  record.user = text(property(consumer, 'username')) ?? text(property(consumer, 'custom_id'));
  for (const name of ['claims', 'jwt_claims', 'jwt']) {
    const claims = child(root, name);
    copyScalars(claims, record.claims, (key) => key);
  }
  const tls = child(request(root), 'tls') ?? child(root, 'tls');
  copyScalars(tls, record.extra, (key) => `tls_${key}`);
}

function request(root: JsonObject): JsonObject | null {
  return child(root, 'request');
}

function readPlace(root: JsonObject, record: GatewayRecord): void {
  const route = child(root, 'route');
  set(record.extra, 'service', text(property(child(root, 'service'), 'name')));
  set(record.extra, 'route_name', text(property(route, 'name')) ?? text(property(route, 'id')));
  record.route = templateOf(route);
  copyScalars(root, record.extra, (key) => (key === 'client_ip' || key === 'started_at' ? null : key));
}

function set(into: Record<string, string>, key: string, value: string | null): void {
  if (value !== null) into[key] = value;
}

/** `~/users/(?<id>\d+)/posts$` gives `/users/{id}/posts`; anything else that is not plain gives null. */
function templateOf(route: JsonObject | null): string | null {
  const paths = property(route, 'paths');
  const path = Array.isArray(paths) && paths.length === 1 ? text(paths[0]) : null;
  if (path === null || path.length > 512 || !path.endsWith('$')) return null;
  let template = '';
  let named = false;
  let rest = path.slice(0, -1).replace(/^~?\^?/, '');
  while (rest !== '') {
    const plain = /^(?:[A-Za-z0-9/_-]|\\[./-])+/.exec(rest)?.[0];
    if (plain !== undefined) {
      template += plain.replaceAll('\\', '');
      rest = rest.slice(plain.length);
      continue;
    }
    const capture = /^\(\?P?<([A-Za-z_]\w{0,63})>(?:[^()\\]|\\.)+\)/.exec(rest);
    if (capture === null) return null;
    template += `{${capture[1] as string}}`;
    named = true;
    rest = rest.slice(capture[0].length);
  }
  return named && template.startsWith('/') ? template : null;
}

const PARTS: Readonly<Record<string, Readonly<Record<string, CallPart>>>> = {
  request: { method: 'method', uri: 'target', size: 'bytesIn', id: 'requestId', url: 'nothing' },
  response: { status: 'status', size: 'bytesOut' },
  latencies: { request: 'latency' },
};
/** Headers that differ from call to call. No identity is read from them; of request ids, request.id comes first. */
const CALL_HEADERS = new Set([
  'content-length',
  'date',
  'if-modified-since',
  'if-none-match',
  'traceparent',
  'tracestate',
  'x-amzn-trace-id',
  'x-b3-parentspanid',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-correlation-id',
  'x-request-id',
  'x-request-start',
]);

const calls: CallParts = {
  of(path, isRead) {
    const [first = '', second = '', third = ''] = path;
    const unless = (name: string) => (isRead(name) ? null : 'nothing');
    if (path.length === 1)
      return first === 'started_at' ? 'time' : first === 'upstream_uri' ? unless(first) : null;
    if (first === 'request' && second === 'querystring') return path.length > 2 ? 'query' : 'nothing';
    if (path.length === 2 && Object.hasOwn(PARTS, first) && Object.hasOwn(PARTS[first]!, second))
      return PARTS[first]![second]!;
    if (first === 'request')
      return second === 'headers' && path.length === 3 && CALL_HEADERS.has(third.toLowerCase())
        ? unless(third)
        : null;
    if (first === 'route') return second === 'paths' ? 'route' : unless('route_name');
    if (first === 'service') return unless('service');
    const inside = first === 'tries' || (first === 'response' && second === 'headers');
    return first === 'latencies' || (inside && path.length > 2) ? 'nothing' : null;
  },
  // Without a Host header the host would come from request.url.
  complete: (record) => record.headers.host !== undefined,
};

export const kong: GatewayFormat = {
  name: 'kong',
  title: 'Kong Gateway log plugins (http-log, file-log), JSON',
  snippet: `# kong.yml: every call, one JSON object each
plugins:
  - name: http-log            # or file-log with config.path: /var/log/kong/api.log
    config:
      http_endpoint: http://keytrail:4681/v1/logs
      content_type: application/json`,
  notes:
    'Identity is consumer.id and authenticated_entity.id (the credential). Kong redacts Authorization; anonymous routes log neither. ' +
    'Log token claims with config.custom_fields_by_lua as an object named claims.',
  sniff(line) {
    const t = unwrap(line);
    if (!t.startsWith('{')) return 0;
    const strong = t.includes('"started_at"') && t.includes('"request"') && t.includes('"response"');
    if (!strong) return 0;
    return t.includes('"latencies"') || t.includes('"client_ip"') ? 0.98 : 0.6;
  },
  parser: () => (line) => parseLine(unwrap(line)),
  calls,
};
