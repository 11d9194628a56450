// How events, findings and rejections become rows. The only place that knows both the contract and the columns.
// Always holds: null stays null; times keep their milliseconds.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import { inKeyOrder } from './key-order.ts';
import { RowBinary } from './row-binary.ts';

/** Columns of `events` (schemas/sql/001_events.sql) in the order encodeEvents() writes them. */
export const EVENT_COLUMNS = [
  'id',
  'at',
  'gateway',
  'tenant',
  'environment',
  'host',
  'method',
  'path',
  'route',
  'objects',
  'query',
  'query_shape',
  'page_kind',
  'page_value',
  'page_limit',
  'status',
  'bytes_in',
  'bytes_out',
  'items',
  'latency_ms',
  'request_id',
  'client_ip',
  'client_prefix',
  'client_asn',
  'client_network',
  'client_country',
  'client_user_agent',
  'client_ua_family',
  'client_tls',
  'lineage',
  'credential_fingerprint',
  'credential_kind',
  'credential_weak',
  'credential_subject',
  'credential_client',
  'credential_display',
  'credential_scopes',
  'credential_issued_at',
  'credential_expires_at',
  'credential_jti',
  'credential_cnf',
  'credential_certificate',
] as const;

const ID = 32;
/** About what an event takes, so that the buffer seldom grows. */
const EVENT_BYTES = 512;
const { string, float64 } = RowBinary.prototype;
const int64 = function (this: RowBinary, value: number): void {
  this.int64(Math.round(value));
};

/** Events as the body of an insert in RowBinary, in the order of the table. */
export function encodeEvents(events: readonly ApiEvent[]): Uint8Array {
  const out = new RowBinary(events.length * EVENT_BYTES);
  for (const event of inKeyOrder(events)) {
    encodeCall(out, event);
    encodeClient(out, event.client);
    encodeCredential(out, event.credential);
  }
  return out.finish();
}

function encodeCall(out: RowBinary, event: ApiEvent): void {
  const { page, objects } = event;
  out.fixedString(event.id, ID);
  out.int64(event.at);
  out.string(event.gateway);
  out.string(event.tenant);
  out.string(event.environment);
  out.string(event.host);
  out.string(event.method);
  out.string(event.path);
  out.string(event.route);
  out.varint(objects.length);
  for (const { collection, id } of objects) {
    out.string(collection);
    out.string(id);
  }
  out.string(event.query);
  out.string(event.query_shape);
  out.string(page?.kind ?? '');
  out.nullable(page?.value ?? null, float64);
  out.nullable(page?.limit ?? null, float64);
  out.uint16(event.status);
  out.int64(Math.round(event.bytes_in));
  out.int64(Math.round(event.bytes_out));
  out.nullable(event.items, float64);
  out.nullable(event.latency_ms, float64);
  out.nullable(event.request_id, string);
}

function encodeClient(out: RowBinary, client: ApiEvent['client']): void {
  out.string(client.ip);
  out.string(client.prefix);
  out.uint32(client.asn);
  out.string(client.network);
  out.string(client.country);
  out.string(client.user_agent);
  out.string(client.ua_family);
  out.nullable(client.tls, string);
}

function encodeCredential(out: RowBinary, credential: ApiEvent['credential']): void {
  out.string(credential.lineage);
  out.nullable(credential.fingerprint, string);
  out.string(credential.kind);
  out.uint8(credential.weak ? 1 : 0);
  out.nullable(credential.subject, string);
  out.nullable(credential.client, string);
  out.string(credential.display);
  out.varint(credential.scopes.length);
  for (const scope of credential.scopes) out.string(scope);
  out.nullable(credential.issued_at, int64);
  out.nullable(credential.expires_at, int64);
  out.nullable(credential.jti, string);
  out.nullable(credential.cnf, string);
  out.nullable(credential.certificate, string);
}

/** A row of `findings` (schemas/sql/002_findings.sql). */
export function findingRow(finding: Finding): object {
  return {
    ...finding,
    at: iso(finding.at),
    since: iso(finding.since),
    evidence: JSON.stringify(finding.evidence),
  };
}

/** A row of `rejections` (schemas/sql/004_rejections.sql). */
export function rejectionRow(rejection: Rejection): object {
  return { ...rejection };
}

/** Milliseconds since the epoch as ClickHouse's best_effort parser reads any date exactly: ISO 8601, UTC. */
function iso(ms: number): string {
  return new Date(ms).toISOString();
}
