// Finds the parts of a combined or common log line that is written plainly, byte by byte and without a string.
// Always holds: where scan() answers true, combined.ts reads the same: what it says of the caller follows from the bytes before the time
// and from the user agent alone, everything else from the parts found. Does not promise: to know all of the format. Escapes, bytes beyond
// printable ASCII, rare methods, a virtual host before or fields behind are left to combined.ts.

import type { PlainLines } from './gateway-format.ts';
import { parseClfTime } from './time.ts';

const SPACE = 32;
const QUOTE = 34;
const DASH = 45;
const SLASH = 47;
const TEXT = 1;
const ADDRESS = 2;
/** What a byte may be part of: printable text without quote and backslash; the lower-case spelling of an address. */
const KIND = Uint8Array.from({ length: 256 }, (_, c) => {
  const text = c >= SPACE && c < 127 && c !== QUOTE && c !== 92 ? TEXT : 0;
  const address = (c >= 48 && c <= 58) || (c >= 97 && c <= 102) || c === 46 ? ADDRESS : 0;
  return text | address;
});
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'].map((name) => ({
  name,
  bytes: Uint8Array.from(`${name} `, (c) => c.charCodeAt(0)),
}));
const PROTOCOL = Uint8Array.from('HTTP/', (c) => c.charCodeAt(0));
/** `29/Sep/2021:14:11:34 +0200` */
const TIME = 26;
const MAX_CALLER = 512;
const MAX_SIZE_DIGITS = 15;

export class CombinedScanner implements PlainLines {
  /** Where address, ident and user end: at the time's bracket. */
  callerTo = 0;
  at = 0;
  method = '';
  targetFrom = 0;
  targetTo = 0;
  status = 0;
  bytesOut = 0;
  /** An empty range in the common format. */
  agentFrom = 0;
  agentTo = 0;
  private cursor = 0;
  /** The last time read, for the next call is often of the same second. */
  private readonly second = new Uint8Array(TIME);

  /** `line` without line ending. */
  scan(line: Uint8Array): boolean {
    return (
      this.caller(line) && this.time(line) && this.request(line) && this.answer(line) && this.agent(line)
    );
  }

  private caller(line: Uint8Array): boolean {
    let i = 0;
    while (KIND[line[i]!]! & ADDRESS) i++;
    if (i < 2 || line[i] !== SPACE) return false;
    const most = Math.min(line.length, MAX_CALLER);
    while (i < most && line[i] !== 91 && KIND[line[i]!]! & TEXT) i++;
    this.callerTo = i;
    return i < most && line[i] === 91 && line[i - 1] === SPACE;
  }

  private time(line: Uint8Array): boolean {
    const from = this.callerTo + 1;
    const to = from + TIME;
    if (to + 3 > line.length || line[to] !== 93 || line[to + 1] !== SPACE || line[to + 2] !== QUOTE)
      return false;
    this.cursor = to + 3;
    const { second } = this;
    let i = 0;
    while (i < TIME && line[from + i] === second[i]) i++;
    return i === TIME || this.readTime(line, from);
  }

  private readTime(line: Uint8Array, from: number): boolean {
    let text = '';
    for (let i = 0; i < TIME; i++) {
      const c = line[from + i]!;
      if (!(KIND[c]! & TEXT) || c === 93) return false;
      text += String.fromCharCode(c);
    }
    const at = parseClfTime(text);
    if (at === null) return false;
    this.second.set(line.subarray(from, from + TIME));
    this.at = at;
    return true;
  }

  /** `GET /v1/x HTTP/1.1"`, without blanks in the target. */
  private request(line: Uint8Array): boolean {
    const length = this.readMethod(line);
    if (length === 0) return false;
    let i = this.cursor + length;
    this.targetFrom = i;
    if (line[i] !== SLASH) return false;
    while (KIND[line[i]!]! & TEXT && line[i] !== SPACE) i++;
    this.targetTo = i;
    if (line[i] !== SPACE || !stands(PROTOCOL, line, i + 1)) return false;
    i += 1 + PROTOCOL.length;
    if (!isDigit(line[i])) return false;
    if (line[i + 1] === 46 && isDigit(line[i + 2])) i += 2;
    this.cursor = i + 2;
    return line[i + 1] === QUOTE;
  }

  /** Length of the method with its blank; 0 for a rare one. */
  private readMethod(line: Uint8Array): number {
    for (const { name, bytes } of METHODS) {
      if (!stands(bytes, line, this.cursor)) continue;
      this.method = name;
      return bytes.length;
    }
    return 0;
  }

  /** ` 200 1234`, or a dash for no bytes. */
  private answer(line: Uint8Array): boolean {
    let i = this.cursor;
    if (line[i] !== SPACE || line[i + 4] !== SPACE) return false;
    if (!(isDigit(line[i + 1]) && isDigit(line[i + 2]) && isDigit(line[i + 3]))) return false;
    this.status = (line[i + 1]! - 48) * 100 + (line[i + 2]! - 48) * 10 + line[i + 3]! - 48;
    if (this.status < 100 || this.status > 599) return false;
    i += 5;
    const from = i;
    let size = 0;
    for (; isDigit(line[i]); i++) size = size * 10 + line[i]! - 48;
    if (i === from && line[i] === DASH) i++;
    this.bytesOut = size;
    this.cursor = i;
    return i > from && i - from <= MAX_SIZE_DIGITS && (i === line.length || line[i] === SPACE);
  }

  /** ` "referer" "user agent"` up to the end of the line, or nothing. */
  private agent(line: Uint8Array): boolean {
    this.agentFrom = this.agentTo = this.cursor;
    if (this.cursor === line.length) return true;
    const referer = quotedEnd(line, this.cursor);
    if (referer < 0) return false;
    this.agentFrom = referer + 2;
    this.agentTo = quotedEnd(line, referer) - 1;
    return this.agentTo === line.length - 1;
  }
}

/** Index after the closing quote of ` "…"`, or -1. */
function quotedEnd(line: Uint8Array, from: number): number {
  if (line[from] !== SPACE || line[from + 1] !== QUOTE) return -1;
  let i = from + 2;
  while (KIND[line[i]!]! & TEXT) i++;
  return line[i] === QUOTE ? i + 1 : -1;
}

function stands(bytes: Uint8Array, line: Uint8Array, at: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (line[at + i] !== bytes[i]) return false;
  return true;
}

const isDigit = (c: number | undefined): boolean => c !== undefined && c >= 48 && c <= 57;
