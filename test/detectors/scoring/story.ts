// Tells incidents a story, call by call, as the engine does: observe, add findings, advance. Keeps the truth beside it.

import type { DetectorMeta, Draft, SharedDraft, Tactic } from '../../../detectors/detector.ts';
import { hash128 } from '../../../detectors/hash.ts';
import {
  type BaselineFacts,
  createIncidents,
  type Incidents,
  type IncidentsOptions,
  type TrailEntry,
} from '../../../detectors/scoring/incidents.ts';
import type { StoredInvestigation, Suspicions } from '../../../detectors/scoring/investigations.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Family, Finding } from '../../../schemas/finding.ts';
import type { Incident } from '../../../schemas/incident.ts';

export const START = Date.UTC(2026, 0, 5, 10);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A credential of a month, busy. */
export const pastOf = (o: Pick<BaselineFacts, 'peers'> & Partial<BaselineFacts>): BaselineFacts => ({
  events: 5000,
  firstAt: START - 30 * DAY,
  lastAt: START,
  routes: 5,
  maxNovelPerDay: 40,
  maxRequestsPerDay: 400,
  maxBytesPerDay: 4_000_000,
  owner: null,
  ...o,
});

const KINDS: Readonly<Record<string, [Family, Tactic, Draft['scope']]>> = {
  D01: ['replay', 'credential-misuse', 'source'],
  D02: ['replay', 'credential-misuse', 'source'],
  D08: ['enumeration', 'collection', 'credential'],
  D09: ['enumeration', 'collection', 'credential'],
  D10: ['enumeration', 'discovery', 'credential'],
  D17: ['scraping', 'collection', 'credential'],
  D24: ['volume', 'collection', 'credential'],
  D26: ['anonymous', 'posture', 'credential'],
  D29: ['automation', 'collection', 'credential'],
};

function metaOf(id: string): DetectorMeta {
  const [family, tactic] = KINDS[id] as [Family, Tactic, Draft['scope']];
  return {
    id,
    name: id.toLowerCase(),
    title: id,
    family,
    tactic,
    behaviour: '',
    attack: ['T1119', `T${id.slice(1)}00`],
    owasp: ['API1:2023'],
    blindSpots: [],
    falsePositives: [],
    runbook: [],
    response: [{ action: `respond to ${id}`, effect: 'stops it' }],
  };
}

export interface Call {
  at: number;
  lineage?: string;
  tenant?: string;
  /** Object ids; novelty is judged by what the lineage touched before in this story. */
  objects?: string[];
  cluster?: number;
  prefix?: string;
  status?: number;
  bytes?: number;
  page?: number;
  items?: number | null;
  display?: string;
  userAgent?: string;
}

export interface Told {
  detector: string;
  pages?: boolean;
  logE?: number;
  since?: number;
  records?: number;
  bytes?: number;
  claim?: string;
  scope?: Draft['scope'];
  rejected?: string[];
  /** New value the finding rests on. */
  novelty?: number;
  /** About many: the lineages it is attributed to. */
  attributed?: string[];
  /** What the many have in common, when it is not the customers' route. */
  route?: string;
}

export interface Story {
  readonly incidents: Incidents;
  /** Everything returned so far, in order. */
  readonly emitted: Incident[];
  /** One call with the findings made on it. */
  call(call: Call, findings?: readonly Told[]): void;
  /** Event time passes without calls. */
  until(at: number): void;
  /** Last emitted state of each incident. */
  latest(): Incident[];
  /** Goes on with new incidents that take up what the old ones stored. */
  restart(): void;
}

export function tell(o: IncidentsOptions = {}, baseline?: BaselineFacts): Story {
  const metas = Object.keys(KINDS).map(metaOf);
  let incidents = createIncidents({ ...o, metas });
  const stored = new Map<string, StoredInvestigation>();
  let suspicions: Suspicions | null = null;
  const emitted: Incident[] = [];
  const touched = new Map<string, Set<string>>();
  const trails = new Map<string, TrailEntry[]>();
  let count = 0;
  return {
    get incidents() {
      return incidents;
    },
    emitted,
    call(call, findings = []) {
      const event = eventOf(call, ++count);
      const key = `${event.tenant} ${event.credential.lineage}`;
      const seen = touched.get(key) ?? new Set();
      touched.set(key, seen);
      const novel = event.objects.filter((object) => !seen.has(object.id)).length;
      for (const object of event.objects) seen.add(object.id);
      const facts = { novel, cluster: call.cluster ?? 1 };
      const trail = trails.get(key) ?? [];
      trails.set(key, trail);
      const { prefix, asn, country } = event.client;
      const { at, objects, status, bytes_out: bytes } = event;
      const sample = event.request_id ?? event.id;
      trail.push({ ...facts, at, sample, prefix, asn, country, objects, bytes, status });
      if (trail.length > 64) trail.shift();
      incidents.observe(event, facts);
      // As the engine does for every credential with an event.
      const about = { tenant: event.tenant, lineage: event.credential.lineage };
      if (incidents.investigations.has(about)) incidents.investigations.touch(about);
      for (const told of findings) {
        const { finding, draft, meta } = claimOf(event, told);
        const incident = incidents.add(finding, draft, meta, event, trail, baseline);
        if (incident) emitted.push(incident);
      }
      emitted.push(...incidents.advance(at));
    },
    until(at) {
      emitted.push(...incidents.advance(at));
    },
    restart() {
      for (const one of structuredClone(incidents.investigations.take(() => [])))
        if (one.state === null) stored.delete(`${one.tenant} ${one.lineage}`);
        else stored.set(`${one.tenant} ${one.lineage}`, one);
      suspicions = structuredClone(incidents.investigations.takeSuspicions({ whole: false })) ?? suspicions;
      incidents = createIncidents({ ...o, metas });
      if (suspicions) incidents.investigations.loadSuspicions(suspicions);
      for (const one of stored.values()) incidents.investigations.load(structuredClone(one));
    },
    latest: () => [...new Map(emitted.map((incident) => [incident.id, incident])).values()],
  };
}

const routeOf = (route: string): SharedDraft['subject'] => ({
  kind: 'route',
  key: `route:GET ${route}`,
  display: `GET ${route}`,
});

function claimOf(
  event: ApiEvent,
  told: Told,
): { finding: Finding; draft: Draft | SharedDraft; meta: DetectorMeta } {
  const meta = metaOf(told.detector);
  const own: Draft = {
    logE: told.logE ?? 12,
    pages: told.pages ?? true,
    since: told.since ?? event.at,
    claim: told.claim ?? `did what ${told.detector} looks for`,
    exposed: { records: told.records ?? 0, bytes: told.bytes ?? 0, events: told.records ?? 1 },
    evidence: [
      { feature: `${told.detector} feature`, observed: 5, expected: 1, unit: 'things', window: '1 h' },
    ],
    rejected: told.rejected ?? [],
    scope: told.scope ?? (KINDS[told.detector]?.[2] as Draft['scope']),
    ...(told.novelty === undefined
      ? {}
      : { novelty: { kind: 'network', value: told.novelty, display: `AS${told.novelty}` } as const }),
  };
  const draft: Draft | SharedDraft = told.attributed
    ? {
        ...own,
        subject: routeOf(told.route ?? '/v1/customers/{id}'),
        attributed: told.attributed.map((lineage) => ({
          lineage,
          display: lineage,
          records: 10,
          requests: 12,
        })),
      }
    : own;
  const finding: Finding = {
    id: hash128(`${told.detector} ${event.id}`),
    detector: told.detector,
    family: meta.family,
    tenant: event.tenant,
    lineage: 'subject' in draft ? draft.subject.key : event.credential.lineage,
    at: event.at,
    event_id: event.id,
    since: draft.since,
    log_e: draft.logE,
    pages: draft.pages,
    claim: draft.claim,
    evidence: draft.evidence,
    rejected: draft.rejected,
    tuning: 'v1',
  };
  return { finding, draft, meta };
}

function eventOf(call: Call, n: number): ApiEvent {
  return {
    id: hash128(`event ${n}`),
    at: call.at,
    gateway: 'kong',
    tenant: call.tenant ?? 'acme',
    environment: 'production',
    host: 'api.example.com',
    method: 'GET',
    path: '/v1/customers',
    route: '/v1/customers/{id}',
    objects: (call.objects ?? []).map((id) => ({ collection: '/v1/customers', id })),
    query: call.page === undefined ? '' : `page=${call.page}`,
    query_shape: '',
    page: call.page === undefined ? null : { kind: 'page', value: call.page, limit: 50 },
    status: call.status ?? 200,
    bytes_in: 0,
    bytes_out: call.bytes ?? 1000,
    items: call.items ?? null,
    latency_ms: null,
    request_id: `req-${n}`,
    client: {
      ip: '203.0.113.9',
      prefix: call.prefix ?? `203.0.${call.cluster ?? 1}.0/24`,
      asn: 64500 + (call.cluster ?? 1),
      network: 'example',
      country: 'DE',
      user_agent: call.userAgent ?? 'curl/8',
      ua_family: 'curl',
      tls: null,
    },
    credential: {
      lineage: call.lineage ?? 'key-1',
      fingerprint: null,
      kind: 'api-key',
      weak: false,
      subject: null,
      client: 'partner',
      display: call.display ?? 'partner-key',
      scopes: [],
      issued_at: null,
      expires_at: null,
      jti: null,
      cnf: null,
      certificate: null,
    },
  };
}
