// Remembers where events come from, gateway to method: few values, the same in one event after the other, compared as one.
// Bound: 8 of at most 512 bytes. Always holds: what is known is taken only for the same bytes, the key after them included.
// Where hosts are so many that remembering does not pay, it ends.

import type { ApiEvent } from '../../../schemas/event.ts';
import { type Cursor, type Expected, expected } from '../../ingest/read/cursor.ts';

const GATEWAY = expected(',"gateway":"');
const TENANT = expected('","tenant":"');
const ENVIRONMENT = expected('","environment":"');
const HOST = expected('","host":"');
const METHOD = expected('","method":"');
const PATH = expected('","path":"');

type Head = Pick<ApiEvent, 'gateway' | 'tenant' | 'environment' | 'host' | 'method'>;

export interface Heads {
  /** From the comma before `gateway` to after the quote that opens `path`. */
  scan(cursor: Cursor): Head;
}

const MOST = 8;
const MAX_LENGTH = 512;
/** How many more misses than hits are borne. */
const PATIENCE = 1000;

export function createHeads(): Heads {
  const known: { bytes: Expected; head: Head }[] = [];
  let oldest = 0;
  let missed = 0;

  function keep(bytes: Buffer, head: Head): void {
    // Expected bytes are ASCII.
    if (bytes.length > MAX_LENGTH || bytes.some((byte) => byte > 127)) return;
    known[oldest] = { bytes: expected(bytes.toString('latin1')), head };
    oldest = (oldest + 1) % MOST;
  }

  return {
    scan(cursor) {
      for (const { bytes, head } of known)
        if (cursor.passes(bytes)) {
          if (missed > 0) missed--;
          return head;
        }
      const from = cursor.at;
      const head = scanHead(cursor);
      if (cursor.failed || missed > PATIENCE) return head;
      if (++missed > PATIENCE) known.length = 0;
      else keep(cursor.memory.subarray(from, cursor.at), head);
      return head;
    },
  };
}

function scanHead(cursor: Cursor): Head {
  cursor.skip(GATEWAY);
  const gateway = cursor.repeated();
  cursor.skip(TENANT);
  const tenant = cursor.repeated();
  cursor.skip(ENVIRONMENT);
  const environment = cursor.repeated();
  cursor.skip(HOST);
  const host = cursor.repeated();
  cursor.skip(METHOD);
  const method = cursor.repeated();
  cursor.skip(PATH);
  return { gateway, tenant, environment, host, method };
}
