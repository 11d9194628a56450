// The fast way from a text line to its event: a plainly written line of a known caller needs only its call read.
// Always holds: the answer is null, or the event that parser and event builder give for the same bytes (property-tested): what they
// know of a caller follows from the bytes that name it and from its user agent, and those are compared byte by byte.
// Secrets: neither is kept when one of their words may be a secret; such lines are read slowly each time.
// Bound: 16,384 callers of at most 1,024 bytes. A caller is remembered from its second line on.

import type { PlainLines } from '../../../schemas/gateways/gateway-format.ts';
import { normalised } from '../mask/names.ts';
import type { Bytes } from '../read/cursor.ts';
import type { FamiliarLine, KnownCaller } from '../to-event.ts';
import type { FamiliarLines } from './familiar.ts';
import { mayBeSecret } from './may-be-secret.ts';

interface Entry {
  hash: number;
  /** The bytes that name the caller, then the user agent. */
  bytes: Uint8Array;
  callerLength: number;
  caller: KnownCaller;
}

/** Callers have their place in one of a bucket's; where all are taken, the oldest goes. */
const BUCKETS = 4096;
const PLACES = 4;
const SEEN = 65_536;
const MAX_BYTES = 1024;
/** What a plain line says of its caller beside the bytes compared; an extractor that reads it leaves no fast way. */
const UNCOMPARED = 'referer';

/** `names` are those that identity extractors read. Null when one of them may stand where lines of a caller differ. */
export function createPlainLines(plain: PlainLines, names: readonly string[]): FamiliarLines | null {
  if (names.some((name) => normalised(name) === UNCOMPARED)) return null;
  const buckets: Entry[][] = Array.from({ length: BUCKETS }, () => []);
  /** Hashes of callers that were met once. */
  const seen = new Int32Array(SEEN);
  const bucketOf = (hash: number) => buckets[(hash ^ (hash >>> 15)) & (BUCKETS - 1)]!;

  return {
    read(line) {
      if (!plain.scan(line)) return null;
      const hash = hashOf(line, plain);
      const entry = find(bucketOf(hash), hash, line, plain);
      return entry === null ? null : familiar(entry.caller, line as Bytes, plain);
    },
    learn(line, record, callerOf) {
      // A request id among the caller's words is of the one call.
      if (record.requestId !== null || !plain.scan(line)) return;
      const hash = hashOf(line, plain);
      const slot = hash & (SEEN - 1);
      const again = seen[slot] === hash;
      seen[slot] = hash;
      const bucket = bucketOf(hash);
      if (!again || find(bucket, hash, line, plain) !== null) return;
      const entry = entryOf(hash, line as Bytes, plain, () => callerOf(record));
      if (entry === null) return;
      bucket.push(entry);
      if (bucket.length > PLACES) bucket.shift();
    },
  };
}

function familiar(caller: KnownCaller, line: Bytes, plain: PlainLines): FamiliarLine {
  const { at, method, status, bytesOut } = plain;
  const target = line.latin1Slice(plain.targetFrom, plain.targetTo);
  const call = { at, method, target, status, bytesIn: null, bytesOut, latencyMs: null, requestId: null };
  return { caller, call, route: null };
}

/** Null when a word may be a secret, or the bytes are too many. */
function entryOf(
  hash: number,
  line: Bytes,
  { callerTo, agentFrom, agentTo }: PlainLines,
  callerOf: () => KnownCaller | null,
): Entry | null {
  if (callerTo + agentTo - agentFrom > MAX_BYTES) return null;
  const named = line.latin1Slice(0, callerTo);
  const agent = line.latin1Slice(agentFrom, agentTo);
  if ([named, agent, ...named.split(' ')].some(mayBeSecret)) return null;
  const caller = callerOf();
  if (caller === null) return null;
  return { hash, bytes: Buffer.from(named + agent, 'latin1'), callerLength: callerTo, caller };
}

/** FNV-1a over the bytes that tell the caller. */
function hashOf(line: Uint8Array, { callerTo, agentFrom, agentTo }: PlainLines): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < callerTo; i++) hash = Math.imul(hash ^ line[i]!, 0x01000193);
  for (let i = agentFrom; i < agentTo; i++) hash = Math.imul(hash ^ line[i]!, 0x01000193);
  return hash | 0;
}

function find(bucket: readonly Entry[], hash: number, line: Uint8Array, plain: PlainLines): Entry | null {
  for (const entry of bucket) if (entry.hash === hash && isOf(entry, line, plain)) return entry;
  return null;
}

function isOf({ bytes, callerLength }: Entry, line: Uint8Array, plain: PlainLines): boolean {
  const { callerTo, agentFrom, agentTo } = plain;
  if (callerLength !== callerTo || bytes.length !== callerTo + agentTo - agentFrom) return false;
  for (let i = 0; i < callerTo; i++) if (line[i] !== bytes[i]) return false;
  for (let i = agentFrom, k = callerTo; i < agentTo; i++, k++) if (line[i] !== bytes[k]) return false;
  return true;
}
