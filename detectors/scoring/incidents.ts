// Folds findings into incidents: one per credential and tactic, one per attack where tactics describe the same calls, one for a
// behaviour or a change that many credentials share.
// Always holds: the same events and findings in the same order give the same incidents with the same ids; every table
// is bounded and what happens at the bound is counted. Time is event time; closing follows the watermark.
// Call order for each event: observe(), then add() for each of its findings, then advance().

import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { DetectorMeta } from '../detector.ts';
import { hash128 } from '../hash.ts';
import { createArchive } from './archive.ts';
import { createBudget } from './budget.ts';
import type { BaselineFacts, CallFacts, TrailEntry } from './calls.ts';
import { type Campaign, campaignClaim, createCampaigns } from './campaign.ts';
import { changeClaim } from './change-claim.ts';
import { discoveries } from './digest.ts';
import { type Change, createFleet } from './fleet.ts';
import { createHolds } from './hold.ts';
import type { Incidents, IncidentsOptions } from './incidents-contract.ts';
import { type About, createInvestigations } from './investigations.ts';
import { jointExposure, jointSources } from './joint.ts';
import { type Claim, fold, follow, reassess, widen } from './open-incident.ts';
import { mayShare } from './precedence.ts';
import { createRegister, credentialKey, type Entry, handleOf, MERGE_GAP } from './register.ts';
import { belongsTo } from './same-attack.ts';
import { createSupport, type Waiting } from './support.ts';

export type { BaselineFacts, CallFacts, TrailEntry } from './calls.ts';

export type { Incidents, IncidentsOptions } from './incidents-contract.ts';

/** Findings below this evidence (ln e) are not kept as support. */
export const SUPPORT_LOG_E = 3;
/** The first number of records worth telling people about again; then every tenfold. */
const FIRST_STEP = 10;
const HOUR = 3_600_000;
/** Callers with most records by which two claims about many are compared. */
const LEADING = 20;
/** Callers that two claims of one detector about different things have in common, to be one attack. */
const IN_COMMON = 2;
/** Families a credential is judged in: hypotheses per credential of the digest. */
const FAMILIES = 11;

export function createIncidents(o: IncidentsOptions = {}): Incidents {
  const { maxOpen = 10_000, exactLimit = 65_536 } = o;
  const distinct = { slots: o.exactSlots ?? 4_194_304 };
  const touch = (about: About): void => investigations.touch(about);
  const support = createSupport(o.maxWaiting ?? 10_000, ([lost]) => lost && touch(lost.finding));
  const archive = createArchive(o.maxClosed ?? 10_000);
  const register = createRegister({ maxOpen, archive, onChange: touch });
  const fleet = createFleet();
  const holds = createHolds();
  const campaigns = createCampaigns();
  const pages = createBudget(o.pagesPerDay ?? 20);
  const clock = { nextDigest: 0 };
  const investigations = createInvestigations({
    register,
    support,
    holds,
    fleet,
    campaigns,
    pages,
    clock,
    exactLimit,
    budget: distinct,
    metas: new Map(o.metas?.map((meta) => [meta.id, meta])),
  });
  let current: { id: string; facts: CallFacts } = { id: '', facts: { novel: 0, cluster: 0 } };

  const tell = (entry: Entry): Incident => register.tell(entry, current.id);
  /** The open incident a finding describes; incidents that were silent for too long are closed on the way. */
  const home = (claim: Claim, trail: readonly TrailEntry[], novel: number): Entry | null => {
    const { tenant, lineage, at } = claim.finding;
    let best: Entry | null = null;
    for (const entry of register.entriesOf(tenant, lineage)) {
      if (at - entry.incident.lastAt >= MERGE_GAP) register.closeEarly(entry);
      else if (!belongsTo(entry.incident, { claim, trail, novel })) continue;
      else if (!best || entry.incident.tactic === claim.meta.tactic) best = entry;
    }
    return best ?? sameMany(claim) ?? parentOf(claim);
  };
  /** The open incident of many callers that this claim about many is about as well: the same ones lead both, or one detector names both. */
  const sameMany = ({ finding, draft, meta }: Claim): Entry | null => {
    if (!('subject' in draft)) return null;
    const leading = draft.attributed.slice(0, LEADING);
    for (const parent of new Set(leading.map(({ lineage }) => register.parentOf(finding.tenant, lineage)))) {
      if (parent === undefined || !mayShare(parent.incident.tactic, meta.tactic)) continue;
      const shared = leading.filter(({ lineage }) => register.parentOf(finding.tenant, lineage) === parent);
      const least = parent.incident.claims.has(meta.id) ? IN_COMMON : leading.length / 2;
      if (shared.length >= least) return parent;
    }
    return null;
  };
  /** The open incident of many callers that already speaks of this one. */
  const parentOf = ({ finding, meta }: Claim): Entry | null => {
    const parent = register.parentOf(finding.tenant, finding.lineage);
    if (parent === undefined || finding.at - parent.incident.lastAt >= MERGE_GAP) return null;
    return mayShare(parent.incident.tactic, meta.tactic) ? parent : null;
  };
  const join = (to: Entry, claim: Claim, event: ApiEvent): Incident | null => {
    let joins = fold(to.incident, claim, event);
    const entry = to.parent ?? to;
    // In a campaign a source that is merely suspected is part of it.
    if (claim.finding.pages || entry !== to) widen(to.incident, claim, event, current.facts);
    if (entry !== to) joins = fold(entry.incident, claim, event);
    entry.changed = true;
    touch(to.incident);
    touch(entry.incident);
    if ('subject' in claim.draft) register.attribute(entry);
    const paged = claim.finding.pages && entry.incident.notify === 'digest' && mayPage(entry);
    return notable(entry, joins) || paged ? tell(entry) : null;
  };
  const mayPage = ({ incident }: Entry): boolean => {
    // One about many says more than the many about one that may have used the budget up.
    const within = pages.spend(incident.tenant, incident.severity, incident.lastAt);
    const granted = within || incident.attributed !== null;
    if (granted) incident.notify = 'page';
    return granted;
  };
  const start = (
    w: Waiting,
    o: { facts: CallFacts; trail: readonly TrailEntry[] },
    parts?: Set<Entry>,
  ): Entry => {
    const { finding, event, meta } = w;
    const id = idOf(finding, meta);
    const joint = parts && { exposure: jointExposure(parts), sources: jointSources(parts) };
    const entry = register.begin({ ...w, ...o, exactLimit, budget: distinct, id, joint }, parts);
    const { incident } = entry;
    const fits = (claim: Claim): boolean => belongsTo(incident, { claim, trail: o.trail, novel: 0 });
    for (const other of support.take(credentialKey(finding.tenant, finding.lineage), finding.at, fits))
      fold(incident, other, event);
    if ('subject' in w.draft) register.attribute(entry);
    notable(entry, true);
    incident.notify = 'digest';
    return entry;
  };
  const open = (
    w: Waiting,
    o: { facts: CallFacts; trail: readonly TrailEntry[]; page: boolean },
  ): Incident => {
    const entry = start(w, o);
    if (o.page) mayPage(entry);
    return tell(entry);
  };
  /** Many credentials at once are one incident; those of single ones become its parts. */
  const tellCampaign = (w: Waiting, campaign: Campaign): Incident | null => {
    const told = campaignClaim(w, campaign);
    const running = register.entriesOf(told.finding.tenant, told.finding.lineage)[0];
    const parent = running ?? start(told, { facts: current.facts, trail: [] }, new Set());
    for (const member of campaign.members) {
      const { tenant, lineage } = member.finding;
      const open = register.entriesOf(tenant, lineage).filter((one) => one.incident.tactic === w.meta.tactic);
      if (open.length === 0 && register.full) continue;
      const facts = member === w ? current.facts : { novel: 0, cluster: member.cluster };
      holds.drop(credentialKey(tenant, lineage));
      for (const part of open.length > 0 ? open : [start(member, { facts, trail: [] })]) {
        if (part.parent === null) register.handOver(part, parent);
      }
    }
    parent.changed = true;
    touch(parent.incident);
    if (running === undefined) mayPage(parent);
    else if (!notable(parent, false)) return null;
    return tell(parent);
  };
  /** A change of many credentials is one incident; those who waited for it to show wait no more. */
  const tellChange = (w: Waiting, change: Change): Incident | null => {
    const told = changeClaim(w, change);
    const { tenant } = w.finding;
    for (const { lineage } of change.credentials) {
      const key = credentialKey(tenant, lineage);
      if (holds.of(key) === undefined) continue;
      holds.drop(key);
      touch({ tenant, lineage });
    }
    const entry = register.entriesOf(told.finding.tenant, told.finding.lineage)[0];
    if (entry !== undefined) return join(entry, told, w.event);
    // Known and long told: one more that meets it is no news.
    if (!change.fresh) return null;
    return open(told, { facts: current.facts, trail: [], page: true });
  };
  /** What is neither part of an open incident nor of a change yet. */
  const begin = (w: Waiting, facts: CallFacts, trail: readonly TrailEntry[]): Incident | null => {
    const key = credentialKey(w.finding.tenant, w.finding.lineage);
    const campaign = campaigns.meet(w);
    touch(w.finding);
    if (campaign !== null) return tellCampaign(w, campaign);
    if (!w.finding.pages) {
      support.wait(key, w);
      return null;
    }
    if (w.draft.novelty && holds.hold(key, { ...w, facts, trail: [...trail] })) {
      support.wait(key, w);
      return null;
    }
    return open(w, { facts, trail, page: true });
  };
  const noteGrowth = (entry: Entry): void => {
    entry.changed = true;
    touch(entry.incident);
    const { exposure } = entry.incident;
    if (exposure.records < entry.nextRecords && exposure.bytes < entry.nextBytes) return;
    const rose = notable(entry, false);
    const { parent } = entry;
    if (parent === null) {
      if (rose) register.pending.add(entry);
      return;
    }
    parent.incident.lastAt = Math.max(parent.incident.lastAt, entry.incident.lastAt);
    noteGrowth(parent);
  };
  const releaseHeld = (watermark: number): Incident[] =>
    holds.due(watermark).flatMap((held) => {
      const { tenant, lineage } = held.finding;
      touch(held.finding);
      support.take(credentialKey(tenant, lineage), held.finding.at, (c) => c.finding.id === held.finding.id);
      const entry = home(held, held.trail, held.facts.novel);
      if (entry === null) return [open(held, { ...held, page: true })];
      return join(entry, held, held.event) ?? [];
    });
  /** Once an hour: evidence that lacks harm, or nearly pages, and that is together worth a look. */
  const digest = (watermark: number): Incident[] => {
    if (watermark < clock.nextDigest) return [];
    const first = clock.nextDigest === 0;
    clock.nextDigest = (Math.floor(watermark / HOUR) + 1) * HOUR;
    if (first) return [];
    return support
      .tenants(watermark)
      .flatMap(({ peers, strongest }) =>
        discoveries(strongest, peers * FAMILIES).map(({ item }) =>
          open(item, { facts: { novel: 0, cluster: item.cluster }, trail: [], page: false }),
        ),
      );
  };

  return {
    observe(event, facts) {
      current = { id: event.id, facts };
      if (holds.size > 0) holds.see(credentialKey(event.tenant, event.credential.lineage), event, facts);
      if (register.size === 0) return;
      for (const entry of register.entriesOf(event.tenant, event.credential.lineage)) {
        if (event.at - entry.incident.lastAt >= MERGE_GAP) continue;
        if (!follow(entry.incident, event, facts)) continue;
        noteGrowth(entry);
      }
    },
    add(finding, draft, meta, event, trail, baseline) {
      if (!finding.pages && finding.log_e < SUPPORT_LOG_E) return null;
      const facts = factsOf(current, event, trail);
      current = { id: event.id, facts };
      const past = baseline ? factsToKeep(baseline) : null;
      const waiting: Waiting = { finding, draft, meta, cluster: facts.cluster, event, baseline: past };
      const { novelty } = draft;
      if (novelty) {
        const { tenant, lineage, at } = finding;
        const { display } = event.credential;
        const meeting = { tenant, lineage, at, display, detector: meta.id, value: novelty.value };
        const change = fleet.meet({ ...meeting, peers: past?.peers ?? 0 });
        if (change !== null) return tellChange(waiting, change);
      }
      const entry = home(waiting, trail, facts.novel);
      return entry ? join(entry, waiting, event) : begin(waiting, facts, trail);
    },
    advance(watermark) {
      const { pending } = register;
      const out = register.mayClose(watermark) ? register.closeSilent(watermark) : [];
      if (holds.size > 0) out.push(...releaseHeld(watermark));
      if (support.size > 0) out.push(...digest(watermark));
      for (const entry of pending) out.push(tell(entry));
      return out;
    },
    finish() {
      const held = releaseHeld(Number.POSITIVE_INFINITY);
      const changed = [...register.entries()].filter((entry) => entry.changed && entry.parent === null);
      return [...register.closedEarly.splice(0), ...held, ...changed.map(tell)];
    },
    *all() {
      yield* archive.reports();
      for (const entry of register.entries()) if (entry.parent === null) yield register.report(entry);
    },
    of: (tenant, lineage) => [
      ...archive.of(credentialKey(tenant, lineage)),
      ...register.entriesOf(tenant, lineage).map((entry) => handleOf((entry.parent ?? entry).incident)),
    ],
    investigations,
    statistics: () => ({
      open: register.size,
      closed: archive.size,
      waiting: support.size,
      openOverflow: register.overflow,
      closedDropped: archive.dropped,
      supportingDropped: support.dropped,
      held: holds.size,
    }),
  };
}

/** The same credential, tactic and day give the same id, so reprocessing updates the incident it made before. */
function idOf(finding: Finding, meta: DetectorMeta): string {
  const day = new Date(finding.at).toISOString().slice(0, 10);
  return hash128([finding.tenant, finding.lineage, meta.tactic, day].join('\n'));
}

/** A baseline view is reused from event to event, so what is needed later is copied. */
const factsToKeep = (facts: BaselineFacts): BaselineFacts => ({ ...facts });

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
