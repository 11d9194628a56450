// Closed incidents kept for scans and for looking up a credential's past incidents.
// Always holds: at most `limit` are kept, the oldest are dropped first and counted.

import type { Incident } from '../../schemas/incident.ts';
import { ownShape } from '../own-shape.ts';
import type { IncidentHandle } from './calls.ts';

interface Kept {
  readonly credential: string;
  readonly report: Incident;
  readonly handle: IncidentHandle;
}

export interface Archive {
  keep(credential: string, report: Incident, handle: IncidentHandle): void;
  /** Forgets an incident that opened again under the same id. */
  forget(id: string): void;
  of(credential: string): readonly IncidentHandle[];
  reports(): Iterable<Incident>;
  readonly size: number;
  readonly dropped: number;
}

export function createArchive(limit: number): Archive {
  const kept = new Map<string, Kept>();
  const byCredential = new Map<string, Kept[]>();
  let dropped = 0;

  const forget = (id: string): void => {
    const old = kept.get(id);
    if (!old) return;
    kept.delete(id);
    const rest = (byCredential.get(old.credential) ?? []).filter((other) => other !== old);
    if (rest.length > 0) byCredential.set(old.credential, rest);
    else byCredential.delete(old.credential);
  };
  return ownShape({
    keep(credential, report, handle) {
      forget(report.id);
      const entry = { credential, report, handle };
      kept.set(report.id, entry);
      byCredential.set(credential, [...(byCredential.get(credential) ?? []), entry]);
      if (kept.size <= limit) return;
      forget(kept.keys().next().value as string);
      dropped++;
    },
    forget,
    of: (credential) => (byCredential.get(credential) ?? []).map((entry) => entry.handle),
    *reports() {
      for (const entry of kept.values()) yield entry.report;
    },
    get size() {
      return kept.size;
    },
    get dropped() {
      return dropped;
    },
  });
}
