// The fast way from the bytes of a bus message to its event. Bus messages are our own JSON.stringify of an ApiEvent, so their
// keys stand in the order of schemas/event.ts, without blanks: exactly that is read, everything else is left to the slow way.
// Always holds: the answer is null, or equal to what JSON.parse and the schema give for the same bytes (property-tested).
// Why that is so: every byte is either compared with a key expected there, or part of a value read as JSON.parse reads it and
// checked as the schema checks it; the keys and braces expected make a whole object without repeated or further keys.

import type { ApiEvent, EventObject } from '../../../schemas/event.ts';
import { Cursor, expected } from '../../ingest/read/cursor.ts';
import { type Callers, createCallers } from './callers.ts';
import { createHeads, type Heads } from './heads.ts';

const ID = expected('{"id":"');
const AT = expected('","at":');
const ROUTE = expected('","route":"');
const OBJECTS = expected('","objects":[');
const COLLECTION = expected('{"collection":"');
const OBJECT_ID = expected('","id":"');
const QUERY = expected('],"query":"');
const SHAPE = expected('","query_shape":"');
const PAGE = expected('","page":');
const PAGE_KIND = expected('{"kind":"');
const PAGE_VALUE = expected('","value":');
const PAGE_LIMIT = expected(',"limit":');
const STATUS = expected(',"status":');
const BYTES_IN = expected(',"bytes_in":');
const BYTES_OUT = expected(',"bytes_out":');
const ITEMS = expected(',"items":');
const LATENCY = expected(',"latency_ms":');
const REQUEST_ID = expected(',"request_id":');
const CLIENT = expected(',"client":');
const NULL = expected('null');
const QUOTE = 34;
const COMMA = 44;
const CLOSING_BRACKET = 93;
const CLOSING_BRACE = 125;

const ID_LENGTH = 32;
const HIGHEST_STATUS = 999;

export interface EventScanner {
  /** The event, or null when JSON.parse has to read the message. */
  scan(value: Buffer): ApiEvent | null;
  /** Lets go of the memory the last message lies in. */
  close(): void;
}

export function createEventScanner(): EventScanner {
  const cursor = new Cursor();
  const heads = createHeads();
  const callers = createCallers();
  return {
    scan(value) {
      cursor.open(value);
      const event = scanEvent(cursor, heads, callers);
      return cursor.failed || cursor.at !== cursor.end ? null : event;
    },
    close: () => cursor.close(),
  };
}

function scanEvent(cursor: Cursor, heads: Heads, callers: Callers): ApiEvent | null {
  cursor.skip(ID);
  const id = cursor.text();
  if (id.length !== ID_LENGTH) return null;
  cursor.skip(AT);
  const at = cursor.whole();
  const { gateway, tenant, environment, host, method } = heads.scan(cursor);
  const path = cursor.text();
  cursor.skip(ROUTE);
  const route = cursor.repeated();
  cursor.skip(OBJECTS);
  const objects = cursor.next(CLOSING_BRACKET) ? [] : scanObjects(cursor);
  cursor.skip(QUERY);
  const query = cursor.text();
  cursor.skip(SHAPE);
  const shape = cursor.repeated();
  cursor.skip(PAGE);
  const page = cursor.passes(NULL) ? null : scanPage(cursor);
  cursor.skip(STATUS);
  const status = cursor.whole();
  if (status > HIGHEST_STATUS) return null;
  cursor.skip(BYTES_IN);
  const bytesIn = cursor.whole();
  cursor.skip(BYTES_OUT);
  const bytesOut = cursor.whole();
  cursor.skip(ITEMS);
  const items = cursor.quantityOrNull();
  cursor.skip(LATENCY);
  const latency = cursor.quantityOrNull();
  cursor.skip(REQUEST_ID);
  const requestId = cursor.textOrNull();
  cursor.skip(CLIENT);
  if (cursor.failed) return null;
  const { client, credential } = callers.scan(cursor);
  cursor.skipByte(CLOSING_BRACE);
  cursor.skipByte(CLOSING_BRACE);
  return {
    id,
    at,
    gateway,
    tenant,
    environment,
    host,
    method,
    path,
    route,
    objects,
    query,
    query_shape: shape,
    page,
    status,
    bytes_in: bytesIn,
    bytes_out: bytesOut,
    items,
    latency_ms: latency,
    request_id: requestId,
    client,
    credential,
  };
}

function scanObjects(cursor: Cursor): EventObject[] {
  const objects: EventObject[] = [];
  do {
    cursor.skip(COLLECTION);
    const collection = cursor.repeated();
    cursor.skip(OBJECT_ID);
    const id = cursor.text();
    cursor.skipByte(QUOTE);
    cursor.skipByte(CLOSING_BRACE);
    objects.push({ collection, id });
  } while (cursor.passesByte(COMMA));
  return objects;
}

function scanPage(cursor: Cursor): ApiEvent['page'] {
  cursor.skip(PAGE_KIND);
  const kind = cursor.repeated();
  if (kind !== 'page' && kind !== 'offset' && kind !== 'cursor') {
    cursor.fail();
    return null;
  }
  cursor.skip(PAGE_VALUE);
  const value = cursor.quantity();
  cursor.skip(PAGE_LIMIT);
  const limit = cursor.quantityOrNull();
  cursor.skipByte(CLOSING_BRACE);
  return { kind, value, limit };
}
