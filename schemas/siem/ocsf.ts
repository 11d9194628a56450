// Maps an incident to an OCSF 1.8.0 Detection Finding (class 2004): opened → Create, updated → Update, closed → Close.
// Always holds: the result satisfies ocsf-schema.ts; finding_info.uid is the incident's id on every event about it.
// What OCSF has no attribute for (records exposed, odds, OWASP ids, rejected explanations) goes to `unmapped`.

import type { Severity } from '../finding.ts';
import type { Incident } from '../incident.ts';
import { ATTACK_VERSION, attackOf } from './attack.ts';
import {
  ACTIVITIES,
  CONFIDENCES,
  OBSERVABLE_TYPES,
  type OcsfDetectionFinding,
  RISK_LEVELS,
  SEVERITY_CAPTIONS,
  STATUSES,
} from './ocsf-schema.ts';

const ACTIVITY = { open: 1, updated: 2, closed: 3 } as const;
const STATUS = { open: 1, updated: 2, closed: 4 } as const;
const SEVERITY = { info: 1, low: 2, medium: 3, high: 4, critical: 5 } as const;
const RISK = { info: 0, low: 1, medium: 2, high: 3, critical: 4 } as const;
const RISK_SCORE: Readonly<Record<Severity, number>> = {
  info: 10,
  low: 30,
  medium: 50,
  high: 75,
  critical: 95,
};
/** 100·(1 − 1/E) rounded down: what opens an incident has E well above 100. */
const CONFIDENCE_SCORE = 99;
/** Kinds that people sign in with, and kinds that programs carry. */
const PEOPLE = new Set(['basic', 'session']);
const PROGRAMS = new Set(['api-key', 'mtls', 'aws-access-key', 'aws-principal']);

/** @param productVersion Keytrail's own version. */
export function toOcsf(incident: Incident, o: { productVersion: string }): OcsfDetectionFinding {
  const activity = ACTIVITY[incident.status];
  const status = STATUS[incident.status];
  const severity = SEVERITY[incident.severity];
  const risk = RISK[incident.severity];
  const firstAt = Date.parse(incident.first_event_at);
  const lastAt = Date.parse(incident.last_event_at);
  const events = Math.max(1, sum(incident.sources.map((source) => source.events)));
  return {
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    type_uid: (200400 + activity) as 200401 | 200402 | 200403,
    type_name: `Detection Finding: ${ACTIVITIES[activity]}`,
    activity_id: activity,
    activity_name: ACTIVITIES[activity],
    status_id: status,
    status: STATUSES[status],
    ...(incident.status === 'closed' ? { status_detail: 'No further sign of it for 24 hours' } : {}),
    severity_id: severity,
    severity: SEVERITY_CAPTIONS[severity],
    risk_level_id: risk,
    risk_level: RISK_LEVELS[risk],
    risk_score: RISK_SCORE[incident.severity],
    confidence_id: 3,
    confidence: CONFIDENCES[3],
    confidence_score: CONFIDENCE_SCORE,
    time: Date.parse(incident.opened_at),
    start_time: firstAt,
    end_time: lastAt,
    count: events,
    message: incident.summary,
    // What waits for the digest is a finding nobody is woken for.
    is_alert: incident.status !== 'closed' && incident.notify === 'page',
    metadata: {
      version: '1.8.0',
      product: { uid: 'keytrail', name: 'Keytrail', vendor_name: 'Keytrail', version: o.productVersion },
      uid: `${incident.id}-${incident.status}-${lastAt}`,
      correlation_uid: incident.id,
      tenant_uid: incident.tenant,
    },
    finding_info: findingInfo(incident, events),
    evidences: evidences(incident),
    ...anomalies(incident),
    resources: [resource(incident), ...incident.attributed.slice(0, MOST_RESOURCES).map(attributedResource)],
    observables: observables(incident),
    ...remediation(incident),
    unmapped: {
      family: incident.family,
      exposed: incident.exposed,
      odds: incident.odds,
      owasp: incident.owasp,
      rejected: incident.rejected,
      tuning: incident.tuning,
      notify: incident.notify,
      limit: incident.limit,
      attributed: incident.attributed.slice(0, MOST_RESOURCES),
      credential: incident.credential,
    },
  };
}

/** A SIEM that wants the whole list reads the incident itself. */
const MOST_RESOURCES = 100;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const analytic = (uid: string) => ({ uid, type_id: 2, type: 'Behavioral' });

function findingInfo(incident: Incident, events: number): OcsfDetectionFinding['finding_info'] {
  const attacks = incident.attack.map(attackOf).filter((entry) => entry !== null);
  const [first = 'Keytrail', ...others] = incident.detectors;
  return {
    uid: incident.id,
    title: incident.title,
    desc: incident.summary,
    types: [incident.family],
    analytic: analytic(first),
    ...(others.length > 0 ? { related_analytics: others.map(analytic) } : {}),
    ...(attacks.length > 0
      ? {
          attacks: attacks.map(({ technique, subTechnique, tactic }) => ({
            technique,
            ...(subTechnique ? { sub_technique: subTechnique } : {}),
            tactic,
            version: ATTACK_VERSION,
          })),
        }
      : {}),
    created_time: Date.parse(incident.opened_at),
    modified_time: Date.parse(incident.last_event_at),
    first_seen_time: Date.parse(incident.first_event_at),
    last_seen_time: Date.parse(incident.last_event_at),
    data_sources: ['API gateway access log'],
    ...(incident.samples.length > 0 ? { related_events: incident.samples.map((uid) => ({ uid })) } : {}),
    related_events_count: events,
  };
}

function userOf(incident: Incident) {
  const { kind, subject } = incident.credential;
  const type = PEOPLE.has(kind) ? 1 : PROGRAMS.has(kind) ? 4 : 0;
  return {
    uid: incident.lineage,
    ...(subject ? { name: subject } : {}),
    type_id: type,
    type: { 0: 'Unknown', 1: 'User', 4: 'Service' }[type],
    programmatic_credentials: [{ uid: incident.lineage, type: kind }],
  };
}

/** One evidence per source, so that a SIEM can pivot on each; the credential alone when no source is known. */
function evidences(incident: Incident): OcsfDetectionFinding['evidences'] {
  const { client } = incident.credential;
  const actor = { user: userOf(incident), ...(client ? { app_uid: client } : {}) };
  if (incident.sources.length === 0) return [{ actor }];
  return incident.sources.map((source) => ({
    name: 'source',
    actor,
    src_endpoint: {
      name: source.prefix,
      ...(source.asn > 0 ? { autonomous_system: { number: source.asn } } : {}),
      ...(source.country !== 'ZZ' ? { location: { country: source.country } } : {}),
    },
    data: { events: source.events, first_at: source.first_at, last_at: source.last_at },
  }));
}

function anomalies(incident: Incident): Pick<OcsfDetectionFinding, 'anomaly_analyses'> {
  if (incident.evidence.length === 0) return {};
  const side = (pick: 'observed' | 'expected') =>
    incident.evidence.map((item) => ({
      observation_parameter: item.feature,
      observation_type: `Baseline comparison, ${item.window}`,
      observations: [{ value: `${item[pick]} ${item.unit}`.trim() }],
    }));
  return {
    anomaly_analyses: [
      {
        analysis_targets: [{ name: incident.credential.display, type: 'API credential' }],
        anomalies: side('observed'),
        baselines: side('expected'),
      },
    ],
  };
}

/** A credential that a behaviour of many is attributed to. */
function attributedResource(one: Incident['attributed'][number]): OcsfDetectionFinding['resources'][number] {
  return { uid: one.lineage, name: one.display, type: 'API credential', role_id: 3, role: 'Affected' };
}

function resource(incident: Incident): OcsfDetectionFinding['resources'][number] {
  return {
    uid: incident.lineage,
    name: incident.credential.display,
    type: incident.attributed.length > 0 ? 'API endpoint' : 'API credential',
    role_id: 3,
    role: 'Affected',
    ...(incident.credential.owner
      ? {
          owner: {
            name: incident.credential.owner,
            type_id: 0,
            type: 'Unknown',
            programmatic_credentials: [],
          },
        }
      : {}),
  };
}

function observables(incident: Incident): OcsfDetectionFinding['observables'] {
  const { subject, client } = incident.credential;
  const observable = (name: string, type_id: keyof typeof OBSERVABLE_TYPES, value: string) => ({
    name,
    type_id,
    type: OBSERVABLE_TYPES[type_id],
    value,
  });
  return [
    observable('resources[0].uid', 10, incident.lineage),
    ...(subject ? [observable('evidences[0].actor.user.name', 4, subject)] : []),
    ...(client ? [observable('evidences[0].actor.app_uid', 99, client)] : []),
    ...incident.sources.map((source, i) =>
      observable(`evidences[${i}].src_endpoint.name`, source.prefix.includes('/') ? 12 : 99, source.prefix),
    ),
  ];
}

function remediation(incident: Incident): Pick<OcsfDetectionFinding, 'remediation'> {
  if (incident.response.length === 0) return {};
  const steps = incident.response.map((r) => `${r.action}: ${r.effect}`);
  return { remediation: { desc: steps.join('\n') } };
}
