// Events, findings, incidents and deliveries for the store's tests, and one embedded server in a directory of its own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash128 } from '../../../detectors/hash.ts';
import type { Delivery } from '../../../schemas/delivery.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Finding } from '../../../schemas/finding.ts';
import type { Incident } from '../../../schemas/incident.ts';
import { type EmbeddedServer, startEmbedded } from '../../../services/store/embedded/server.ts';
import { createStore, type Store } from '../../../services/store/store.ts';

export const START = Date.UTC(2026, 2, 1, 9);

export interface TestStore {
  server: EmbeddedServer;
  store: Store;
  dir: string;
  close(): Promise<void>;
}

/** A migrated store on a real server; close() stops it and removes its files. */
export async function openTestStore(): Promise<TestStore> {
  const dir = await mkdtemp(join(tmpdir(), 'keytrail-store-'));
  const server = await startEmbedded({ dir });
  const store = createStore({ ...server, retentionDays: 90 });
  await store.migrate();
  return {
    server,
    store,
    dir,
    async close() {
      await store.close();
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function event(
  n: number,
  o: Partial<Omit<ApiEvent, 'client' | 'credential'>> & {
    client?: Partial<ApiEvent['client']>;
    credential?: Partial<ApiEvent['credential']>;
  } = {},
): ApiEvent {
  return {
    id: hash128(`event ${n}`),
    at: START + n * 1000,
    gateway: 'kong',
    tenant: 'default',
    environment: 'production',
    host: 'api.example.com',
    method: 'GET',
    path: `/v1/customers/${n}`,
    route: '/v1/customers/{id}',
    objects: [{ collection: '/v1/customers', id: String(n) }],
    query: '',
    query_shape: '',
    page: null,
    status: 200,
    bytes_in: 120,
    bytes_out: 2048,
    items: null,
    latency_ms: 12.5,
    request_id: `req-${n}`,
    ...o,
    client: {
      ip: '192.0.2.7',
      prefix: '192.0.2.0/24',
      asn: 64500,
      network: 'EXAMPLE-NET',
      country: 'DE',
      user_agent: 'partner-sync/2.1',
      ua_family: 'partner-sync',
      tls: null,
      ...o.client,
    },
    credential: {
      lineage: 'consumer:acme',
      fingerprint: null,
      kind: 'consumer',
      weak: false,
      subject: 'acme',
      client: null,
      display: 'acme',
      scopes: [],
      issued_at: null,
      expires_at: null,
      jti: null,
      cnf: null,
      certificate: null,
      ...o.credential,
    },
  };
}

export function finding(n: number, o: Partial<Finding> = {}): Finding {
  return {
    id: hash128(`finding ${n}`),
    detector: 'D08',
    family: 'enumeration',
    tenant: 'default',
    lineage: 'consumer:acme',
    at: START + n * 1000,
    event_id: hash128(`event ${n}`),
    since: START,
    log_e: 14.2,
    pages: true,
    claim: `read ${n} records it had never read before`,
    evidence: [{ feature: 'novel objects', observed: n, expected: 3, unit: 'objects', window: 'last 24 h' }],
    rejected: ['not a batch run: no earlier day came close'],
    tuning: 'default',
    ...o,
  };
}

export function incident(n: number, o: Partial<Incident> = {}): Incident {
  const at = (ms: number) => new Date(START + ms).toISOString();
  return {
    id: hash128(`incident ${n}`),
    status: 'open',
    severity: 'high',
    family: 'enumeration',
    title: 'Customer records read one after another',
    summary: `acme read ${n} records it had never read before`,
    tenant: 'default',
    lineage: 'consumer:acme',
    credential: { kind: 'consumer', subject: 'acme', client: null, owner: null, display: 'acme' },
    detectors: ['D08', 'D09'],
    opened_at: at(n * 1000),
    first_event_at: at(0),
    last_event_at: at(n * 1000),
    sources: [
      {
        prefix: '192.0.2.0/24',
        asn: 64500,
        country: 'DE',
        events: n,
        first_at: at(0),
        last_at: at(n * 1000),
      },
    ],
    exposed: { records: n, low: n, high: n + 10, bytes: n * 2048 },
    odds: 'once in 27 years',
    evidence: [{ feature: 'novel objects', observed: n, expected: 3, unit: 'objects', window: 'last 24 h' }],
    samples: ['req-1', 'req-2'],
    attack: ['T1530'],
    owasp: ['API1:2023'],
    response: [{ action: 'Suspend the credential', effect: 'stops 3 routes' }],
    rejected: ['not a batch run'],
    tuning: 'default',
    part_of: null,
    attributed: [],
    notify: 'page',
    limit: null,
    ...o,
  };
}

export function delivery(n: number, o: Partial<Delivery> = {}): Delivery {
  return {
    id: hash128(`delivery ${n}`),
    destination: 'siem',
    incident_id: hash128(`incident ${n}`),
    status: 'pending',
    attempts: 0,
    next_attempt_at: START,
    created_at: START + n,
    updated_at: START + n,
    last_error: '',
    payload: JSON.stringify(incident(n)),
    ...o,
  };
}
