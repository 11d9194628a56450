// The fast way from a JSON line to its event: a line of a known shape, with a known caller's values, needs only its call read.
// Always holds: the answer is null, or the event that parser and event builder give for the same bytes (property-tested): what they
// know of a caller follows from the caller's values alone, and those are compared byte by byte.
// Secrets: nothing is kept of a line that carries one, by name, by shape or by looking generated; such lines are read slowly each time.
// Bound: 16,384 callers of at most 1,024 bytes. A caller is remembered from its second line on.

import type { FormatOptions, GatewayFormat } from '../../../schemas/gateways/gateway-format.ts';
import type { GatewayRecord } from '../../../schemas/gateways/gateway-record.ts';
import { amount } from '../../../schemas/gateways/json-values.ts';
import { isMethod } from '../../../schemas/gateways/request-line.ts';
import { parseTime } from '../../../schemas/gateways/time.ts';
import { normalised } from '../mask/names.ts';
import { Cursor } from '../read/cursor.ts';
import type { Call, FamiliarLine, KnownCaller } from '../to-event.ts';
import { takeApart } from './leaves.ts';
import { mayBeSecret } from './may-be-secret.ts';
import { createPlainLines } from './plain-lines.ts';
import { createShapes, type Match, type Usual } from './shapes.ts';

export interface FamiliarLines {
  /** Null for every line that has to be parsed. */
  read(line: Buffer): FamiliarLine | null;
  /** Told of a line that was parsed, after read() answered null for it. */
  learn(line: Buffer, record: GatewayRecord, callerOf: (record: GatewayRecord) => KnownCaller | null): void;
}

interface Entry {
  hash: number;
  layout: number;
  /** The caller's values, one after the other. */
  values: Uint8Array;
  /** Where each value ends in `values`. */
  ends: Uint16Array;
  /** Those that were the usual ones of their places. */
  usual: (Usual | null)[];
  caller: KnownCaller;
}

/** Callers have their place in one of a bucket's; where all are taken, the oldest goes. */
const BUCKETS = 4096;
const PLACES = 4;
const SEEN = 65_536;
const MAX_ROUTES = 4096;
const MAX_BYTES = 1024;

/** Null for formats that do not tell calls from callers. `names` are those that identity extractors read. */
export function createFamiliarLines(
  format: GatewayFormat,
  formatOptions: FormatOptions,
  names: readonly string[],
): FamiliarLines | null {
  const { calls } = format;
  const plain = format.plain?.(formatOptions) ?? null;
  if (plain !== null) return createPlainLines(plain, names);
  if (calls === undefined) return null;
  const shapes = createShapes();
  const cursor = new Cursor();
  const buckets: Entry[][] = Array.from({ length: BUCKETS }, () => []);
  /** Hashes of callers that were met once. */
  const seen = new Int32Array(SEEN);
  /** The record's route by what the line says of it. */
  const routes = new Map<string, string | null>();
  const read = new Set(names.map(normalised));
  const isRead = (name: string) => read.has(normalised(name));
  const bucketOf = ({ hash }: Match) => buckets[(hash ^ (hash >>> 15)) & (BUCKETS - 1)]!;

  return {
    read(line) {
      cursor.open(line);
      const match = shapes.match(cursor);
      const entry = match === null ? undefined : find(bucketOf(match), match, cursor.memory);
      if (entry === undefined) return null;
      const route = routes.get(routeKey(match!));
      const call = callOf(match!);
      return call === null || route === undefined ? null : { caller: entry.caller, call, route };
    },
    learn(line, record, callerOf) {
      if (!calls.complete(record)) return;
      cursor.open(line);
      const match = shapes.match(cursor);
      if (match === null) learnShape(line, callerOf(record) !== null);
      else {
        learnRoute(match, record);
        remember(match, () => callerOf(record));
      }
    },
  };

  function learnShape(line: Buffer, isPlain: boolean): void {
    if (shapes.full) return;
    const text = line.toString('latin1');
    const taken = takeApart(text);
    // Keys can be secrets too: Kong logs parameters as members, `?<token>` among them.
    if (taken === null || taken.keys.some(mayBeSecret)) return;
    shapes.learn(text, taken.leaves, {
      useOf: ({ path }) => calls!.of(path, isRead),
      mayKeep: (value) => isPlain && !mayBeSecret(value),
    });
  }

  function learnRoute(match: Match, record: GatewayRecord): void {
    const { route } = match.parts;
    const plain = typeof route !== 'string' || !route.split('\n').some(mayBeSecret);
    if (routes.size < MAX_ROUTES && plain) routes.set(routeKey(match), record.route);
  }

  function remember(match: Match, callerOf: () => KnownCaller | null): void {
    const { hash, layout } = match;
    const slot = hash & (SEEN - 1);
    const again = seen[slot] === hash;
    seen[slot] = hash;
    const bucket = bucketOf(match);
    if (!again || find(bucket, match, cursor.memory) !== undefined) return;
    const values = valuesOf(match, cursor.memory);
    const caller = values === null ? null : callerOf();
    if (values === null || caller === null) return;
    const ends = new Uint16Array(values.length);
    values.reduce((end, value, i) => (ends[i] = end + value.length), 0);
    const usual = match.usual.slice(0, match.count);
    bucket.push({ hash, layout, values: Buffer.from(values.join(''), 'latin1'), ends, usual, caller });
    if (bucket.length > PLACES) bucket.shift();
  }
}

function find(bucket: readonly Entry[], match: Match, memory: Uint8Array): Entry | undefined {
  for (const entry of bucket) if (entry.hash === match.hash && isOf(entry, match, memory)) return entry;
  return undefined;
}

const routeKey = ({ layout, parts }: Match) => `${layout} ${parts.route}`;

/** Null when they are too long, or one of them may be a secret. */
function valuesOf({ from, to, count }: Match, memory: Buffer): string[] | null {
  const values: string[] = [];
  let length = 0;
  for (let i = 0; i < count; i++) {
    const value = memory.toString('latin1', from[i], to[i]);
    length += value.length;
    if (length > MAX_BYTES || mayBeSecret(value)) return null;
    values.push(value);
  }
  return values;
}

function isOf(entry: Entry, match: Match, memory: Uint8Array): boolean {
  if (entry.layout !== match.layout) return false;
  const { values, ends } = entry;
  for (let i = 0; i < match.count; i++) {
    const usual = match.usual[i]!;
    if (usual !== null && usual === entry.usual[i]) continue;
    const to = match.to[i]!;
    let k = i === 0 ? 0 : ends[i - 1]!;
    if (to - match.from[i]! !== ends[i]! - k) return false;
    for (let at = match.from[i]!; at < to; at++, k++) if (memory[at] !== values[k]) return false;
  }
  return true;
}

/** Null for what is not written plainly: the parser reads it, or says what is wrong. */
function callOf({ parts, hasQuery }: Match): Call | null {
  const { method, target, status, requestId } = parts;
  const at = parseTime(parts.time);
  if (at === null || typeof method !== 'string' || !isMethod(method)) return null;
  if (typeof target !== 'string' || !target.startsWith('/')) return null;
  if (hasQuery && !target.includes('?')) return null;
  if (typeof requestId !== 'string' || requestId === '' || requestId === '-') return null;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) return null;
  return {
    at,
    method,
    target,
    status,
    bytesIn: amount(parts.bytesIn),
    bytesOut: amount(parts.bytesOut),
    latencyMs: amount(parts.latency),
    requestId,
  };
}
