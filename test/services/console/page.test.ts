// The status page shows hostile text harmlessly.

import assert from 'node:assert/strict';
import { get } from 'node:http';
import { test } from 'node:test';
import type { Incident } from '../../../schemas/incident.ts';
import { ledgerCsv, ledgerNdjson } from '../../../services/console/ledger.ts';
import { incidentPage, statusPage } from '../../../services/console/page.ts';
import { startConsole } from '../../../services/console/server.ts';
import type { StatusReport } from '../../../services/console/status.ts';

const HOSTILE = `<script>alert(1)</script>"' onmouseover=x`;

const incident: Incident = {
  id: 'a'.repeat(32),
  status: 'open',
  severity: 'high',
  family: 'enumeration',
  title: HOSTILE,
  summary: HOSTILE,
  tenant: 'default',
  lineage: HOSTILE,
  credential: { kind: 'api-key', subject: HOSTILE, client: null, owner: null, display: HOSTILE },
  detectors: ['D09'],
  opened_at: '2026-03-10T02:00:00.000Z',
  first_event_at: '2026-03-10T02:00:00.000Z',
  last_event_at: '2026-03-10T02:10:00.000Z',
  sources: [
    {
      prefix: HOSTILE,
      asn: 1,
      country: 'ZZ',
      events: 1,
      first_at: '2026-03-10T02:00:00.000Z',
      last_at: '2026-03-10T02:00:00.000Z',
    },
  ],
  exposed: { records: 1, low: 1, high: 1, bytes: 1 },
  odds: HOSTILE,
  evidence: [{ feature: HOSTILE, observed: HOSTILE, expected: 1, unit: HOSTILE, window: HOSTILE }],
  samples: [HOSTILE],
  attack: ['T1119'],
  owasp: ['API1:2023'],
  response: [{ action: HOSTILE, effect: HOSTILE }],
  rejected: [HOSTILE],
  tuning: HOSTILE,
  part_of: null,
  attributed: [],
  notify: 'page',
  limit: null,
};

const report: StatusReport = {
  version: '0',
  startedAt: '2026-03-10T02:00:00.000Z',
  uptimeSeconds: 1,
  sources: [HOSTILE],
  lines: 1,
  events: 1,
  rejected: { 'bad-time': 1 },
  credentials: 1,
  openIncidents: 1,
  findings: 1,
  evictions: 0,
  late: 0,
  quarantined: 0,
  stateBytes: 1,
  newestEventAt: null,
  tuning: HOSTILE,
  receiverUrl: HOSTILE,
  webhooks: 1,
  deliveries: { delivered: 0, failed: 0, dead: 0 },
  store: { url: 'http://127.0.0.1:1', analyst: HOSTILE, passwordFile: HOSTILE },
  configProblem: HOSTILE,
  problems: [{ name: 'gateway-silent', level: 'warn', about: HOSTILE, what: HOSTILE, next: HOSTILE }],
};

const health = {
  look: async () => ({
    figures: {
      service: 'up' as const,
      now: 0,
      startedAt: 0,
      rejected: { 'bad-time': 1 },
      store: { place: '127.0.0.1:1', trouble: null, troubleSince: null, disks: [] },
    },
    problems: [],
  }),
};

const rows = [
  {
    collection: '/v1/customers',
    id: '=HYPERLINK("x"),1',
    lineage: 'key',
    first_at: '2026-03-02T00:00:00Z',
    last_at: '2026-03-02T00:00:00Z',
    requests: 2,
    request_id: 'r-1',
  },
];

test('the ledger as CSV runs no formula and keeps its columns, as NDJSON it is what it is', () => {
  const [head, row] = ledgerCsv(rows).split('\r\n');
  assert.equal(head, 'collection,id,lineage,first_at,last_at,requests,request_id');
  assert.equal(
    row,
    `/v1/customers,"'=HYPERLINK(""x""),1",key,2026-03-02T00:00:00Z,2026-03-02T00:00:00Z,2,r-1`,
  );
  assert.deepEqual(JSON.parse(ledgerNdjson(rows)), rows[0]);
});

test('every value from a log is escaped', () => {
  for (const page of [statusPage(report, [incident]), incidentPage(report, incident)]) {
    assert.ok(page.includes('&lt;script&gt;'), 'the hostile text is shown');
    assert.equal(page.includes('<script'), false);
    assert.equal(page.replaceAll('&#39; onmouseover=x', '').includes('onmouseover=x'), false);
  }
});

test('the server answers page, JSON, health and metrics with a strict policy, and only to its own name', async () => {
  const server = await startConsole({
    host: '127.0.0.1',
    port: 0,
    source: { report: () => report, incidents: () => [incident], ledger: async () => rows, health },
  });
  try {
    for (const path of [
      '/',
      `/incidents/${incident.id}`,
      `/incidents/${incident.id}/ledger.csv`,
      `/incidents/${incident.id}/ledger.ndjson`,
      '/style.css',
      '/api/status',
      '/api/incidents',
      `/api/incidents/${incident.id}`,
      '/healthz',
      '/metrics',
    ]) {
      const response = await fetch(server.url + path);
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      await response.arrayBuffer();
    }
    assert.match(
      await (await fetch(`${server.url}/metrics`)).text(),
      /keytrail_rejected_total\{reason="bad-time"\} 1/,
    );
    assert.equal((await fetch(`${server.url}/api/incidents/none`)).status, 404);
    assert.equal((await fetch(`${server.url}/incidents/none`)).status, 404);
    assert.equal(await statusFor(server.url, 'evil.example'), 421);
    assert.equal(await statusFor(server.url, 'localhost:4680'), 200);
  } finally {
    await server.close();
  }
});

test('it refuses to be reached from other machines, since there is no sign-in', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1'])
    await assert.rejects(
      startConsole({
        host,
        port: 0,
        source: { report: () => report, incidents: () => [], ledger: async () => [], health },
      }),
      /sign-in/,
    );
});

/** fetch() does not let a caller choose the Host header; a rebound browser does. */
function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });
}
