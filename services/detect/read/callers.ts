// Remembers the ends of events, which say who called and from where: the same bytes come again with every call of a caller.
// Bound: 4,096 ends of at most 1,024 bytes; a new one takes the place of another. Always holds: an end is known only when all
// its bytes are the same; every event has objects of its own, so nobody's change reaches another event.

import type { EventCredential } from '../../../schemas/event.ts';
import type { Cursor } from '../../ingest/read/cursor.ts';
import { type Caller, scanCaller } from './scan-caller.ts';

export interface Callers {
  /** From the brace that opens `client` to before the one that closes `credential`; the event ends one brace later. */
  scan(cursor: Cursor): Caller;
}

const SLOTS = 4096;
const WIDTH = 1024;
/** Braces after what is remembered. */
const AFTER = 2;

export function createCallers(): Callers {
  const callers: (Caller | undefined)[] = new Array(SLOTS).fill(undefined);
  const lengths = new Uint32Array(SLOTS);
  const known = new Int32Array((SLOTS * WIDTH) / 4);

  return {
    scan(cursor) {
      const from = cursor.at;
      const length = cursor.end - AFTER - from;
      if (length < 4 || length > WIDTH) return scanCaller(cursor);
      const slot = hashOf(cursor.view, from, length) & (SLOTS - 1);
      const caller = callers[slot];
      if (caller !== undefined && lengths[slot] === length && same(cursor.view, from, length, slot)) {
        cursor.at = from + length;
        return copy(caller);
      }
      const fresh = scanCaller(cursor);
      if (cursor.failed || cursor.at !== from + length) return fresh;
      keep(cursor.view, from, length, slot);
      callers[slot] = copy(fresh);
      return fresh;
    },
  };

  function same(view: DataView, from: number, length: number, slot: number): boolean {
    const last = from + length - 4;
    let k = (slot * WIDTH) / 4;
    for (let at = from; at < last; at += 4, k++) if (view.getInt32(at, true) !== known[k]) return false;
    return view.getInt32(last, true) === known[k];
  }

  function keep(view: DataView, from: number, length: number, slot: number): void {
    const last = from + length - 4;
    let k = (slot * WIDTH) / 4;
    for (let at = from; at < last; at += 4, k++) known[k] = view.getInt32(at, true);
    known[k] = view.getInt32(last, true);
    lengths[slot] = length;
  }
}

/** Word by word; the last word overlaps the one before. */
function hashOf(view: DataView, from: number, length: number): number {
  const last = from + length - 4;
  let hash = length;
  for (let at = from; at < last; at += 4) hash = Math.imul(hash ^ view.getInt32(at, true), 0x5bd1e995);
  hash = Math.imul(hash ^ view.getInt32(last, true), 0x5bd1e995);
  return hash ^ (hash >>> 15);
}

function copy({ client, credential }: Caller): Caller {
  return { client: { ...client }, credential: copyCredential(credential) };
}

function copyCredential(credential: EventCredential): EventCredential {
  const out = { ...credential, scopes: credential.scopes.slice() };
  if (out.audience !== undefined) out.audience = out.audience.slice();
  return out;
}
