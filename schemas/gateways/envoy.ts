// Envoy access logs: the default text format, Istio's longer default, and JSON (Envoy Gateway, Istio, own formats).
// Always holds: the peer is the downstream remote address when logged, else the last X-Forwarded-For hop.
// Does not promise: a peer in Envoy's default text format, which logs none without X-Forwarded-For.

import { peerAddress } from './address.ts';
import {
  addForwardedCertificate,
  addHeader,
  type Draft,
  finish,
  newDraft,
  reject,
  setCertificate,
  size,
} from './draft.ts';
import { unwrap } from './envelope.ts';
import type { GatewayFormat, ParseOutcome } from './gateway-format.ts';
import { amount, copyScalars, type JsonObject, object, property, readObject, text } from './json-values.ts';
import { parseIsoTime } from './time.ts';
import { type Token, tokenise } from './tokens.ts';

function parseLine(line: string): ParseOutcome {
  return line.startsWith('{') ? parseJsonLine(line) : parseTextLine(line);
}

/** `[time] "request" code flags … rx tx duration upstream "xff" "agent" "id" "authority" "host" …` */
function parseTextLine(line: string): ParseOutcome {
  const tokens = tokenise(line);
  const [time, request, status] = tokens;
  if (time?.kind !== 'bracketed' || request?.kind !== 'quoted' || status?.kind !== 'word')
    return wrongShape();
  const sizes = sizesAt(tokens);
  if (sizes < 0) return wrongShape();
  const draft = newDraft();
  const { record } = draft;
  draft.time = time.text;
  draft.at = parseIsoTime(time.text);
  draft.request = request.text;
  draft.status = status.text;
  record.bytesIn = size(at(tokens, sizes));
  record.bytesOut = size(at(tokens, sizes + 1));
  record.latencyMs = size(at(tokens, sizes + 2));
  readNamed(tokens, sizes + 4, draft);
  const flags = at(tokens, 3);
  if (flags !== '-') record.extra.response_flags = flags;
  return finish(draft);
}

/** First of the three whole numbers bytes received, bytes sent, duration. Istio puts details before them. */
function sizesAt(tokens: readonly Token[]): number {
  for (let i = 4; i < tokens.length - 3 && i < 16; i++) {
    const three = [tokens[i], tokens[i + 1], tokens[i + 2]];
    if (three.every((t) => t?.kind === 'word' && size(t.text) !== null)) return i;
  }
  return -1;
}

function readNamed(tokens: readonly Token[], from: number, draft: Draft): void {
  const { record } = draft;
  const quoted = (i: number): string | null => {
    const token = tokens[from + i];
    return token?.kind === 'quoted' && token.text !== '-' && token.text !== '' ? token.text : null;
  };
  record.forwardedFor = quoted(0);
  const agent = quoted(1);
  if (agent !== null) addHeader(record, 'user-agent', agent);
  record.requestId = quoted(2);
  record.host = quoted(3);
  const upstream = quoted(4);
  if (upstream !== null) record.extra.upstream_host = upstream;
  const rest = tokens.slice(from + 5).map((t) => t.text);
  const names = [
    'upstream_cluster',
    'upstream_local_address',
    'downstream_local_address',
    'downstream_remote_address',
  ];
  names.forEach((name, i) => {
    const value = rest[i];
    if (value !== undefined && value !== '-') record.extra[name] = value;
  });
  const route = rest[5];
  if (route !== undefined && route !== '-') record.extra.route_name = route;
  const peer = record.extra.downstream_remote_address;
  if (peer !== undefined && peerAddress(peer) !== null) draft.peer = peer;
}

function at(tokens: readonly Token[], index: number): string {
  return tokens[index]?.text ?? '-';
}

function wrongShape(): ParseOutcome {
  return reject(
    'wrong-shape',
    "the line is neither Envoy's default text format nor a JSON object with start_time",
  );
}

/** Fields with a meaning of their own; every other scalar goes to `extra`, dots and dashes as logged. */
const KNOWN: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  method: (d, v) => {
    d.method = v;
  },
  ':method': (d, v) => {
    d.method ??= v;
  },
  request_method: (d, v) => {
    d.method ??= v;
  },
  path: (d, v) => {
    d.target ??= v;
  },
  ':path': (d, v) => {
    d.target ??= v;
  },
  request_path: (d, v) => {
    d.target ??= v;
  },
  response_code: (d, v) => {
    d.status = v;
  },
  status: (d, v) => {
    d.status ??= v;
  },
  bytes_received: (d, v) => {
    d.record.bytesIn = amount(v);
  },
  bytes_sent: (d, v) => {
    d.record.bytesOut = amount(v);
  },
  duration: (d, v) => {
    d.record.latencyMs = amount(v.replace(/ms$/, ''));
  },
  request_id: (d, v) => addHeader(d.record, 'x-request-id', v),
  authority: (d, v) => {
    d.record.host = v;
  },
  downstream_remote_address: (d, v) => {
    d.peer = v;
  },
  downstream_direct_remote_address: (d, v) => {
    d.peer ??= v;
  },
  downstream_remote_address_without_port: (d, v) => {
    d.peer ??= v;
  },
  forwarded_for: (d, v) => addHeader(d.record, 'x-forwarded-for', v),
  route_template: (d, v) => {
    d.record.route = v.startsWith('/') ? v : null;
  },
  ja4_fingerprint: (d, v) => {
    d.record.tls = v;
  },
  tls_ja4_fingerprint: (d, v) => {
    d.record.tls = v;
  },
  ja3_fingerprint: (d, v) => {
    d.record.tls ??= v;
  },
  tls_ja3_fingerprint: (d, v) => {
    d.record.tls ??= v;
  },
  downstream_peer_fingerprint_256: (d, v) => setCertificate(d.record, 'fingerprint', v),
  downstream_peer_fingerprint: (d, v) => setCertificate(d.record, 'fingerprint', v),
  downstream_peer_subject: (d, v) => setCertificate(d.record, 'subject', v),
  downstream_peer_issuer: (d, v) => setCertificate(d.record, 'issuer', v),
  downstream_peer_serial: (d, v) => setCertificate(d.record, 'serial', v),
  downstream_peer_uri_san: (d, v) => {
    d.record.gateway.certificate_uri = v;
  },
};

/** Names under which people log request headers, underscores already turned into dashes. */
const HEADERS = new Set([
  'user-agent',
  'x-forwarded-for',
  'x-request-id',
  'authorization',
  'cookie',
  'x-api-key',
  'referer',
  'host',
]);

const ORIGINAL_PATHS = [
  'x-envoy-origin-path',
  'x-envoy-original-path',
  'x_envoy_original_path',
  'x_envoy_origin_path',
];

function parseJsonLine(line: string): ParseOutcome {
  const read = readObject(line);
  if (!read.ok) return read;
  const root = read.value;
  const time = property(root, 'start_time') ?? property(root, 'timestamp') ?? property(root, 'time');
  if (property(root, 'response_code') === undefined && property(root, 'start_time') === undefined)
    return wrongShape();
  const draft = newDraft();
  draft.time = time ?? null;
  draft.target = firstText(root, ORIGINAL_PATHS);
  for (const key of Object.keys(root).slice(0, 256)) readField(key, root[key], draft);
  draft.record.host ??= text(property(root, ':authority'));
  if (draft.method === null && property(root, 'response_code') !== undefined && isTcp(root)) {
    return reject('not-http', 'the record describes a TCP connection, not an HTTP call');
  }
  return finish(draft);
}

function isTcp(root: JsonObject): boolean {
  return text(property(root, 'protocol')) === null && Object.hasOwn(root, 'method') && root.method === null;
}

function firstText(root: JsonObject, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = text(property(root, key));
    if (value !== null) return value;
  }
  return null;
}

function readField(key: string, raw: unknown, draft: Draft): void {
  const { record } = draft;
  const nested = object(raw);
  if (nested !== null) {
    readNested(key, nested, draft);
    return;
  }
  const value = text(raw);
  if (value === null || key === 'start_time') return;
  const header = key.toLowerCase().replaceAll('_', '-');
  const setter = Object.hasOwn(KNOWN, key.toLowerCase()) ? KNOWN[key.toLowerCase()] : undefined;
  if (setter !== undefined) setter(draft, value);
  else if (header === 'x-forwarded-client-cert') addForwardedCertificate(record, value);
  else if (HEADERS.has(header) || (header.startsWith('x-') && !header.startsWith('x-envoy-')))
    addHeader(record, header, value);
  else if (/^(?:jwt|claim)s?[._-]/.test(key))
    record.claims[key.replace(/^(?:jwt|claim)s?[._-](?:claims?[._-])?/, '')] = value;
  else if (key !== ':authority' && !ORIGINAL_PATHS.includes(key)) record.extra[key] = value;
}

/** `%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:…)%` logged as an object, or an object of claims or headers. */
function readNested(key: string, nested: JsonObject, draft: Draft): void {
  if (/header/i.test(key)) {
    for (const name of Object.keys(nested).slice(0, 256)) {
      const value = text(nested[name]);
      if (value !== null) addHeader(draft.record, name, value);
    }
  } else if (/jwt|claim|payload/i.test(key)) {
    copyScalars(nested, draft.record.claims, (name) => name);
    for (const inner of Object.keys(nested).slice(0, 16))
      copyScalars(object(nested[inner]), draft.record.claims, (n) => n);
  } else {
    copyScalars(nested, draft.record.extra, (name) => `${key}.${name}`);
  }
}

export const envoy: GatewayFormat = {
  name: 'envoy',
  title: 'Envoy, Envoy Gateway and Istio access logs (default text, JSON)',
  snippet: `# Envoy: JSON with the peer, the token's claims and the client certificate
access_log:
  - name: envoy.access_loggers.file
    typed_config:
      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
      path: /dev/stdout
      log_format:
        json_format:
          start_time: "%START_TIME%"
          method: "%REQ(:METHOD)%"
          path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"
          response_code: "%RESPONSE_CODE%"
          bytes_received: "%BYTES_RECEIVED%"
          bytes_sent: "%BYTES_SENT%"
          duration: "%DURATION%"
          user_agent: "%REQ(USER-AGENT)%"
          request_id: "%REQ(X-REQUEST-ID)%"
          authority: "%REQ(:AUTHORITY)%"
          x_forwarded_for: "%REQ(X-FORWARDED-FOR)%"
          downstream_remote_address: "%DOWNSTREAM_REMOTE_ADDRESS%"
          claim_sub: "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:payload:sub)%"
          claim_client_id: "%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:payload:client_id)%"
          downstream_peer_fingerprint_256: "%DOWNSTREAM_PEER_FINGERPRINT_256%"`,
  notes:
    "Envoy's default format names no caller and, without X-Forwarded-For, no address. Log claim_… fields from the JWT filter, " +
    'x-forwarded-client-cert or downstream_peer_fingerprint_256.',
  sniff(line) {
    const t = unwrap(line);
    if (t.startsWith('{')) {
      if (!t.includes('"response_code"')) return 0;
      return t.includes('"start_time"') || t.includes('"response_flags"') ? 0.97 : 0.5;
    }
    return /^\[\d{4}-\d\d-\d\dT[^\]]{8,24}\] "/.test(t.slice(0, 64)) ? 0.95 : 0;
  },
  parser: () => (line) => parseLine(unwrap(line)),
};
