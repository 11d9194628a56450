// Any NDJSON log: fields found by a mapping of dotted paths, or by the names OpenTelemetry, ECS, Caddy and
// hand-made nginx JSON formats use.
// Always holds: a mapped field is read only where the mapping says; unmapped ones fall back to the known names.
// Does not promise: to recognise an invented name. `keytrail formats` shows the mapping that does.

import { type Draft, finish, newDraft } from './draft.ts';
import { unwrap } from './envelope.ts';
import type { FormatOptions, GatewayFormat, LineParser } from './gateway-format.ts';
import { GUESSES, HEADER_OBJECTS } from './generic-names.ts';
import {
  amount,
  child,
  copyScalars,
  type JsonObject,
  object,
  property,
  readObject,
  text,
} from './json-values.ts';
import { addCookies, addHeader, setCertificate } from './request-headers.ts';

/** What the left side of a mapping may be, and what it sets. */
const FIELDS: Readonly<Record<string, (draft: Draft, value: unknown) => void>> = {
  at: (d, v) => {
    d.time = v;
  },
  request: (d, v) => {
    d.request = text(v);
  },
  method: (d, v) => {
    d.method = upper(text(v));
  },
  target: (d, v) => {
    d.target = text(v);
  },
  path: (d, v) => {
    d.path = text(v);
  },
  query: (d, v) => {
    d.query = text(v);
  },
  status: (d, v) => {
    d.status = v;
  },
  ip: (d, v) => {
    d.peer = text(v);
  },
  host: (d, v) => {
    d.record.host = text(v);
  },
  forwarded_for: (d, v) => {
    d.record.forwardedFor = text(v);
  },
  bytes_in: (d, v) => {
    d.record.bytesIn = amount(v);
  },
  bytes_out: (d, v) => {
    d.record.bytesOut = amount(v);
  },
  items: (d, v) => {
    d.record.items = amount(v);
  },
  latency_ms: (d, v) => {
    d.record.latencyMs = amount(v);
  },
  latency_s: (d, v) => {
    d.record.latencyMs = scaled(v, 1000);
  },
  latency_us: (d, v) => {
    d.record.latencyMs = scaled(v, 1e-3);
  },
  latency_ns: (d, v) => {
    d.record.latencyMs = scaled(v, 1e-6);
  },
  user_agent: (d, v) => {
    d.record.userAgent = text(v);
  },
  request_id: (d, v) => {
    d.record.requestId = text(v);
  },
  route: (d, v) => {
    d.record.route = text(v);
  },
  user: (d, v) => {
    d.record.user = text(v);
  },
  tls: (d, v) => {
    d.record.tls = text(v);
  },
  cookies: (d, v) => addCookies(d.record, text(v) ?? ''),
  certificate_fingerprint: (d, v) => setCertificate(d.record, 'fingerprint', text(v)),
  certificate_subject: (d, v) => setCertificate(d.record, 'subject', text(v)),
  certificate_issuer: (d, v) => setCertificate(d.record, 'issuer', text(v)),
  certificate_serial: (d, v) => setCertificate(d.record, 'serial', text(v)),
};

const PREFIXES: Readonly<Record<string, (draft: Draft, name: string, value: string) => void>> = {
  header: (d, n, v) => addHeader(d.record, n, v),
  cookie: (d, n, v) => {
    d.record.cookies[n] = v;
  },
  claim: (d, n, v) => {
    d.record.claims[n] = v;
  },
  gateway: (d, n, v) => {
    d.record.gateway[n] = v;
  },
  field: (d, n, v) => {
    d.record.extra[n] = v;
  },
};

type Step = (root: JsonObject, draft: Draft) => void;

/** Other spellings of the left side that people expect. */
const SYNONYMS: Readonly<Record<string, string>> = {
  time: 'at',
  timestamp: 'at',
  userAgent: 'user_agent',
  requestId: 'request_id',
  bytesOut: 'bytes_out',
  bytesIn: 'bytes_in',
  latency: 'latency_ms',
  latencyMs: 'latency_ms',
  forwardedFor: 'forwarded_for',
  client_ip: 'ip',
};

/** Throws an Error naming the field when a mapping has a left side that does not exist or an empty path. */
function compileMapping(mapping: Readonly<Record<string, string>>): { steps: Step[]; mapped: Set<string> } {
  const steps: Step[] = [];
  const mapped = new Set<string>();
  for (const [left, right] of Object.entries(mapping)) {
    const path = right.replace(/^\$?\./, '').split('.');
    if (right === '' || path.length > 16)
      throw new Error(`the mapping of ${left} needs a path of 1 to 16 names joined with dots`);
    const colon = left.indexOf(':');
    const name = Object.hasOwn(SYNONYMS, left) ? (SYNONYMS[left] as string) : left;
    if (colon > 0) steps.push(prefixStep(left.slice(0, colon), left.slice(colon + 1), path));
    else steps.push(fieldStep(name, path));
    mapped.add(name);
  }
  return { steps, mapped };
}

function fieldStep(name: string, path: readonly string[]): Step {
  const set = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (set === undefined) {
    const allowed = [...Object.keys(FIELDS), ...Object.keys(PREFIXES).map((p) => `${p}:NAME`)].join(', ');
    throw new Error(`the mapping has an unknown field ${name}; allowed are ${allowed}`);
  }
  return (root, draft) => {
    const value = lookup(root, path, 0);
    if (value !== undefined && value !== null && value !== '') set(draft, value);
  };
}

function prefixStep(prefix: string, name: string, path: readonly string[]): Step {
  const set = Object.hasOwn(PREFIXES, prefix) ? PREFIXES[prefix] : undefined;
  if (set === undefined || name === '') {
    throw new Error(
      `the mapping has ${prefix}:${name}; allowed are ${Object.keys(PREFIXES)
        .map((p) => `${p}:NAME`)
        .join(', ')}`,
    );
  }
  return (root, draft) => {
    const value = text(lookup(root, path, 0));
    if (value !== null) set(draft, name, value);
  };
}

/** Follows a dotted path; keys that hold dots themselves (`"http.request.method"`) are found too. */
function lookup(of: unknown, path: readonly string[], from: number): unknown {
  if (from === path.length) return of;
  if (Array.isArray(of)) return lookup(of[Number(path[from])], path, from + 1);
  const here = object(of);
  if (here === null) return undefined;
  for (let end = path.length; end > from; end--) {
    const key = path.slice(from, end).join('.');
    const found = property(here, key);
    if (found !== undefined && found !== null) {
      const value = lookup(found, path, end);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

const COMPILED_GUESSES = GUESSES.map(([name, paths]) => ({
  name,
  set: FIELDS[name] as (draft: Draft, value: unknown) => void,
  paths: paths.map((p) => p.split('.')),
}));

function guess(root: JsonObject, draft: Draft, mapped: ReadonlySet<string>): void {
  for (const { name, set, paths } of COMPILED_GUESSES) {
    if (mapped.has(name)) continue;
    for (const path of paths) {
      const value = lookup(root, path, 0);
      if (value === undefined || value === null || value === '' || value === '-') continue;
      if (typeof value === 'object' && !Array.isArray(value)) continue;
      set(draft, value);
      break;
    }
  }
}

function readObjects(root: JsonObject, draft: Draft): void {
  const { record } = draft;
  for (const path of HEADER_OBJECTS) {
    const headers = object(lookup(root, path.split('.'), 0));
    if (headers === null) continue;
    for (const name of Object.keys(headers).slice(0, 256)) {
      const value = text(headers[name]);
      if (value !== null) addHeader(record, name, value);
    }
  }
  for (const name of ['claims', 'jwt', 'jwt_claims'])
    copyScalars(child(root, name), record.claims, (key) => key);
  copyScalars(child(root, 'cookies'), record.cookies, (key) => key);
  for (const key of Object.keys(root).slice(0, 256)) readNginxName(key, text(root[key]), draft);
  copyScalars(root, record.extra, (key) => key);
  copyScalars(child(root, 'attributes'), record.extra, (key) => key);
}

/** `http_x_api_key`, `cookie_session`, `jwt_claim_sub`, as nginx names them. */
function readNginxName(key: string, value: string | null, draft: Draft): void {
  if (value === null) return;
  const { record } = draft;
  if (/^http_(?:x_|authorization$|cookie$|user_agent$|referer$|host$)/.test(key)) {
    addHeader(record, key.slice(5).replaceAll('_', '-'), value);
  } else if (key.startsWith('http.request.header.'))
    addHeader(record, key.slice(20).replaceAll('_', '-'), value);
  else if (key.startsWith('cookie_')) record.cookies[key.slice(7)] = value;
  else if (key.startsWith('jwt_claim_')) record.claims[key.slice(10)] = value;
}

function upper(method: string | null): string | null {
  return method !== null && /^[a-z]+$/.test(method) ? method.toUpperCase() : method;
}

function scaled(value: unknown, factor: number): number | null {
  const n = amount(value);
  return n === null ? null : n * factor;
}

function createParser(options: FormatOptions): LineParser {
  const { steps, mapped } = compileMapping(options.mapping ?? {});
  return (line) => {
    const read = readObject(unwrap(line));
    if (!read.ok) return read;
    const draft = newDraft();
    for (const step of steps) step(read.value, draft);
    if (mapped.has('target') || mapped.has('path')) mapped.add('target').add('path').add('request');
    guess(read.value, draft, mapped);
    readObjects(read.value, draft);
    if (draft.path !== null && draft.target !== null && !mapped.has('target'))
      draft.target = preferred(draft);
    return finish(draft);
  };
}

/** A full URL holds more than a bare path; a bare path holds less than path and query together. */
function preferred(draft: Draft): string | null {
  const target = draft.target as string;
  return target.includes('?') || draft.query === null ? target : null;
}

export const generic: GatewayFormat = {
  name: 'generic',
  title: 'Any NDJSON log (mapping, or OpenTelemetry, ECS, Caddy and nginx names)',
  snippet: `# keytrail.yaml: our field on the left, dotted path in the record on the right
ingest:
  format: generic
  mapping:
    at: timestamp
    method: http.method
    target: http.url
    status: http.status
    ip: client.address
    bytes_out: http.bytes
    user_agent: http.agent
    request_id: trace.id
    route: http.route
    user: auth.user
    header:x-api-key: auth.key
    claim:sub: auth.subject
# on the command line: keytrail scan --map at=timestamp --map status=http.status … app.ndjson`,
  notes:
    'Times may be ISO 8601, common log time or epoch seconds to nanoseconds. Fields without a mapping are looked for under the ' +
    'names of OpenTelemetry, ECS, Caddy and nginx JSON formats.',
  sniff(line) {
    const t = unwrap(line);
    if (!t.startsWith('{')) return 0;
    const outcome = guessingParser(t);
    return outcome.ok ? 0.6 : outcome.reason === 'wrong-shape' || outcome.reason === 'invalid-json' ? 0 : 0.1;
  },
  parser: createParser,
};

const guessingParser: LineParser = createParser({});
