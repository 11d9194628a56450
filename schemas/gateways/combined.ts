// The access log of nginx and Apache: common, combined, with a virtual host before or extra fields behind,
// or any shape given as a log format string.
// Always holds: linear time; a line whose request the server could not read is still a call (method and target `-`).
// Does not promise: unnamed trailing fields. Those are guessed only where their form leaves no doubt.

import { hopList, peerAddress } from './address.ts';
import { CombinedScanner } from './combined-plain.ts';
import { type Draft, finish, newDraft, reject } from './draft.ts';
import { unwrap } from './envelope.ts';
import { unescapeValue } from './escapes.ts';
import type { FormatOptions, GatewayFormat, LineParser, ParseOutcome } from './gateway-format.ts';
import { compileLogFormat } from './log-format.ts';
import { secondsToMs, size } from './quantities.ts';
import { addHeader } from './request-headers.ts';
import { parseClfTime } from './time.ts';
import { closingQuote, type Token, tokenise } from './tokens.ts';

export interface CombinedLine {
  draft: Draft;
  /** Fields after the user agent, unread. */
  trailer: Token[];
}

/** Reads everything up to and including the user agent; null when the line is not an access log line. */
export function readCombined(line: string): CombinedLine | null {
  const open = timeBracket(line);
  const close = open < 0 ? -1 : line.indexOf(']', open);
  if (close < 0) return null;
  let quote = close + 1;
  while (line[quote] === ' ') quote++;
  if (line[quote] !== '"') return null;
  const requestEnd = requestQuote(line, quote + 1);
  if (requestEnd < 0) return null;
  const draft = newDraft();
  if (!readCaller(tokenise(line.slice(0, open)), draft)) return null;
  draft.time = line.slice(open + 1, close);
  draft.at = parseClfTime(line.slice(open + 1, close));
  draft.request = line.slice(quote + 1, requestEnd);
  draft.escapedRequest = true;
  return { draft, trailer: readAnswer(tokenise(line, requestEnd + 1), draft) };
}

const MAX_CALLER = 16_384;

/** Index of the bracket that opens `[29/Sep/2021:…`, or -1; it stands within the first 16 KiB. */
function timeBracket(line: string): number {
  let open = line.indexOf('[');
  while (open >= 0 && !(line[open + 3] === '/' && line[open + 7] === '/' && line[open + 12] === ':')) {
    open = open > MAX_CALLER ? -1 : line.indexOf('[', open + 1);
  }
  return open;
}

/** The quote after which the status stands; servers that do not escape let quotes into the request. */
function requestQuote(line: string, from: number): number {
  let end = closingQuote(line, from);
  while (end < line.length && !/^" (?:\d{1,3}|-)(?: |$)/.test(line.slice(end, end + 6))) {
    const next = line.indexOf('"', end + 1);
    if (next < 0) return -1;
    end = next;
  }
  return end < line.length ? end : -1;
}

/** What stands before the time: [vhost] [forwarded list] address ident user, in the known variations. */
function readCaller(tokens: readonly Token[], draft: Draft): boolean {
  const words = mergeLists(tokens.filter((t) => t.kind !== 'bracketed'));
  const first = words[0];
  if (first === undefined) return false;
  let at = words.findIndex((w) => hopList(w) !== null);
  if (at < 0) at = 0;
  const next = words[at + 1];
  if (next !== undefined && hopList(next) !== null) {
    draft.record.forwardedFor = words[at] as string;
    at++;
  }
  draft.peer = words[at] as string;
  const before = words.slice(0, at).find((w) => isHost(w) && hopList(w) === null);
  if (before !== undefined) draft.record.host = withoutPort(before);
  const rest = words.slice(at + 1);
  // A user is a field or some words. Quotes among more than that are those of a line that lost its end: its request and referer.
  const isDamaged =
    rest.length > 2 && tokens.some((token) => token.kind === 'quoted' && !isPlace(token.text));
  if (isDamaged) return false;
  readUser(rest, draft);
  return true;
}

const isPlace = (text: string): boolean => isHost(text) || hopList(text) !== null;

/** `10.0.0.2, 10.0.0.1` is one field. */
function mergeLists(tokens: readonly Token[]): string[] {
  const words: string[] = [];
  for (const { text } of tokens) {
    const last = words.at(-1);
    if (last?.endsWith(',')) words[words.length - 1] = `${last} ${text}`;
    else words.push(text);
  }
  return words;
}

function readUser(words: readonly string[], draft: Draft): void {
  const ident = words[0];
  if (ident !== undefined && words.length === 2 && isHost(ident) && /[.:]/.test(ident)) {
    draft.record.host ??= withoutPort(ident);
  } else if (ident !== undefined && ident !== '-') {
    draft.record.extra.ident = ident;
  }
  const rest = words.length > 1 && ident !== '-' ? words.slice(1) : dropDashes(words);
  if (rest.at(-1) === '-') {
    const id = rest[0] as string;
    if (/^[0-9a-f]{32}$/.test(id)) draft.record.requestId = id;
  } else if (rest.length > 0) {
    const user = unescapeValue(rest.join(' '));
    draft.record.user = user === '' ? null : user;
  }
}

function dropDashes(words: readonly string[]): readonly string[] {
  const from = words.findIndex((w) => w !== '-');
  return from < 0 ? [] : words.slice(from);
}

function isHost(word: string): boolean {
  return word.length <= 260 && /^[A-Za-z0-9_*](?:[A-Za-z0-9_.*-]*)(?::\d{1,5})?$/.test(word);
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, '');
}

/** Status, bytes, an optional time taken, referer and user agent; gives back the rest. */
function readAnswer(tokens: readonly Token[], draft: Draft): Token[] {
  const { record } = draft;
  draft.status = tokens[0]?.text ?? null;
  const bytes = tokens[1];
  if (bytes?.kind === 'word') record.bytesOut = bytes.text === '-' ? 0 : size(bytes.text);
  let at = 2;
  const taken = tokens[at];
  if (taken?.kind === 'word' && tokens[at + 1]?.kind === 'quoted' && secondsToMs(taken.text) !== null) {
    record.latencyMs = secondsToMs(taken.text);
    at++;
  }
  const referer = tokens[at];
  const agent = tokens[at + 1];
  if (referer?.kind !== 'quoted' || agent?.kind !== 'quoted') return tokens.slice(at);
  if (present(referer.text)) addHeader(record, 'referer', unescapeValue(referer.text));
  if (present(agent.text)) addHeader(record, 'user-agent', unescapeValue(agent.text));
  return tokens.slice(at + 2);
}

function present(text: string): boolean {
  return text !== '' && text !== '-';
}

/** ingress-nginx, `"$http_x_forwarded_for"`, `$request_time` and `name=value`; the rest is kept by position. */
function readTrailer(tokens: readonly Token[], draft: Draft): void {
  const { record } = draft;
  if (isIngress(tokens)) {
    readIngress(tokens, draft);
    return;
  }
  tokens.forEach((token, i) => {
    const text = unescapeValue(token.text);
    if (!present(text)) return;
    const pair = /^([A-Za-z_][\w.-]{0,63})[=:](.*)$/.exec(text);
    if (token.kind === 'quoted' && i === 0 && hopList(text) !== null) record.forwardedFor ??= text;
    else if (token.kind === 'word' && i === 0 && /^\d+\.\d+$/.test(text))
      record.latencyMs ??= secondsToMs(text);
    else if (pair !== null && !text.includes('://'))
      readPair(pair[1] as string, pair[2] as string, tokens[i + 1], draft);
    else record.extra[`trailing_${i + 1}`] = text;
  });
}

function readPair(name: string, value: string, next: Token | undefined, draft: Draft): void {
  const text =
    value === '' && next?.kind === 'quoted' ? unescapeValue(next.text) : value.replace(/^"(.*)"$/, '$1');
  if (!present(text)) return;
  if (name === 'rt' || name === 'request_time') draft.record.latencyMs ??= secondsToMs(text);
  if (name === 'request_id' || name === 'req_id' || name === 'rid') draft.record.requestId ??= text;
  draft.record.extra[name] = text;
}

function isIngress(t: readonly Token[]): boolean {
  return (
    t.length >= 6 &&
    t[0]?.kind === 'word' &&
    t[1]?.kind === 'word' &&
    t[2]?.kind === 'bracketed' &&
    size(t[0].text) !== null &&
    secondsToMs(t[1].text) !== null
  );
}

/** Quotes and braces come from what something else wrote behind the line, and may belong to a secret. */
const REQUEST_ID = /^[\w.:+=/@-]{1,128}$/;

/** `$request_length $request_time [upstream] [alternative] addr length time status $req_id` */
function readIngress(t: readonly Token[], draft: Draft): void {
  const { record } = draft;
  record.bytesIn = size((t[0] as Token).text);
  record.latencyMs = secondsToMs((t[1] as Token).text);
  record.extra.proxy_upstream_name = (t[2] as Token).text;
  const last = t.at(-1) as Token;
  const isId =
    last.kind === 'word' &&
    REQUEST_ID.test(last.text) &&
    !/^\d{0,3}$/.test(last.text) &&
    last.text !== '-' &&
    peerAddress(last.text) === null;
  if (isId) record.requestId = last.text;
}

function parseDefault(line: string): ParseOutcome {
  const read = readCombined(line);
  if (read === null) {
    return reject(
      'wrong-shape',
      'the line is not in common or combined log format; give the format with --log-format',
    );
  }
  readTrailer(read.trailer, read.draft);
  return finish(read.draft);
}

/** One format a line; `combined` stands for the built-in one. The first that matches a line reads it. */
function compileAll(source: string): LineParser {
  const single = /^\s*(?:log_format|LogFormat|CustomLog|\{)/.test(source);
  const sources = single ? [source] : source.split('\n').filter((s) => s.trim() !== '');
  if (sources.length === 0) throw new Error('the log format is empty');
  const parsers = sources.map((s) =>
    /^\s*(?:combined|common)\s*$/.test(s) ? parseDefault : compileLogFormat(s),
  );
  return (line) => {
    let refusal: ParseOutcome | null = null;
    for (const parse of parsers) {
      const outcome = parse(line);
      if (outcome.ok) return outcome;
      if (refusal === null || (!refusal.ok && refusal.reason === 'wrong-shape')) refusal = outcome;
    }
    return refusal as ParseOutcome;
  };
}

const SNIPPET = `# nginx: log time, caller, token claims and request id
log_format keytrail escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","remote_user":"$remote_user",'
  '"request_method":"$request_method","request_uri":"$request_uri","status":$status,"body_bytes_sent":$body_bytes_sent,'
  '"request_time":$request_time,"http_user_agent":"$http_user_agent","http_x_api_key":"$http_x_api_key","request_id":"$request_id"}';
access_log /var/log/nginx/api.log keytrail;
# Apache: LogFormat "%a %l %u %t \\"%r\\" %>s %b \\"%{Referer}i\\" \\"%{User-Agent}i\\" %L" keytrail`;

export const combined: GatewayFormat = {
  name: 'combined',
  title: 'nginx / Apache access log (common, combined, or any log format string)',
  snippet: SNIPPET,
  notes:
    'The default format names callers only by basic-auth user. Log the credential ($http_x_api_key, $cookie_NAME, $jwt_claim_NAME, ' +
    '%{NAME}i, %{NAME}C) and pass the format with --log-format.',
  sniff(line) {
    const text = unwrap(line);
    const open = timeBracket(text.slice(0, 4096));
    return open >= 0 && readCombined(text) !== null ? 0.9 : 0;
  },
  parser(options: FormatOptions): LineParser {
    const parse = options.logFormat === undefined ? parseDefault : compileAll(options.logFormat);
    return (line) => parse(unwrap(line));
  },
  plain: (options) => (options.logFormat === undefined ? new CombinedScanner() : null),
};
