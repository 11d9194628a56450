// The half-read call that every format fills, and the one place that decides whether it is an event.
// Always holds: finish() returns a record with a valid time, status, method and client address, or a named reason.
// Does not promise: anything about identity. Secrets in headers and cookies are still here.

import type { RejectionReason } from '../rejection.ts';
import { hopList } from './address.ts';
import { unescapeValue } from './escapes.ts';
import type { ParseOutcome } from './gateway-format.ts';
import { fields, type GatewayRecord } from './gateway-record.ts';
import { isMethod, originForm, parseRequestLine, UNREADABLE } from './request-line.ts';
import { parseTime } from './time.ts';

export interface Draft {
  at: number | null;
  /** Time as logged, when it still has to be read. */
  time: unknown;
  /** Whole request line (`GET /x HTTP/1.1`); method, target and path below win over it. */
  request: string | null;
  /** The request line still has the server's escapes (`\\x22`). */
  escapedRequest: boolean;
  method: string | null;
  target: string | null;
  path: string | null;
  query: string | null;
  status: unknown;
  /** Address of the peer as logged, with or without port. */
  peer: string | null;
  record: GatewayRecord;
}

export function newDraft(): Draft {
  return {
    at: null,
    time: null,
    request: null,
    escapedRequest: false,
    method: null,
    target: null,
    path: null,
    query: null,
    status: null,
    peer: null,
    record: emptyRecord(),
  };
}

function emptyRecord(): GatewayRecord {
  return {
    at: 0,
    method: '',
    target: '',
    status: 0,
    ip: '',
    host: null,
    forwardedFor: null,
    bytesIn: null,
    bytesOut: null,
    items: null,
    latencyMs: null,
    userAgent: null,
    requestId: null,
    route: null,
    user: null,
    tls: null,
    headers: fields(),
    cookies: fields(),
    claims: fields(),
    gateway: fields(),
    certificate: null,
    extra: fields(),
  };
}

export function reject(reason: RejectionReason, detail: string): ParseOutcome {
  return { ok: false, reason, detail };
}

/** Checks the draft and makes the record. The order of the checks is the order of the reasons given. */
export function finish(draft: Draft): ParseOutcome {
  const record = draft.record;
  if (draft.at === null && (draft.time === null || draft.time === undefined)) {
    return reject('missing-field', 'the line has no time; log one (ISO 8601, common log time or epoch)');
  }
  const at = draft.at ?? parseTime(draft.time);
  if (at === null) {
    return reject('bad-time', 'the time is not a real moment between 1990 and 2100 in a known notation');
  }
  record.at = at;
  return finishRequest(draft) ?? finishStatus(draft) ?? finishAddress(draft) ?? { ok: true, record };
}

function finishRequest(draft: Draft): ParseOutcome | null {
  const record = draft.record;
  if (draft.request !== null && (draft.method === null || (draft.target === null && draft.path === null))) {
    const line = parseRequestLine(draft.request);
    draft.method ??= line.method;
    if (draft.path === null) draft.target ??= draft.escapedRequest ? unescapeValue(line.target) : line.target;
    record.host ??= line.host;
    if (line.method === UNREADABLE) return finishUnreadable(draft, draft.request);
  }
  if (draft.method === null) return reject('missing-field', 'the line has no request method');
  if (draft.method !== UNREADABLE && !isMethod(draft.method)) {
    return reject('bad-request-line', 'the request method is not an HTTP token of at most 32 characters');
  }
  return finishTarget(draft, draft.target ?? joinTarget(draft.path, draft.query));
}

/** The route of every request that no server could read, so that binary noise never becomes templates. */
const UNREADABLE_ROUTE = '/-';
const MAX_UNREADABLE = 1024;

/** A request nobody could read was still answered (400, 408): its text, as logged, stands as the target. */
function finishUnreadable(draft: Draft, request: string): null {
  const { record } = draft;
  record.method = draft.method ?? UNREADABLE;
  record.target = request === '' ? UNREADABLE : request.slice(0, MAX_UNREADABLE);
  record.route = UNREADABLE_ROUTE;
  return null;
}

function finishTarget(draft: Draft, target: string | null): ParseOutcome | null {
  const { record } = draft;
  if (draft.method === null) return null;
  if (target === null) return reject('missing-field', 'the line has no request target');
  if (target === '') return reject('bad-request-line', 'the request target is empty');
  const form = target === UNREADABLE ? { target, host: null } : originForm(target, draft.method);
  record.method = draft.method;
  record.target = form.target;
  record.host ??= form.host;
  return null;
}

function joinTarget(path: string | null, query: string | null): string | null {
  if (path === null) return null;
  if (query === null || query === '' || path.includes('?')) return path;
  return query.startsWith('?') ? path + query : `${path}?${query}`;
}

function finishStatus(draft: Draft): ParseOutcome | null {
  const raw = draft.status;
  if (raw === null || raw === undefined || raw === '') {
    return reject('missing-field', 'the line has no response status');
  }
  const status =
    typeof raw === 'number' ? raw : typeof raw === 'string' && /^\d{1,3}$/.test(raw) ? Number(raw) : -1;
  const known = status === 0 || (Number.isInteger(status) && status >= 100 && status <= 599);
  if (!known) return reject('bad-status', 'the status must be 100 to 599, or 0 when no response was sent');
  draft.record.status = status;
  return null;
}

/**
 * A list in place of one address is X-Forwarded-For: its last hop is the nearest peer. The same holds for the
 * header itself when the gateway logged no peer.
 */
function finishAddress(draft: Draft): ParseOutcome | null {
  const record = draft.record;
  const noPeer = draft.peer === null || draft.peer === '' || draft.peer === '-';
  const logged = noPeer ? record.forwardedFor : draft.peer;
  if (logged === null) return reject('missing-field', 'the line has no client address');
  const hops = hopList(logged);
  const peer = hops?.at(-1);
  if (hops === null || peer === undefined) {
    return reject(
      'bad-address',
      'the client address is not an IP address; log the address, not the host name (Apache: %a, or HostnameLookups Off)',
    );
  }
  record.ip = peer;
  const before = hops.length > 1 ? hops.slice(0, -1).join(', ') : null;
  if (noPeer) record.forwardedFor = before;
  else record.forwardedFor ??= before;
  return null;
}
