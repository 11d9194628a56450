// Folds findings into incidents: one per credential and tactic, and one per attack where the tactics describe the same calls.
// Always holds: the same events and findings in the same order give the same incidents with the same ids; every table
// is bounded and what happens at the bound is counted. Time is event time; closing follows the watermark.
// Call order for each event: observe(), then add() for each of its findings, then advance().

import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { DetectorMeta, Draft, SharedDraft } from '../detector.ts';
import { hash128 } from '../hash.ts';
import { createArchive } from './archive.ts';
import type { BaselineFacts, CallFacts, IncidentHandle, TrailEntry } from './calls.ts';
import {
  type Claim,
  DAY,
  fold,
  follow,
  type OpenIncident,
  type Opening,
  openIncident,
  reassess,
} from './open-incident.ts';
import { reportOf } from './report.ts';
import { belongsTo } from './same-attack.ts';
import { createSupport } from './support.ts';

export type { BaselineFacts, CallFacts, IncidentHandle, TrailEntry } from './calls.ts';

export interface IncidentsOptions {
  /** Most incidents open at once; at the bound the one silent for longest is closed. Default 10,000. */
  maxOpen?: number;
  /** Most closed incidents kept for all() and of(); the oldest are dropped. Default 10,000. */
  maxClosed?: number;
  /** Most credentials with supporting findings waiting; the least recently touched are dropped. Default 10,000. */
  maxWaiting?: number;
  /** Distinct records counted exactly per incident, then by sketch. Default 65,536. */
  exactLimit?: number;
  /** Slots (8 bytes each) for exact counting over all open incidents. Default 4,194,304 (32 MiB). */
  exactSlots?: number;
}

export interface IncidentStatistics {
  open: number;
  closed: number;
  /** Credentials with supporting findings waiting for a page. */
  waiting: number;
  /** Closed early because maxOpen was reached. */
  openOverflow: number;
  /** Closed incidents no longer kept. */
  closedDropped: number;
  /** Supporting findings dropped at a bound before anything opened. */
  supportingDropped: number;
}

export interface Incidents {
  /** Counts the event into the open incidents of its credential. Cheap when there are none. */
  observe(event: ApiEvent, facts: CallFacts): void;
  /**
   * Folds a finding. Returns the incident when it opened, or changed so that people should hear of it (severity rose,
   * ten times the records, a new paging detector); otherwise null.
   * @param trail the credential's recent calls, the current event last; may be empty
   * @param baseline the credential's past as it stood before the event
   */
  add(
    finding: Finding,
    draft: Draft | SharedDraft,
    meta: DetectorMeta,
    event: ApiEvent,
    trail: readonly TrailEntry[],
    baseline?: BaselineFacts,
  ): Incident | null;
  /** Returns incidents that changed notably through observe(), and those closed by 24 h of silence before `watermark` (ms). */
  advance(watermark: number): Incident[];
  /** Ends input: the final state of open incidents that changed since they were last returned. Nothing is closed. */
  finish(): Incident[];
  /** Every incident, as it stands now: closed ones that are still kept, then open ones. */
  all(): Iterable<Incident>;
  /** Incidents of one credential, oldest first. */
  of(tenant: string, lineage: string): readonly IncidentHandle[];
  statistics(): IncidentStatistics;
}

/** Findings below this evidence (ln e) are not kept as support. */
export const SUPPORT_LOG_E = 3;
const MERGE_GAP = DAY;
/** Closing is checked at most once per this much event time. */
const CHECK_EVERY = 60_000;
/** The first number of records worth telling people about again; then every tenfold. */
const FIRST_STEP = 10;

/** An open incident with what people were last told of it. */
interface Entry {
  readonly incident: OpenIncident;
  /** The event it opened on: what joins on the same event is part of the opening. */
  readonly openedBy: string;
  reportedRecords: number;
  reported: boolean;
  /** Something changed since it was last returned. */
  changed: boolean;
  /** Severity is looked at again when records or bytes reach these. */
  nextRecords: number;
  nextBytes: number;
}

export function createIncidents(o: IncidentsOptions = {}): Incidents {
  const { maxOpen = 10_000, exactLimit = 65_536 } = o;
  const budget = { slots: o.exactSlots ?? 4_194_304 };
  const support = createSupport(o.maxWaiting ?? 10_000);
  const archive = createArchive(o.maxClosed ?? 10_000);
  /** tenant → lineage → its open incidents. */
  const open = new Map<string, Map<string, Entry[]>>();
  const all = new Set<Entry>();
  const pending = new Set<Entry>();
  const closedEarly: Incident[] = [];
  let openOverflow = 0;
  let nextCheck = Number.POSITIVE_INFINITY;
  let current: { id: string; facts: CallFacts } = { id: '', facts: { novel: 0, cluster: 0 } };

  const entriesOf = (tenant: string, lineage: string): readonly Entry[] =>
    open.get(tenant)?.get(lineage) ?? [];

  const tell = (entry: Entry): Incident => {
    const opening = !entry.reported || entry.openedBy === current.id;
    if (!opening && entry.incident.status === 'open') entry.incident.status = 'updated';
    entry.reported = true;
    entry.changed = false;
    entry.reportedRecords = entry.incident.exposure.records;
    pending.delete(entry);
    return reportOf(entry.incident);
  };
  const close = (entry: Entry): Incident => {
    const { incident } = entry;
    incident.status = 'closed';
    const report = tell(entry);
    all.delete(entry);
    const lineages = open.get(incident.tenant) as Map<string, Entry[]>;
    const rest = entriesOf(incident.tenant, incident.lineage).filter((other) => other !== entry);
    if (rest.length > 0) lineages.set(incident.lineage, rest);
    else lineages.delete(incident.lineage);
    if (lineages.size === 0) open.delete(incident.tenant);
    incident.exposure.close();
    archive.keep(credentialKey(incident.tenant, incident.lineage), report, handleOf(incident));
    return report;
  };
  const begin = (opening: Opening): Entry => {
    if (all.size >= maxOpen) {
      let quietest: Entry | null = null;
      for (const entry of all)
        if (!quietest || entry.incident.lastAt < quietest.incident.lastAt) quietest = entry;
      if (quietest) closedEarly.push(close(quietest));
      openOverflow++;
    }
    archive.forget(opening.id);
    const incident = openIncident(opening);
    const entry = {
      incident,
      openedBy: opening.event.id,
      reportedRecords: 0,
      reported: false,
      changed: true,
      nextRecords: 0,
      nextBytes: 0,
    };
    const { tenant, lineage } = incident;
    const lineages = open.get(tenant) ?? new Map<string, Entry[]>();
    open.set(tenant, lineages);
    lineages.set(lineage, [...(lineages.get(lineage) ?? []), entry]);
    all.add(entry);
    nextCheck = Math.min(nextCheck, incident.lastAt + MERGE_GAP);
    return entry;
  };
  /** The open incident a finding describes; incidents that were silent for too long are closed on the way. */
  const home = (claim: Claim, trail: readonly TrailEntry[], novel: number): Entry | null => {
    const { tenant, lineage, at } = claim.finding;
    let best: Entry | null = null;
    for (const entry of entriesOf(tenant, lineage)) {
      if (at - entry.incident.lastAt >= MERGE_GAP) closedEarly.push(close(entry));
      else if (!belongsTo(entry.incident, { claim, trail, novel })) continue;
      else if (!best || entry.incident.tactic === claim.meta.tactic) best = entry;
    }
    return best;
  };

  return {
    observe(event, facts) {
      current = { id: event.id, facts };
      if (all.size === 0) return;
      for (const entry of entriesOf(event.tenant, event.credential.lineage)) {
        if (event.at - entry.incident.lastAt >= MERGE_GAP) continue;
        if (!follow(entry.incident, event, facts)) continue;
        entry.changed = true;
        const { exposure } = entry.incident;
        if (exposure.records < entry.nextRecords && exposure.bytes < entry.nextBytes) continue;
        if (notable(entry, false)) pending.add(entry);
      }
    },
    add(finding, draft, meta, event, trail, baseline) {
      if (!finding.pages && finding.log_e < SUPPORT_LOG_E) return null;
      const facts = factsOf(current, event, trail);
      current = { id: event.id, facts };
      const claim: Claim = { finding, draft, meta, cluster: facts.cluster };
      const key = credentialKey(finding.tenant, finding.lineage);
      const entry = home(claim, trail, facts.novel);
      if (entry) {
        const joins = fold(entry.incident, claim, event);
        entry.changed = true;
        return notable(entry, joins) ? tell(entry) : null;
      }
      if (!finding.pages) {
        support.wait(key, claim);
        return null;
      }
      const past = baseline ? factsToKeep(baseline) : null;
      const opened = begin({
        ...claim,
        event,
        facts,
        trail,
        baseline: past,
        exactLimit,
        budget,
        id: idOf(finding, meta),
      });
      const { incident } = opened;
      for (const other of support.take(key, finding.at, (c) =>
        belongsTo(incident, { claim: c, trail, novel: 0 }),
      ))
        fold(incident, other, event);
      notable(opened, true);
      return tell(opened);
    },
    advance(watermark) {
      if (pending.size === 0 && closedEarly.length === 0 && watermark < nextCheck) return [];
      const out = closedEarly.splice(0);
      if (watermark >= nextCheck) {
        let earliest = Number.POSITIVE_INFINITY;
        for (const entry of all) {
          const due = entry.incident.lastAt + MERGE_GAP;
          if (due <= watermark) out.push(close(entry));
          else earliest = Math.min(earliest, due);
        }
        nextCheck = Math.max(earliest, watermark + CHECK_EVERY);
      }
      for (const entry of pending) out.push(tell(entry));
      return out;
    },
    finish() {
      return [...closedEarly.splice(0), ...[...all].filter((entry) => entry.changed).map(tell)];
    },
    *all() {
      yield* archive.reports();
      for (const entry of all) yield reportOf(entry.incident);
    },
    of: (tenant, lineage) => [
      ...archive.of(credentialKey(tenant, lineage)),
      ...entriesOf(tenant, lineage).map((entry) => handleOf(entry.incident)),
    ],
    statistics: () => ({
      open: all.size,
      closed: archive.size,
      waiting: support.size,
      openOverflow,
      closedDropped: archive.dropped,
      supportingDropped: support.dropped,
    }),
  };
}

const credentialKey = (tenant: string, lineage: string): string => `${tenant}\n${lineage}`;

/** The same credential, tactic and day give the same id, so reprocessing updates the incident it made before. */
function idOf(finding: Finding, meta: DetectorMeta): string {
  const day = new Date(finding.at).toISOString().slice(0, 10);
  return hash128([finding.tenant, finding.lineage, meta.tactic, day].join('\n'));
}

const handleOf = ({ id, status, tactic, severity, clusters }: OpenIncident): IncidentHandle => ({
  id,
  status,
  tactic,
  severity,
  clusters,
});

/** A baseline view is reused from event to event, so what is needed later is copied. */
const factsToKeep = ({ events, firstAt, lastAt, routes }: BaselineFacts): BaselineFacts => ({
  events,
  firstAt,
  lastAt,
  routes,
});

/** Facts of the event: those just observed, else those of the trail's last call. */
function factsOf(
  current: { id: string; facts: CallFacts },
  event: ApiEvent,
  trail: readonly TrailEntry[],
): CallFacts {
  if (current.id === event.id) return current.facts;
  const last = trail.at(-1);
  return last ? { novel: last.novel, cluster: last.cluster } : { novel: 0, cluster: 0 };
}

/** Whether people should hear of an incident again: severity rose, ten times the records, a new paging detector. */
function notable(entry: Entry, joins: boolean): boolean {
  const { exposure } = entry.incident;
  entry.nextRecords = Math.max(exposure.records * 1.05, exposure.records + 1);
  entry.nextBytes = exposure.bytes * 1.05 + 1;
  const rose = reassess(entry.incident);
  return rose || joins || exposure.records >= Math.max(FIRST_STEP, entry.reportedRecords * 10);
}
