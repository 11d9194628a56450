// Traefik access logs: JSON (2.x, 3.x and the field names of 1.7) and the common log format with its own ending.
// Always holds: the peer is ClientHost (the connection's address), never a forwarded header.
// Does not promise: headers. Traefik drops them by default; identity needs them kept in the configuration.

import { readCombined } from './combined.ts';
import { type Draft, finish, newDraft, reject } from './draft.ts';
import { unwrap } from './envelope.ts';
import { unescapeValue } from './escapes.ts';
import type { GatewayFormat, ParseOutcome } from './gateway-format.ts';
import { amount, copyScalars, type JsonObject, property, readObject, text } from './json-values.ts';
import { size } from './quantities.ts';
import { addHeader, setCertificate } from './request-headers.ts';
import type { Token } from './tokens.ts';

function parseLine(line: string): ParseOutcome {
  if (!line.startsWith('{')) return parseText(line);
  const read = readObject(line);
  return read.ok ? parseRecord(read.value) : read;
}

function parseText(line: string): ParseOutcome {
  const read = readCombined(line);
  if (read === null) {
    return reject('wrong-shape', "the line is neither Traefik's JSON access log nor its common log format");
  }
  readEnding(read.trailer, read.draft);
  return finish(read.draft);
}

/** `262 "router@docker" "http://172.19.0.3:5601" 2ms` */
function readEnding(tokens: readonly Token[], draft: Draft): void {
  const { record } = draft;
  const count = tokens[0];
  const router = tokens[1];
  const server = tokens[2];
  const last = /^(\d{1,12})ms$/.exec(tokens.at(-1)?.text ?? '')?.[1];
  if (count?.kind === 'word' && size(count.text) !== null) record.extra.request_count = count.text;
  if (router?.kind === 'quoted' && router.text !== '-') record.extra.router_name = unescapeValue(router.text);
  if (server?.kind === 'quoted' && server.text !== '-') record.extra.service_url = unescapeValue(server.text);
  if (last !== undefined) record.latencyMs = Number(last);
}

function parseRecord(root: JsonObject): ParseOutcome {
  const status = property(root, 'DownstreamStatus') ?? property(root, 'OriginStatus');
  const method = text(property(root, 'RequestMethod'));
  if (method === null && status === undefined) {
    return reject('wrong-shape', 'a Traefik access log record has RequestMethod and DownstreamStatus');
  }
  const draft = newDraft();
  const { record } = draft;
  draft.time = property(root, 'StartUTC') ?? property(root, 'StartLocal') ?? property(root, 'time') ?? null;
  draft.method = method;
  draft.target = text(property(root, 'RequestPath'));
  if (method === null || draft.target === null) draft.request = text(property(root, 'RequestLine'));
  draft.status = status ?? null;
  draft.peer = text(property(root, 'ClientHost')) ?? text(property(root, 'ClientAddr'));
  record.host = text(property(root, 'RequestAddr')) ?? text(property(root, 'RequestHost'));
  record.bytesIn = amount(property(root, 'RequestContentSize'));
  record.bytesOut =
    amount(property(root, 'DownstreamContentSize')) ?? amount(property(root, 'OriginContentSize'));
  const duration = amount(property(root, 'Duration'));
  record.latencyMs = duration === null ? null : duration / 1e6;
  record.user = text(property(root, 'ClientUsername'));
  setCertificate(record, 'subject', text(property(root, 'TLSClientSubject')));
  readHeaders(root, draft);
  copyScalars(root, record.extra, (key) => (/^(?:request|downstream|origin)_/.test(key) ? null : key));
  return finish(draft);
}

/** Kept request headers appear as `request_User-Agent`. */
function readHeaders(root: JsonObject, draft: Draft): void {
  for (const key of Object.keys(root).slice(0, 256)) {
    if (!key.startsWith('request_')) continue;
    const value = text(root[key]);
    if (value !== null) addHeader(draft.record, key.slice(8), value);
  }
}

export const traefik: GatewayFormat = {
  name: 'traefik',
  title: 'Traefik access log (JSON, common log format)',
  snippet: `# traefik.yml: JSON with the headers identity needs (they are dropped by default)
accessLog:
  format: json
  fields:
    headers:
      defaultMode: drop
      names:
        User-Agent: keep
        X-Api-Key: keep
        X-Forwarded-For: keep
        X-Request-Id: keep`,
  notes:
    'ClientUsername (basic or digest auth) is the only caller logged by default. Keep the credential header; it is hashed before anything is stored.',
  sniff(line) {
    const t = unwrap(line);
    if (t.startsWith('{'))
      return t.includes('"DownstreamStatus"') || t.includes('"RequestMethod"') ? 0.98 : 0;
    return /" \d+ms$/.test(t.slice(-24)) && readCombined(t) !== null ? 0.97 : 0;
  },
  parser: () => (line) => parseLine(unwrap(line)),
};
