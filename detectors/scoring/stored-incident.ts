// One open incident as plain data and back.
// Always holds: an incident that was saved and loaded goes on as the same one. It is left out when the detector that names it is
// not in the catalogue any more.

import type { DistinctBudget } from './distinct.ts';
import { createExposure, type StoredExposure } from './exposure.ts';
import { jointExposure, jointSources } from './joint.ts';
import type { OpenIncident } from './open-incident.ts';
import { createSharedClaims, type StoredSharedClaims } from './shared-claims.ts';
import { createSourceTable, type StoredSources } from './sources.ts';
import { describe, describeAll, type Metas, type StoredClaim, saveClaim } from './stored-claims.ts';

export interface StoredIncident
  extends Omit<OpenIncident, 'sources' | 'exposure' | 'shared' | 'claims' | 'naming'> {
  readonly sources: StoredSources;
  readonly exposure: StoredExposure;
  readonly shared: StoredSharedClaims;
  readonly claims: readonly StoredClaim[];
  readonly naming: StoredClaim;
}

export function saveIncident(incident: OpenIncident): StoredIncident {
  return {
    ...incident,
    samples: [...incident.samples],
    clusters: incident.clusters && new Set(incident.clusters),
    shares: new Map(incident.shares),
    sources: incident.sources.save(),
    exposure: incident.exposure.save(),
    shared: incident.shared.save(),
    claims: [...incident.claims.values()].map(saveClaim),
    naming: saveClaim(incident.naming),
  };
}

/** @param o.parts of an incident of many credentials: theirs */
export function loadIncident(
  stored: StoredIncident,
  o: {
    metas: Metas;
    exactLimit: number;
    budget: DistinctBudget;
    parts: Set<{ readonly incident: OpenIncident }> | null;
  },
): OpenIncident | null {
  const naming = describe(stored.naming, o.metas);
  if (naming === null) return null;
  const { exposure: saved } = stored;
  const { confined } = saved;
  return {
    ...stored,
    sources: o.parts ? jointSources(o.parts) : createSourceTable(stored.sources),
    exposure: o.parts ? jointExposure(o.parts, saved) : createExposure({ ...o, confined, saved }),
    shared: createSharedClaims(stored.shared),
    claims: new Map(describeAll(stored.claims, o.metas).map((claim) => [claim.finding.detector, claim])),
    naming,
  };
}
