// How events, findings and rejections become rows. The only place that knows both the contract and the columns.
// Always holds: null stays null; times keep their milliseconds.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Rejection } from '../../schemas/rejection.ts';

/** A row of `events` (schemas/sql/001_events.sql). */
export function eventRow(event: ApiEvent): object {
  const { client, credential, page } = event;
  return {
    id: event.id,
    at: iso(event.at),
    gateway: event.gateway,
    tenant: event.tenant,
    environment: event.environment,
    host: event.host,
    method: event.method,
    path: event.path,
    route: event.route,
    objects: event.objects,
    query: event.query,
    query_shape: event.query_shape,
    page_kind: page?.kind ?? '',
    page_value: page?.value ?? null,
    page_limit: page?.limit ?? null,
    status: event.status,
    bytes_in: Math.round(event.bytes_in),
    bytes_out: Math.round(event.bytes_out),
    items: event.items,
    latency_ms: event.latency_ms,
    request_id: event.request_id,
    client_ip: client.ip,
    client_prefix: client.prefix,
    client_asn: client.asn,
    client_network: client.network,
    client_country: client.country,
    client_user_agent: client.user_agent,
    client_ua_family: client.ua_family,
    client_tls: client.tls,
    lineage: credential.lineage,
    credential_fingerprint: credential.fingerprint,
    credential_kind: credential.kind,
    credential_weak: credential.weak,
    credential_subject: credential.subject,
    credential_client: credential.client,
    credential_display: credential.display,
    credential_scopes: credential.scopes,
    credential_issued_at: credential.issued_at,
    credential_expires_at: credential.expires_at,
    credential_jti: credential.jti,
    credential_cnf: credential.cnf,
    credential_certificate: credential.certificate,
  };
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
