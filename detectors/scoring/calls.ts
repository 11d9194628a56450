// What incidents see of a credential's calls and past. The engine fills these; nothing here computes.

import type { EventObject } from '../../schemas/event.ts';
import type { Severity } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Baseline } from '../baseline/view.ts';
import type { Tactic } from '../detector.ts';

/** One recent call of a busy credential, kept by the engine (the last 64), oldest first, the current event last. */
export interface TrailEntry {
  readonly at: number;
  /** `request_id`, else event id. */
  readonly sample: string;
  readonly prefix: string;
  readonly asn: number;
  readonly country: string;
  /** Source cluster label (detectors/baseline/view.ts). */
  readonly cluster: number;
  /** Objects of the call that were new to the credential. */
  readonly novel: number;
  readonly objects: readonly EventObject[];
  readonly bytes: number;
  readonly status: number;
}

/** What the baseline said about a call before it was learned. */
export interface CallFacts {
  readonly novel: number;
  readonly cluster: number;
  /** From a network, or else a prefix, that the credential was never seen at. */
  readonly strange?: boolean;
}

/** What odds, "what blocking would break" and the limit that would have stopped it need of the credential's past. */
export interface BaselineFacts extends Pick<Baseline, 'events' | 'firstAt' | 'lastAt' | 'routes'> {
  /** Most new objects, requests and bytes on one complete day of the last 30 or so; 0 when no day is complete. */
  readonly maxNovelPerDay: number;
  readonly maxRequestsPerDay: number;
  readonly maxBytesPerDay: number;
  /** Credentials of the tenant. */
  readonly peers: number;
  /** From the inventory. */
  readonly owner: string | null;
}

/** What the engine may know of a credential's incidents. */
export interface IncidentHandle {
  readonly id: string;
  readonly status: Incident['status'];
  readonly tactic: Tactic;
  readonly severity: Severity;
  /** Source clusters the incident is confined to; null: the whole credential. */
  readonly clusters: ReadonlySet<number> | null;
}
