// Claims and what waits with them, as plain data and back: a detector's description is looked up by its id.
// Always holds: load(save(x)) says the same as x. Claims of a detector that is not in the catalogue any more are left out.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { DetectorMeta, Draft, SharedDraft } from '../detector.ts';
import type { BaselineFacts, CallFacts, TrailEntry } from './calls.ts';
import type { Held } from './hold.ts';
import type { Claim } from './open-incident.ts';
import type { Waiting } from './support.ts';

/** Descriptions of detectors by id. */
export type Metas = ReadonlyMap<string, DetectorMeta>;

export interface StoredClaim {
  readonly finding: Finding;
  readonly draft: Draft | SharedDraft;
  readonly cluster: number;
}

export interface StoredWaiting extends StoredClaim {
  readonly event: ApiEvent;
  readonly baseline: BaselineFacts | null;
}

export interface StoredHeld extends StoredWaiting {
  readonly facts: CallFacts;
  readonly trail: readonly TrailEntry[];
  readonly until: number;
  readonly records: number;
}

export const saveClaim = ({ finding, draft, cluster }: Claim): StoredClaim => ({ finding, draft, cluster });

export const saveWaiting = (w: Waiting): StoredWaiting => ({
  ...saveClaim(w),
  event: w.event,
  baseline: w.baseline,
});

export const saveHeld = (held: Held): StoredHeld => ({
  ...saveWaiting(held),
  facts: held.facts,
  trail: held.trail,
  until: held.until,
  records: held.records,
});

/** Null when its detector is not there any more. */
export function describe<T extends StoredClaim>(stored: T, metas: Metas): (T & Claim) | null {
  const meta = metas.get(stored.finding.detector);
  return meta === undefined ? null : { ...stored, meta };
}

export function describeAll<T extends StoredClaim>(stored: Iterable<T>, metas: Metas): (T & Claim)[] {
  return [...stored].flatMap((one) => describe(one, metas) ?? []);
}
