// One incident while it runs: what its detectors claim, which of the credential's calls belong to it, what they took.
// Always holds: everything it keeps is bounded; severity never falls; times are event times.
// Does not decide when an incident opens, is reported or closes: incidents.ts does.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding, Severity } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Attributed, DetectorMeta, Draft, SharedDraft, Tactic } from '../detector.ts';
import type { BaselineFacts, CallFacts, TrailEntry } from './calls.ts';
import type { DistinctBudget } from './distinct.ts';
import { createExposure, type Exposure } from './exposure.ts';
import { specificity } from './precedence.ts';
import { combineLogE, compareSeverity, severityOf } from './severity.ts';
import { createSharedClaims, type SharedClaims } from './shared-claims.ts';
import { createSourceTable, type SourceTable } from './sources.ts';

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const MAX_SAMPLES = 10;
/** Clusters one incident follows, and clusters whose share of it is counted. */
const MAX_CLUSTERS = 64;
/** Calls of the credential count as part of it only this long after the last finding; running attacks are found again within 7 h. */
const CREDENTIAL_FOLLOW = 8 * HOUR;
/** Calls from a flagged source do so for longer: the source itself is the suspicion. */
const SOURCE_FOLLOW = 7 * DAY;

/** Families whose behaviour reads lists; a session that an agent works in is all the agent's. */
const READS_LISTS: ReadonlySet<string> = new Set(['scraping', 'exposure', 'automation']);

/** A finding with everything needed to explain it later. */
export interface Claim {
  readonly finding: Finding;
  readonly draft: Draft | SharedDraft;
  readonly meta: DetectorMeta;
  readonly cluster: number;
}

export interface OpenIncident {
  readonly id: string;
  readonly tenant: string;
  readonly lineage: string;
  readonly tactic: Tactic;
  readonly credential: Incident['credential'];
  readonly openedAt: number;
  readonly tuning: string;
  readonly samples: string[];
  readonly sources: SourceTable;
  readonly exposure: Exposure;
  readonly baseline: BaselineFacts | null;
  /** For behaviour of many callers: those who explain it, as last told; the incident then counts only what findings claim. */
  attributed: readonly Attributed[] | null;
  /** What was claimed about many callers at once. */
  readonly shared: SharedClaims;
  /** The incident of many credentials that this one became part of. */
  partOf: string | null;
  /** Part of an attack with many credentials: whatever comes from where the credential never was belongs to it. */
  inCampaign: boolean;
  /** Source clusters the behaviour is confined to; null: any call of the credential may belong to it. */
  readonly clusters: Set<number> | null;
  /** With `clusters` null: only calls that touch objects new to the credential belong to it. */
  readonly onlyNovel: boolean;
  /** Calls do not tell the behaviour from ordinary work: only what findings claim is counted. */
  readonly mingled: boolean;
  /** Strongest finding of each detector. */
  readonly claims: Map<string, Claim>;
  /** Calls of the behaviour per source cluster. */
  readonly shares: Map<number, number>;
  firstAt: number;
  lastAt: number;
  lastFindingAt: number;
  calls: number;
  /** The most specific paging detector; it gives the incident its family. */
  naming: Claim;
  /** ln of the combined e-value of all detectors. */
  logE: number;
  severity: Severity;
  status: Incident['status'];
  notify: Incident['notify'];
}

export interface Opening extends Claim {
  readonly event: ApiEvent;
  readonly facts: CallFacts;
  readonly trail: readonly TrailEntry[];
  readonly baseline: BaselineFacts | null;
  readonly exactLimit: number;
  readonly budget: DistinctBudget;
  readonly id: string;
  /** Of an incident made of others: they count what is taken, and from where. */
  readonly joint?: Pick<OpenIncident, 'exposure' | 'sources'> | undefined;
}

const sampleOf = (event: ApiEvent): string => event.request_id ?? event.id;

/** Starts an incident from its first paging finding. Trail entries of the behaviour fill samples and sources. */
export function openIncident(o: Opening): OpenIncident {
  const { event, finding, draft, facts } = o;
  const confined = draft.scope === 'source';
  const sources = o.joint?.sources ?? createSourceTable();
  const exposure =
    o.joint?.exposure ?? createExposure({ exactLimit: o.exactLimit, budget: o.budget, confined });
  const onlyNovel = !confined && facts.novel > 0;
  const shared = 'subject' in draft ? draft : null;
  const credential = shared
    ? { kind: shared.subject.kind, subject: null, client: null, display: shared.subject.display }
    : event.credential;
  const incident: OpenIncident = {
    id: o.id,
    tenant: finding.tenant,
    lineage: finding.lineage,
    tactic: o.meta.tactic,
    credential: {
      kind: credential.kind,
      subject: credential.subject,
      client: credential.client,
      owner: o.baseline?.owner ?? null,
      display: credential.display,
    },
    openedAt: finding.at,
    tuning: finding.tuning,
    samples: [],
    sources,
    exposure,
    baseline: o.baseline,
    attributed: shared ? shared.attributed : null,
    shared: createSharedClaims(),
    partOf: null,
    inCampaign: false,
    clusters: confined ? new Set([o.cluster]) : null,
    onlyNovel,
    mingled: shared === null && draft.mingled === true,
    claims: new Map(),
    shares: new Map(),
    firstAt: Math.min(finding.since, finding.at),
    lastAt: finding.at,
    lastFindingAt: finding.at,
    calls: 0,
    naming: o,
    logE: 0,
    severity: 'info',
    status: 'open',
    notify: 'page',
  };
  if (shared) incident.samples.push(sampleOf(event));
  else readTrail(incident, o);
  fold(incident, { finding, draft, meta: o.meta, cluster: o.cluster }, event);
  return incident;
}

/** Counts the trail's share of the behaviour up to and with the opening event, and keeps samples of it. */
function readTrail(incident: OpenIncident, o: Opening): void {
  const { samples } = incident;
  const last = sampleOf(o.event);
  for (const entry of o.trail) {
    if (entry.at < incident.firstAt || entry.at > o.event.at || entry.sample === last) continue;
    if (!belongs(incident, entry)) continue;
    take(incident, entry, entry.bytes);
    if (samples.length < MAX_SAMPLES - 1) samples.push(entry.sample);
  }
  const { client } = o.event;
  const opening = { at: o.event.at, prefix: client.prefix, asn: client.asn, country: client.country };
  take(
    incident,
    { ...opening, ...o.facts, objects: o.event.objects, status: o.event.status },
    o.event.bytes_out,
  );
  samples.push(last);
}

type Call = Pick<
  TrailEntry,
  'at' | 'prefix' | 'asn' | 'country' | 'cluster' | 'novel' | 'objects' | 'status'
>;

function take(incident: OpenIncident, call: Call, bytes: number): void {
  incident.calls++;
  incident.sources.count(call);
  const share = incident.shares.get(call.cluster);
  if (share !== undefined || incident.shares.size < MAX_CLUSTERS)
    incident.shares.set(call.cluster, (share ?? 0) + 1);
  if (incident.mingled) return;
  incident.exposure.count(
    { objects: call.objects as ApiEvent['objects'], status: call.status, bytes_out: bytes },
    incident.clusters ? call.objects.length : call.novel,
  );
}

/** True when a call of the incident's credential is part of its behaviour. */
function belongs(incident: OpenIncident, call: CallFacts): boolean {
  if (incident.clusters)
    return incident.clusters.has(call.cluster) || (incident.inCampaign && call.strange === true);
  return !incident.onlyNovel || call.novel > 0;
}

/** Counts a later call of the credential. Returns false when it is not part of the behaviour. */
export function follow(incident: OpenIncident, event: ApiEvent, facts: CallFacts): boolean {
  const since = event.at - incident.lastFindingAt;
  if (since > (incident.clusters ? SOURCE_FOLLOW : CREDENTIAL_FOLLOW) || event.at < incident.firstAt)
    return false;
  const listing = countsPages(incident) && givesMoreThanItNames(event);
  if (!belongs(incident, facts) && !(listing && !incident.clusters)) return false;
  const { prefix, asn, country } = event.client;
  const objects = listing ? [] : event.objects;
  take(
    incident,
    { ...facts, at: event.at, prefix, asn, country, objects, status: event.status },
    event.bytes_out,
  );
  if (listing) incident.exposure.countPage(event);
  else if (givesMoreThanItNames(event)) incident.exposure.notePage(event);
  if (event.at > incident.lastAt) incident.lastAt = event.at;
  return true;
}

/**
 * Takes in another source of a credential whose source is the suspicion, with the call that showed it. Returns false when it was
 * in already, or there is no room.
 */
export function widen(incident: OpenIncident, claim: Claim, event: ApiEvent, facts: CallFacts): boolean {
  const { clusters } = incident;
  if (clusters === null || claim.draft.scope !== 'source' || clusters.has(claim.cluster)) return false;
  if (clusters.size >= MAX_CLUSTERS) return false;
  clusters.add(claim.cluster);
  return follow(incident, event, facts);
}

/** A page of a list: what it gave counts, not the record it was asked by (`/orders?customer_id=7&page=2`). */
const givesMoreThanItNames = ({ page, items, objects }: ApiEvent): boolean =>
  objects.length === 0 ? page !== null || items !== null : items !== null && items > objects.length;

const countsPages = (incident: OpenIncident): boolean =>
  incident.clusters !== null ||
  (!incident.mingled && [...incident.claims.values()].some(({ meta }) => READS_LISTS.has(meta.family)));

/** Adds a finding. Returns true when it is the first paging finding of its detector. */
export function fold(incident: OpenIncident, claim: Claim, event: ApiEvent): boolean {
  const { finding, draft } = claim;
  const known = incident.claims.get(finding.detector);
  const joins = finding.pages && !known?.finding.pages;
  if (joins || !known || (finding.pages === known.finding.pages && finding.log_e >= known.finding.log_e)) {
    incident.claims.set(finding.detector, claim);
    incident.logE = combineLogE([...incident.claims].map(([id, c]) => [id, c.finding.log_e] as const));
    if (mayName(incident, claim)) incident.naming = claim;
  }
  if (finding.at > incident.lastFindingAt) incident.lastFindingAt = finding.at;
  if (finding.at > incident.lastAt) incident.lastAt = finding.at;
  if ('subject' in draft) {
    incident.attributed = incident.shared.hear(claim.meta.id, draft);
    incident.exposure.atLeast(incident.shared.total());
    if (incident.samples.length < MAX_SAMPLES) incident.samples.push(sampleOf(event));
  }
  if (incident.attributed !== null && !('subject' in draft)) return joins;
  if (finding.pages) countCertain(incident, claim, event);
  // What a detector counted since the behaviour began, when that is more than was counted here. Of what a whole credential took
  // only a joining one is heard, and never of an incident of certain sources: the owner's calls are counted in it as well.
  if (incident.mingled && finding.pages) incident.exposure.atLeast(apartFromWork(draft));
  else if (incident.clusters ? finding.pages && draft.scope === 'source' : joins)
    incident.exposure.atLeast(draft.exposed);
  if (joins) incident.firstAt = Math.min(incident.firstAt, finding.since);
  return joins;
}

/** What a draft claims beyond ordinary work: its estimate, or of a count that has work in it what is certain. */
function apartFromWork({ exposed, mingled }: Draft): { records: number; bytes: number } {
  const { records, bytes, certain = records } = exposed;
  if (mingled || records === 0) return exposed;
  return { records: certain, bytes: Math.round((bytes * certain) / records) };
}

/** An incident of many callers is named by what was found about the many. */
function mayName(incident: OpenIncident, { finding, draft, meta }: Claim): boolean {
  if (!finding.pages && incident.naming.finding.pages) return false;
  if (incident.attributed !== null && !('subject' in draft)) return false;
  return specificity(meta) <= specificity(incident.naming.meta);
}

/** A detector that counted over the whole credential is no witness of what one source took. */
function countCertain(incident: OpenIncident, { draft, meta }: Claim, event: ApiEvent): void {
  if (incident.clusters && draft.scope !== 'source') return;
  const { records, events } = draft.exposed;
  const estimated = meta.family === 'scraping' && event.items === null;
  incident.exposure.certainly(draft.exposed.certain ?? (estimated ? Math.min(records, events) : records));
  if (draft.exposed.most !== undefined) incident.exposure.possibly(draft.exposed.most);
}

/** Claims with the one that names the incident first, then paging before supporting, stronger before weaker. */
export function rankedClaims(incident: OpenIncident): Claim[] {
  const others = [...incident.claims.values()].filter(
    (claim) => claim.finding.detector !== incident.naming.finding.detector,
  );
  return [incident.naming, ...others.sort(byStrength)];
}

/** Orders paging before supporting claims, stronger before weaker. */
export function byStrength(a: Claim, b: Claim): number {
  return (
    Number(b.finding.pages) - Number(a.finding.pages) ||
    b.finding.log_e - a.finding.log_e ||
    (a.finding.detector < b.finding.detector ? -1 : 1)
  );
}

/** Raises the severity to what evidence and harm now warrant; true when it rose. */
export function reassess(incident: OpenIncident): boolean {
  if (incident.credential.kind === 'fleet') return calmly(incident);
  const severity = severityOf({
    logE: incident.logE,
    family: incident.naming.meta.family,
    records: incident.exposure.records,
    bytes: incident.exposure.bytes,
  });
  if (compareSeverity(severity, incident.severity) <= 0) return false;
  incident.severity = severity;
  return true;
}

/** A change that many credentials share is worth knowing, not worth waking anybody. */
function calmly(incident: OpenIncident): boolean {
  const rose = incident.severity === 'info';
  incident.severity = 'low';
  return rose;
}
