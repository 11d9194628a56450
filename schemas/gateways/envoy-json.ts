// Envoy's JSON access log under the names Envoy Gateway, Istio and the Envoy documentation use.
// Always holds: a field without a meaning of its own is kept in `extra` under its own name.
// Does not promise: nested metadata beyond two levels.

import { type Draft, finish, newDraft, reject } from './draft.ts';
import type { ParseOutcome } from './gateway-format.ts';
import { amount, copyScalars, type JsonObject, object, property, readObject, text } from './json-values.ts';
import { addForwardedCertificate, addHeader, setCertificate } from './request-headers.ts';

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

export function parseEnvoyJson(line: string): ParseOutcome | null {
  const read = readObject(line);
  if (!read.ok) return read;
  const root = read.value;
  const time = property(root, 'start_time') ?? property(root, 'timestamp') ?? property(root, 'time');
  if (property(root, 'response_code') === undefined && property(root, 'start_time') === undefined)
    return null;
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
