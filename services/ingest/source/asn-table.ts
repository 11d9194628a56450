// Autonomous systems by address, from the CSV files of @ip-location-db/asn (RouteViews and DB-IP, CC BY 4.0).
// Always holds: about 6 MB for IPv4 and 2 MB for IPv6, in typed arrays plus one buffer of names; lookups are binary searches.
// Does not promise: IPv6 ranges finer than /64, which the table rounds to the /64 that holds their start.

import { readFileSync } from 'node:fs';

export interface AsnTable {
  /** IPv4: the address and 0. IPv6: its first and second 32 bits. Null when no range holds the address. */
  find(high: number, low: number): { asn: number; name: string } | null;
  readonly ranges: number;
}

const NEWLINE = 10;
const COMMA = 44;
const QUOTE = 34;
const COLON = 58;

interface Columns {
  startHigh: Uint32Array;
  startLow: Uint32Array;
  endHigh: Uint32Array;
  endLow: Uint32Array;
  asn: Uint32Array;
}

/** Reads `start,end,asn,name` lines; IPv4 bounds are decimal numbers, IPv6 bounds are textual. @throws when unreadable. */
export function loadAsnTable(file: string, version: 4 | 6): AsnTable {
  const bytes = readFileSync(file);
  const columns = allocate(countLines(bytes), version);
  const names = createNames();
  let rows = 0;
  let at = 0;
  const parse = version === 4 ? parseDecimal : parseIpv6;
  while (at < bytes.length) {
    const start = parse(bytes, at);
    const end = parse(bytes, start.next);
    const asn = parseDecimal(bytes, end.next);
    const newline = bytes.indexOf(NEWLINE, asn.next);
    const stop = newline < 0 ? bytes.length : newline;
    columns.startHigh[rows] = start.high;
    columns.endHigh[rows] = end.high;
    if (version === 6) {
      columns.startLow[rows] = start.low;
      columns.endLow[rows] = end.low;
    }
    columns.asn[rows] = asn.high;
    names.add(asn.high, bytes, asn.next, stop);
    rows++;
    at = stop + 1;
  }
  return { ranges: rows, find: (high, low) => find(columns, { rows, version, names }, high, low) };
}

function allocate(rows: number, version: 4 | 6): Columns {
  const low = version === 6 ? rows : 0;
  return {
    startHigh: new Uint32Array(rows),
    startLow: new Uint32Array(low),
    endHigh: new Uint32Array(rows),
    endLow: new Uint32Array(low),
    asn: new Uint32Array(rows),
  };
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = 0; at < bytes.length; lines++) {
    const newline = bytes.indexOf(NEWLINE, at);
    if (newline < 0) return lines + 1;
    at = newline + 1;
  }
  return lines;
}

/** Digits up to the next comma, as an unsigned 32-bit number. */
function parseDecimal(bytes: Buffer, from: number): { high: number; low: number; next: number } {
  let value = 0;
  let at = from;
  for (; at < bytes.length && bytes[at] !== COMMA && bytes[at] !== NEWLINE; at++)
    value = value * 10 + bytes[at]! - 48;
  return { high: value, low: 0, next: at + 1 };
}

/** First 64 bits of a textual IPv6 address. */
function parseIpv6(bytes: Buffer, from: number): { high: number; low: number; next: number } {
  const groups = [0, 0, 0, 0];
  let group = 0;
  let at = from;
  for (; at < bytes.length && bytes[at] !== COMMA; at++) {
    const c = bytes[at]!;
    if (c !== COLON) {
      if (group < 4) groups[group] = groups[group]! * 16 + (c <= 57 ? c - 48 : (c | 32) - 87);
    } else if (bytes[at + 1] === COLON) return atDoubleColon(bytes, at + 2, groups, group + 1);
    else group++;
  }
  return { high: groups[0]! * 65536 + groups[1]!, low: groups[2]! * 65536 + groups[3]!, next: at + 1 };
}

/** After `::` the remaining groups are right-aligned; those that reach into the first four count. */
function atDoubleColon(bytes: Buffer, from: number, groups: number[], before: number) {
  const comma = bytes.indexOf(COMMA, from);
  const tail = bytes.toString('latin1', from, comma).split(':');
  const first = tail[0] === '' ? 8 : 8 - tail.length;
  for (let i = before; i < 4; i++) groups[i] = i >= first ? Number.parseInt(tail[i - first]!, 16) : 0;
  return { high: groups[0]! * 65536 + groups[1]!, low: groups[2]! * 65536 + groups[3]!, next: comma + 1 };
}

interface Names {
  add(asn: number, bytes: Buffer, from: number, to: number): void;
  get(asn: number): string;
}

/** One copy of each name, end to end in a buffer; decoded when asked for. */
function createNames(): Names {
  const where = new Map<number, number>();
  let buffer = Buffer.alloc(1 << 20);
  let used = 0;
  return {
    add(asn, bytes, from, to) {
      if (where.has(asn)) return;
      const length = Math.min(to - from, 255);
      if (used + length + 1 > buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      where.set(asn, used);
      buffer[used] = length;
      bytes.copy(buffer, used + 1, from, from + length);
      used += length + 1;
    },
    get(asn) {
      const at = where.get(asn);
      if (at === undefined) return `AS${asn}`;
      let from = at + 1;
      let to = from + buffer[at]!;
      if (buffer[to - 1] === 13) to--;
      if (buffer[from] !== QUOTE) return buffer.toString('utf8', from, to);
      from++;
      if (buffer[to - 1] === QUOTE) to--;
      return buffer.toString('utf8', from, to).replaceAll('""', '"');
    },
  };
}

function find(
  columns: Columns,
  table: { rows: number; version: 4 | 6; names: Names },
  high: number,
  low: number,
): { asn: number; name: string } | null {
  const { startHigh, startLow, endHigh, endLow } = columns;
  const wide = table.version === 6;
  let from = 0;
  let to = table.rows;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const start = startHigh[middle]!;
    if (start < high || (start === high && (!wide || startLow[middle]! <= low))) from = middle + 1;
    else to = middle;
  }
  const row = from - 1;
  if (row < 0) return null;
  const end = endHigh[row]!;
  if (end < high || (wide && end === high && endLow[row]! < low)) return null;
  const asn = columns.asn[row]!;
  return { asn, name: table.names.get(asn) };
}
