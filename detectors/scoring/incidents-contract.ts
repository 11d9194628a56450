// What the engine may ask of its incidents.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { DetectorMeta, Draft, SharedDraft } from '../detector.ts';
import type { BaselineFacts, CallFacts, IncidentHandle, TrailEntry } from './calls.ts';
import type { Investigations } from './investigations.ts';

export interface IncidentsOptions {
  /** Detectors that findings may come from; only theirs can be loaded. */
  metas?: readonly DetectorMeta[];
  /** Most incidents open at once; at the bound the one silent for longest is closed. Default 10,000. */
  maxOpen?: number;
  /** Most closed incidents kept for all() and of(); the oldest are dropped. Default 10,000. */
  maxClosed?: number;
  /** Most credentials with supporting findings waiting; the least recently touched are dropped. Default 10,000. */
  maxWaiting?: number;
  /** Distinct records counted exactly per incident, then by sketch. Default 65,536. */
  exactLimit?: number;
  /** Incidents of one tenant that may interrupt people a day; the rest go to the digest. Default 20. */
  pagesPerDay?: number;
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
  /** Pages waiting a few minutes for a change of the whole fleet to show. */
  held: number;
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
  /** What is open, to be stored and taken up again. */
  readonly investigations: Investigations;
}
