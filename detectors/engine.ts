// The engine: judges every event against the past of its credential, then learns from it.
// Always holds: no clock, no randomness; the same events in the same order give the same verdicts, also when the state
// was saved and restored in between (below capacity; of trails only those of credentials with something open are stored).
// Does not drop duplicates: whoever feeds it does, by position.

import type { ApiEvent } from '../schemas/event.ts';
import type { Finding } from '../schemas/finding.ts';
import type { Incident } from '../schemas/incident.ts';
import { tuning as tuningSchema } from '../schemas/tuning.ts';
import { createBaseline, isAnonymous } from './baseline/baseline.ts';
import { BLOCK, createCredentialRows } from './baseline/credential-rows.ts';
import { createEgress } from './baseline/egress.ts';
import { createSharedRows } from './baseline/shared-rows.ts';
import { createSuccession } from './baseline/succession.ts';
import { quarantine } from './baseline/suspicion.ts';
import type { Baseline, Peers } from './baseline/view.ts';
import { CATALOGUE } from './catalogue.ts';
import { createDeclared } from './declared.ts';
import type { Context, Detector, Draft, Memory, SharedDraft } from './detector.ts';
import type { Engine, EngineOptions, EngineStatistics, Verdict } from './engine-contract.ts';
import { hash32, hash128 } from './hash.ts';
import { createKnowledge, type Knowledge } from './knowledge.ts';
import { createCalibration } from './scoring/calibration.ts';
import { type BaselineFacts, createIncidents, SUPPORT_LOG_E } from './scoring/incidents.ts';
import type { StateFields, StateView } from './state/fields.ts';
import { passes } from './state/last-findings.ts';
import { NO_MEMORY } from './state/memories.ts';
import { createStorage, type Storage } from './state/storage.ts';
import { createTrails } from './state/trails.ts';
import { createWatermark } from './state/watermark.ts';
import { summaries } from './summaries.ts';
import { type CompiledTuning, compileTuning, type Resolved } from './tuning.ts';

const DEFAULT_CREDENTIALS = 1_000_000;
const HOUR = 3_600_000;
const MOST_TRAILS = 8192;
const MOST_GROUPS = 16_384;
const MOST_ROUTES = 65_536;
const MOST_PREFIX_NAMES = 65_536;
const PAGES_PER_DAY = 20;
const LONGEST_CLAIM = 500;
const MOST_EVIDENCE = 20;
const MOST_REJECTED = 10;

const NONE: readonly never[] = [];
const NOTHING: Verdict = Object.freeze({ findings: Object.freeze([]), incidents: Object.freeze([]) });

/** One per detector, filled anew for each event. */
interface DetectorContext extends Context {
  event: ApiEvent;
  params: Record<string, number>;
  heavy: StateView<StateFields> | null;
  anonymous: boolean;
}

export function createEngine(options: EngineOptions = {}): Engine {
  const detectors = options.detectors ?? CATALOGUE;
  const capacity = Math.max(1, options.maxCredentials ?? DEFAULT_CREDENTIALS);
  let tuning: CompiledTuning = compileTuning(options.tuning ?? tuningSchema.parse({}), detectors);
  const rows = createCredentialRows({ detectors, capacity, onEvict: (slot) => storage.evicted(slot) });
  const shared = createSharedRows({
    detectors,
    maxGroups: Math.min(MOST_GROUPS, Math.max(64, capacity)),
    maxRoutes: Math.min(MOST_ROUTES, Math.max(1024, capacity)),
  });
  const egress = createEgress(Math.min(65_536, Math.max(1024, capacity / 16)));
  const prefixNames = new Map<number, string>();
  const knowledge = options.knowledge ?? createKnowledge();
  const succession = createSuccession();
  const baseline = createBaseline({
    rows,
    shared,
    egress,
    prefixNames,
    maxPrefixNames: MOST_PREFIX_NAMES,
    succession,
    declared: (tenant, lineage) => knowledge.predecessor(tenant, lineage),
    recall: (tenant, lineage) => storage.recall(tenant, lineage),
  });
  const trails = createTrails(Math.min(MOST_TRAILS, capacity));
  const incidents = createIncidents({
    pagesPerDay: options.pagesPerDay ?? PAGES_PER_DAY,
    metas: detectors.map(({ meta }) => meta),
  });
  const watermark = createWatermark();
  const declared = createDeclared(knowledge);
  const memories = detectors.map((detector) => detector.memory?.() ?? NO_MEMORY);
  const counters = { events: 0, late: 0, quarantined: 0, findings: 0 };
  const calibration = createCalibration(detectors.map(({ meta }) => meta.id));
  const sharedState = { shared, egress, prefixNames, succession, watermark, counters, calibration };
  const storage: Storage = createStorage({
    ...options,
    rows,
    detectors,
    memories,
    shared: sharedState,
    trails,
    investigations: incidents.investigations,
  });
  const { core } = rows;

  let suspected = 0;
  const credentialOf = (): number =>
    hash32(rows.rows.table.nameOf(baseline.slot), hash32(rows.rows.table.scopeOf(baseline.slot)));
  const suspect = (position: number, logE: number, at: number): void => {
    if (logE > suspected) suspected = logE;
    calibration.note(position, credentialOf, logE, at);
  };
  const heavyViews = detectors.map((detector) => rows.heavyOf(detector));
  const contexts: DetectorContext[] = detectors.map((detector, position) =>
    createContext({
      detector,
      baseline,
      rows,
      shared,
      suspect: (logE) => suspect(position, logE, contexts[position]!.event.at),
      knowledge,
      memory: memories[position]!,
    }),
  );

  // Only those that do something at each turn, so that every event costs no more calls than there is work.
  const judging = turnsOf(detectors, contexts, 'detect');
  const watching = turnsOf(detectors, contexts, 'watch');
  const learning = turnsOf(detectors, contexts, 'learn');
  let resolved: Resolved = [];

  const memoryBytes = (): number => memories.reduce((sum, memory) => sum + memory.bytes, 0);
  /** Points all contexts at the event. */
  const prepare = (event: ApiEvent, anonymous: boolean): void => {
    resolved = tuning.resolveAll(event);
    const { busy } = baseline;
    for (let position = 0; position < contexts.length; position++) {
      const context = contexts[position]!;
      context.event = event;
      context.params = resolved[position] as Record<string, number>;
      context.heavy = busy ? heavyViews[position]! : null;
      context.anonymous = anonymous;
    }
  };
  /** What many callers share; drafts are about a route, client or tenant, not about the event's credential. */
  const watch = (): { draft: SharedDraft; position: number }[] | null => {
    if (!baseline.inTime) return null;
    let worth: { draft: SharedDraft; position: number }[] | null = null;
    for (let i = 0; i < watching.length; i++) {
      const { position, context, run } = watching[i]!;
      if (!resolved[position]) continue;
      const drafts = run(context);
      if (drafts === null) continue;
      worth ??= [];
      for (const draft of drafts) worth.push({ draft, position });
    }
    return worth;
  };
  /** Findings about what many share, and the incidents they open or change. */
  const foldShared = (event: ApiEvent, findings: Finding[], changed: Incident[]): void => {
    for (const { draft, position } of watch() ?? NONE) {
      const detector = detectors[position]!;
      const finding = completeFinding({
        draft,
        detector,
        event,
        tuning: tuning.version,
        about: draft.subject.key,
      });
      findings.push(finding);
      if (!draft.pages && draft.logE < SUPPORT_LOG_E) continue;
      const incident = incidents.add(finding, draft, detector.meta, event, [], pastOf(event));
      if (incident !== null) changed.push(incident);
    }
  };
  /** Runs the detectors; returns the drafts that are worth a finding, with the detector's position. */
  const judge = (event: ApiEvent): { draft: Draft; position: number }[] | null => {
    if (!knowledge.empty && declared.covers(event, baseline.baseline.objects.novel)) return null;
    let worth: { draft: Draft; position: number }[] | null = null;
    for (let i = 0; i < judging.length; i++) {
      const { position, context, run } = judging[i]!;
      if (!resolved[position]) continue;
      const draft = run(context);
      if (draft === null) continue;
      suspect(position, draft.logE, event.at);
      if (!isWorth(draft, position, event)) continue;
      worth ??= [];
      worth.push({ draft, position });
    }
    return worth;
  };
  const isWorth = (draft: Draft, position: number, event: ApiEvent): boolean => {
    const pool = rows.rows.pools[BLOCK.findings]!;
    if (core.findings === 0) core.findings = pool.alloc(baseline.slot);
    pool.touch(core.findings);
    pool.seek(core.findings);
    if (draft.logE > core.riskLogE) core.riskLogE = draft.logE;
    if (draft.exposed.records > core.riskRecords) core.riskRecords = draft.exposed.records;
    return passes(rows.findings, position, draft, event.at);
  };
  /** What an incident keeps of the credential's past. */
  const pastOf = (event: ApiEvent): BaselineFacts => {
    const { events, firstAt, lastAt, routes, maxNovelPerDay, requests, bytes } = baseline.baseline;
    return {
      events,
      firstAt,
      lastAt,
      routes,
      maxNovelPerDay,
      maxRequestsPerDay: requests.maxDay,
      maxBytesPerDay: bytes.maxDay,
      peers: shared.tenant.size,
      owner: knowledge.empty ? null : (knowledge.inventory(event)?.owner ?? null),
    };
  };
  const learn = (suspicious: boolean): void => {
    if (!suspicious && baseline.inTime)
      for (let i = 0; i < learning.length; i++) {
        const { position, context, run } = learning[i]!;
        if (resolved[position]) run(context);
      }
    baseline.learn(suspicious);
  };
  const conclude = (findings: readonly Finding[], changed: Incident[]): Verdict => {
    changed.push(...incidents.advance(watermark.value));
    if (findings.length === 0 && changed.length === 0) return NOTHING;
    const latest = new Map(changed.map((incident) => [incident.id, incident]));
    return { findings, incidents: [...latest.values()] };
  };

  return {
    process(event) {
      counters.events++;
      baseline.open(event, watermark.value);
      watermark.advance(event.at);
      if (!baseline.inTime) counters.late++;
      const findings: Finding[] = [];
      const changed: Incident[] = [];
      const anonymous = isAnonymous(event);
      prepare(event, anonymous);
      if (anonymous) {
        foldShared(event, findings, changed);
        counters.findings += findings.length;
        learn(false);
        return conclude(findings, changed);
      }
      const { objects, source } = baseline.baseline;
      const strange = event.client.asn === 0 ? !source.prefixKnown : !source.asnKnown;
      const facts = { novel: objects.novel, cluster: source.cluster, strange };
      if (baseline.busy) trails.push(baseline.slot, event, facts);
      incidents.observe(event, facts);
      suspected = 0;
      if (baseline.newDay) calibration.active(event.at);
      const worth = judge(event);
      foldShared(event, findings, changed);
      const suspicious = quarantine(core, suspected, event.at);
      if (suspicious) counters.quarantined++;
      if (worth !== null) {
        const trail = trails.of(baseline.slot);
        const past = pastOf(event);
        for (const { draft, position } of worth) {
          const { meta } = detectors[position]!;
          const finding = completeFinding({
            draft,
            detector: detectors[position]!,
            event,
            tuning: tuning.version,
            about: event.credential.lineage,
          });
          findings.push(finding);
          if (!draft.pages && draft.logE < SUPPORT_LOG_E) continue;
          const incident = incidents.add(finding, draft, meta, event, trail, past);
          if (incident !== null) changed.push(incident);
        }
      }
      counters.findings += findings.length;
      learn(suspicious);
      return conclude(findings, changed);
    },
    finish: () => incidents.finish(),
    setTuning(next) {
      tuning = compileTuning(next, detectors);
    },
    get tuningVersion() {
      return tuning.version;
    },
    knowledge,
    credentials: () => summaries({ rows, baseline, incidents, detectors }),
    incidents: () => incidents.all(),
    health: () => calibration.health(),
    statistics(): EngineStatistics {
      return {
        ...counters,
        credentials: rows.rows.table.size,
        evictions: rows.rows.table.evictions,
        openIncidents: incidents.statistics().open,
        stateBytes:
          rows.rows.bytes + shared.groups.bytes + shared.routes.bytes + egress.bytes + memoryBytes(),
      };
    },
    snapshot: storage.snapshot,
    changes: storage.changes,
    shared: storage.shared,
    layouts: storage.layouts,
    knowLayouts: storage.knowLayouts,
    restore: storage.restore,
    investigations: storage.investigations,
    suspicions: storage.suspicions,
    restoreInvestigations: storage.restoreInvestigations,
    holds: storage.holds,
    forget: storage.forget,
    held: storage.held,
    predecessor: (event) =>
      knowledge.predecessor(event.tenant, event.credential.lineage) ??
      succession.predecessor(event, Math.floor(event.at / HOUR)),
  };
}

/** The detectors that have a method, with their contexts; the same shape for all, whatever else a detector has. */
function turnsOf<K extends 'detect' | 'watch' | 'learn'>(
  detectors: readonly Detector[],
  contexts: readonly DetectorContext[],
  method: K,
): { position: number; context: DetectorContext; run: NonNullable<Detector[K]> }[] {
  return detectors.flatMap((detector, position) => {
    const run = detector[method];
    return run === undefined ? [] : [{ position, context: contexts[position]!, run }];
  });
}

function createContext(o: {
  detector: Detector;
  baseline: { readonly baseline: Baseline; readonly peers: Peers };
  rows: ReturnType<typeof createCredentialRows>;
  shared: ReturnType<typeof createSharedRows>;
  suspect: (logE: number) => void;
  knowledge: Knowledge;
  memory: Memory;
}): DetectorContext {
  return {
    event: null as unknown as ApiEvent,
    baseline: o.baseline.baseline,
    peers: o.baseline.peers,
    params: {},
    light: o.rows.lightOf(o.detector),
    heavy: null,
    group: o.shared.groupOf(o.detector),
    route: o.shared.routeOf(o.detector),
    suspect: o.suspect,
    knowledge: o.knowledge,
    memory: o.memory,
    anonymous: false,
  };
}

function completeFinding(o: {
  draft: Draft;
  detector: Detector;
  event: ApiEvent;
  tuning: string;
  /** Lineage, or the key of what many share. */
  about: string;
}): Finding {
  const { draft, detector, event, about: lineage } = o;
  return {
    id: hash128([detector.meta.id, event.tenant, lineage, event.id].join('\u0000')),
    detector: detector.meta.id,
    family: detector.meta.family,
    tenant: event.tenant,
    lineage,
    at: event.at,
    event_id: event.id,
    since: Math.min(draft.since, event.at),
    log_e: draft.logE,
    pages: draft.pages,
    claim: draft.claim.slice(0, LONGEST_CLAIM),
    evidence: draft.evidence.slice(0, MOST_EVIDENCE),
    rejected: draft.rejected.slice(0, MOST_REJECTED),
    tuning: o.tuning,
  };
}
