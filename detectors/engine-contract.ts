// What the services may ask of the engine. One engine object serves live detection, scans, backtests and benchmarks.

import type { ApiEvent } from '../schemas/event.ts';
import type { Finding } from '../schemas/finding.ts';
import type { Incident } from '../schemas/incident.ts';
import type { Tuning } from '../schemas/tuning.ts';
import type { Detector } from './detector.ts';
import type { Knowledge } from './knowledge.ts';
import type { Readiness } from './readiness.ts';
import type { DetectorHealth } from './scoring/calibration.ts';
import type { StoredInvestigation, Suspicions } from './scoring/investigations.ts';
import type { StoredLayout } from './state/forms.ts';

export interface Verdict {
  readonly findings: readonly Finding[];
  /** Incidents opened, updated or closed by this event; whole, not as a difference. */
  readonly incidents: readonly Incident[];
}

export interface CredentialSummary {
  tenant: string;
  lineage: string;
  kind: string;
  display: string;
  events: number;
  objects: number;
  sources: number;
  routes: number;
  bytes: number;
  risk: number;
  incidents: string[];
  /** Which detectors can judge it already, and what the others wait for. */
  readiness: Readiness;
  first_at: number;
  last_at: number;
}

/** A credential's stored form: opaque bytes that restore() of the same layout version accepts. */
export interface StoredBaseline {
  tenant: string;
  lineage: string;
  /** Digest of the field layout; restore() ignores rows of another layout and counts them. */
  layout: string;
  updatedAt: number;
  /** Grows with every event of the credential, so that of two forms the newer can be told; 0 where it is not a credential's. */
  version: number;
  bytes: Uint8Array;
}

export interface EngineStatistics {
  events: number;
  credentials: number;
  evictions: number;
  /** Events more than 10 minutes older than their credential's latest, or 7 days ahead of the stream: judged, not learned from. */
  late: number;
  /** Events not learned from because their credential was under suspicion. */
  quarantined: number;
  findings: number;
  openIncidents: number;
  stateBytes: number;
}

export interface EngineOptions {
  tuning?: Tuning;
  /** Most credentials kept in memory. Default 1,000,000. */
  maxCredentials?: number;
  /** Called with a credential's stored form when it is evicted; `changed` when changes() has not given this form. */
  onEvict?: (stored: StoredBaseline, changed: boolean) => void;
  /** Asked for the stored form of a credential that is not in memory, before it is taken for new. */
  recall?: (tenant: string, lineage: string) => StoredBaseline | null;
  /** Default: the whole catalogue. */
  detectors?: readonly Detector[];
  /** Incidents of one tenant that may interrupt people a day; the rest are marked for the digest. Default 20. */
  pagesPerDay?: number;
  /** What people and other systems have told; facts may be told to it while the engine runs. Default: nothing. */
  knowledge?: Knowledge;
}

export interface Engine {
  /** Judges the event against the past, then learns from it. */
  process(event: ApiEvent): Verdict;
  /** Ends input: closes nothing that is still running, returns the final state of every open incident that changed since it was last returned. */
  finish(): Incident[];
  /** Throws TuningError listing every problem; the old tuning stays in force. */
  setTuning(tuning: Tuning): void;
  readonly tuningVersion: string;
  readonly knowledge: Knowledge;
  credentials(): Iterable<CredentialSummary>;
  incidents(): Iterable<Incident>;
  statistics(): EngineStatistics;
  /** Whether each detector's e-values mean what they say, over the last 28 days. */
  health(): DetectorHealth[];
  snapshot(): Iterable<StoredBaseline>;
  /** Stored forms that may differ from what the last call gave. */
  changes(): Iterable<StoredBaseline>;
  /** What belongs to no credential, whole. */
  shared(): Iterable<StoredBaseline>;
  /**
   * What is open and changed since the last call, and what is open no more; of what many share all of it when `whole`.
   * To be called before changes().
   */
  investigations(o?: { whole: boolean }): readonly StoredInvestigation[];
  /** What is suspected across credentials, when it changed since the last call. */
  suspicions(o?: { whole: boolean }): Suspicions | null;
  /** Takes up again what investigations() and suspicions() gave. What belongs to no credential is to be restored before. */
  restoreInvestigations(
    rows: Iterable<StoredInvestigation>,
    suspicions?: Suspicions | null,
  ): { restored: number; ignored: number };
  /** True when the credential is in memory, which makes it stay for a while. */
  holds(tenant: string, lineage: string): boolean;
  /** Lineage of the credential that the event's, were it new, would replace as things stand. */
  predecessor(event: ApiEvent): string | null;
  /** Forgets a credential that another process now has; onEvict is not called. */
  forget(tenant: string, lineage: string): void;
  /** Credentials in memory, and those about which something is open. */
  held(): Iterable<{ tenant: string; lineage: string }>;
  /** How this engine's stored rows are laid out, and other layouts whose rows may come: fields keep their values by name. */
  layouts(): StoredLayout[];
  knowLayouts(layouts: Iterable<StoredLayout>): void;
  restore(rows: Iterable<StoredBaseline>): { restored: number; ignored: number };
}
