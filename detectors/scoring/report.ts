// Renders an open incident as the Incident that people and SIEMs get.
// Always holds: the result satisfies schemas/incident.ts; lists are bounded; text from input is cleaned.

import type { Incident } from '../../schemas/incident.ts';
import { limitInWords, limitOf } from './limit.ts';
import { oddsInWords } from './odds.ts';
import { byStrength, type Claim, DAY, type OpenIncident, rankedClaims } from './open-incident.ts';
import { plain, summaryOf, thousands, titleOf } from './wording.ts';

const MAX_EVIDENCE = 24;
const MAX_REJECTED = 12;
const MAX_RESPONSES = 8;
const MAX_ATTRIBUTED = 1000;
const TEXT = 300;

export function reportOf(incident: OpenIncident): Incident {
  const claims = rankedClaims(incident);
  const exposed = incident.exposure.interval();
  const sources = incident.sources.rows();
  const credential = {
    kind: incident.credential.kind,
    subject: cleanOrNull(incident.credential.subject),
    client: cleanOrNull(incident.credential.client),
    owner: incident.credential.owner,
    display: plain(incident.credential.display, 80) || 'unnamed credential',
  };
  const paging = claims.filter((claim) => claim.finding.pages);
  return {
    id: incident.id,
    status: incident.status,
    severity: incident.severity,
    notify: incident.notify,
    family: incident.naming.meta.family,
    title: titleOf({
      family: incident.naming.meta.family,
      display: credential.display,
      records: exposed.records,
      fleet: incident.credential.kind === 'fleet',
    }),
    summary: summaryOf({
      display: credential.display,
      claims: paging.map((claim) => claim.finding.claim),
      exposed,
      sources: incident.attributed === null ? sources.length : null,
      callers: incident.attributed?.length ?? 1,
    }),
    tenant: incident.tenant,
    lineage: incident.lineage,
    credential,
    detectors: [...claims].sort(byStrength).map((claim) => claim.finding.detector),
    opened_at: new Date(incident.openedAt).toISOString(),
    first_event_at: new Date(incident.firstAt).toISOString(),
    last_event_at: new Date(incident.lastAt).toISOString(),
    sources,
    exposed,
    odds: oddsInWords(incident.logE, ordinaryCallsPerDay(incident), whoseTraffic(incident)),
    evidence: evidenceOfClaims(claims),
    samples: incident.samples.map((sample) => plain(sample, 128)),
    attack: distinct(claims.flatMap((claim) => claim.meta.attack)),
    owasp: distinct(claims.flatMap((claim) => claim.meta.owasp)),
    response: responsesTo(incident, paging),
    limit: limitOf(incident),
    rejected: distinct(claims.flatMap((c) => c.finding.rejected.map((r) => plain(r, TEXT)))).slice(
      0,
      MAX_REJECTED,
    ),
    tuning: incident.tuning,
    part_of: incident.partOf,
    attributed: (incident.attributed ?? []).slice(0, MAX_ATTRIBUTED).map((one) => ({
      ...one,
      display: plain(one.display, 80),
    })),
  };
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
const cleanOrNull = (text: string | null): string | null => (text === null ? null : plain(text, 200));

/** What was seen against what was learned; the first claim to name a feature wins. */
function evidenceOfClaims(claims: readonly Claim[]): Incident['evidence'] {
  const items = new Map<string, Incident['evidence'][number]>();
  for (const claim of claims)
    for (const item of claim.finding.evidence) {
      const feature = plain(item.feature, 80);
      if (items.has(feature) || items.size >= MAX_EVIDENCE) continue;
      items.set(feature, {
        feature,
        observed: cleanValue(item.observed),
        expected: cleanValue(item.expected),
        unit: plain(item.unit, 40),
        window: plain(item.window, 120),
      });
    }
  return [...items.values()];
}

const cleanValue = (value: number | string): number | string =>
  typeof value === 'string' ? plain(value, TEXT) : value;

/** What the detectors advise, and what stopping the credential would break. */
function responsesTo(incident: OpenIncident, claims: readonly Claim[]): Incident['response'] {
  const responses = new Map<string, Incident['response'][number]>();
  for (const claim of claims)
    for (const response of claim.meta.response)
      if (responses.size < MAX_RESPONSES && !responses.has(response.action))
        responses.set(response.action, response);
  const list = [...responses.values()];
  const limit = limitOf(incident);
  if (limit !== null) list.unshift(limitInWords(limit, incident.exposure.records));
  const past = incident.baseline;
  if (past && past.events > 0) {
    const days = Math.max(1, Math.round((past.lastAt - past.firstAt) / DAY));
    const routes =
      past.routes > 0 ? ` on ${thousands(past.routes)} ${past.routes === 1 ? 'route' : 'routes'}` : '';
    list.push({
      action: 'Before blocking the credential, tell whoever depends on it',
      effect: `It also made ${thousands(past.events)} ordinary calls${routes} in the ${days === 1 ? 'day' : `${days} days`} before; these stop as well.`,
    });
  }
  return list;
}

const whoseTraffic = ({ attributed, credential }: OpenIncident): string =>
  attributed === null ? 'this credential' : `this ${credential.kind}`;

/** Calls on an ordinary day before the incident; from the incident's own rate while nothing was learned. */
function ordinaryCallsPerDay(incident: OpenIncident): number {
  const past = incident.baseline;
  if (past && past.events > 0) return past.events / Math.max(1, (past.lastAt - past.firstAt) / DAY);
  return incident.calls / Math.max(1, (incident.lastAt - incident.firstAt) / DAY);
}
