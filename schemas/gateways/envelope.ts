// Takes off what collectors put around a gateway's line: syslog headers, CRI and Docker prefixes.
// Always holds: a line without an envelope comes back unchanged; linear time; never throws.
// Does not promise: the envelope's own time or host; the gateway's line carries better ones.

import { parseJson } from './strict-json.ts';

const PRIORITY = /^<\d{1,3}>/;
const RFC5424 = /^1 \S{1,64} \S{1,255} \S{1,48} \S{1,128} \S{1,32} (?:-|\[)/;
const RFC3164_TIME = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d /;
const ISO_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)? /;
const TAG = /^(?:\S{1,255} )?[A-Za-z0-9_./@-]{1,64}(?:\[\d{1,10}\])?: /;
const CRI = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d) std(?:out|err) [FP] /;

/** The line the gateway wrote. Unwraps at most three envelopes (Docker in CRI in syslog). */
export function unwrap(line: string): string {
  let text = line.charCodeAt(line.length - 1) === 13 ? line.slice(0, -1) : line;
  if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  for (let i = 0; i < 3; i++) {
    const inner = unwrapOnce(text);
    if (inner === text) return text;
    text = inner;
  }
  return text;
}

function unwrapOnce(text: string): string {
  const c = text.charCodeAt(0);
  if (c === 123 /* { */) return text.startsWith('{"log":"') ? unwrapDocker(text) : text;
  if (c === 60 /* < */) return unwrapSyslog(text);
  const head = text.slice(0, 48);
  const cri = CRI.exec(head.length < text.length ? text.slice(0, 64) : head);
  if (cri !== null) return text.slice(cri[0].length);
  if (RFC3164_TIME.test(head) || ISO_TIME.test(head)) return unwrapTagged(text, text);
  return text;
}

function unwrapDocker(text: string): string {
  const parsed = parseJson(text);
  const log = parsed.ok ? (parsed.value as { log?: unknown }).log : undefined;
  return typeof log === 'string' ? log.replace(/\r?\n$/, '') : text;
}

function unwrapSyslog(text: string): string {
  const priority = PRIORITY.exec(text.slice(0, 8));
  if (priority === null) return text;
  const rest = text.slice(priority[0].length);
  const header = RFC5424.exec(rest.slice(0, 640));
  if (header !== null) return afterStructuredData(rest, header[0].length - 1).replace(/^\uFEFF/, '');
  return unwrapTagged(rest, rest);
}

/** RFC 3164: time, host, tag. The tag decides: without one the text is not taken for syslog. */
function unwrapTagged(text: string, otherwise: string): string {
  const head = text.slice(0, 512);
  const time = RFC3164_TIME.exec(head) ?? ISO_TIME.exec(head);
  if (time === null) return otherwise;
  const tag = TAG.exec(head.slice(time[0].length));
  return tag === null ? otherwise : text.slice(time[0].length + tag[0].length);
}

function afterStructuredData(text: string, from: number): string {
  let i = from;
  if (text[i] === '-') return text.slice(i + 1).trimStart();
  let quoted = false;
  for (; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (c === ']' && !quoted && text[i + 1] !== '[') break;
  }
  return text.slice(i + 1).trimStart();
}
