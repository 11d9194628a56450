// A stored event as the detectors know it, from the columns that hunts read.
// Always holds: what was not read stands for "not logged". Does not give back secrets' fingerprints or token times.

import { type ApiEvent, CREDENTIAL_KINDS } from '../../schemas/event.ts';

export interface EventRow {
  id: string;
  at_ms: number;
  tenant: string;
  method: string;
  path: string;
  route: string;
  objects: { collection: string; id: string }[];
  query: string;
  page_kind: string;
  page_value: number | null;
  page_limit: number | null;
  status: number;
  bytes_out: number;
  items: number | null;
  request_id: string | null;
  client_ip: string;
  client_prefix: string;
  client_asn: number;
  client_network: string;
  client_country: string;
  client_ua_family: string;
  lineage: string;
  credential_kind: string;
  credential_weak: boolean;
  credential_subject: string | null;
  credential_client: string | null;
  credential_display: string;
}

type Page = NonNullable<ApiEvent['page']>;

export function storedEvent(row: EventRow): ApiEvent {
  const kind = CREDENTIAL_KINDS.find((one) => one === row.credential_kind) ?? 'client';
  return {
    id: row.id,
    at: row.at_ms,
    gateway: 'store',
    tenant: row.tenant,
    environment: '',
    host: '',
    method: row.method,
    path: row.path,
    route: row.route,
    objects: row.objects,
    query: row.query,
    query_shape: '',
    page:
      row.page_kind === ''
        ? null
        : { kind: row.page_kind as Page['kind'], value: row.page_value ?? 0, limit: row.page_limit },
    status: row.status,
    bytes_in: 0,
    bytes_out: row.bytes_out,
    items: row.items,
    latency_ms: null,
    request_id: row.request_id,
    client: {
      ip: row.client_ip,
      prefix: row.client_prefix,
      asn: row.client_asn,
      network: row.client_network,
      country: row.client_country,
      user_agent: row.client_ua_family,
      ua_family: row.client_ua_family,
      tls: null,
    },
    credential: {
      lineage: row.lineage,
      fingerprint: null,
      kind,
      weak: row.credential_weak,
      subject: row.credential_subject,
      client: row.credential_client,
      display: row.credential_display,
      scopes: [],
      issued_at: null,
      expires_at: null,
      jti: null,
      cnf: null,
      certificate: null,
    },
  };
}
