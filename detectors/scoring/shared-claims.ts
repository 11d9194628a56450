// What claims about many callers say together: who explains them, and what was taken.
// Always holds: of one detector and subject the claim with most records of its callers counts; what one detector says about
// several subjects (routes, clients) adds up, what several detectors say of the same calls does not. Bounded in subjects and callers.

import type { Attributed, SharedDraft } from '../detector.ts';

const MOST_SUBJECTS = 256;
const MOST_CALLERS = 1000;

export interface SharedClaims {
  /** Takes in a claim; returns all callers so far, most records first. */
  hear(detector: string, draft: SharedDraft): readonly Attributed[];
  /** Records and bytes of the detector that counted most. */
  total(): { records: number; bytes: number };
  /** All of it as plain data, for createSharedClaims() to go on with. */
  save(): StoredSharedClaims;
}

/** detector → subject → its claim. */
export type StoredSharedClaims = ReadonlyMap<string, ReadonlyMap<string, SharedDraft>>;

export function createSharedClaims(saved: StoredSharedClaims = new Map()): SharedClaims {
  const claims = new Map([...saved].map(([detector, bySubject]) => [detector, new Map(bySubject)]));
  return {
    hear(detector, draft) {
      const bySubject = claims.get(detector) ?? new Map<string, SharedDraft>();
      claims.set(detector, bySubject);
      const before = bySubject.get(draft.subject.key);
      const more = before === undefined || recordsOf(draft) >= recordsOf(before);
      if (more && (before !== undefined || bySubject.size < MOST_SUBJECTS))
        bySubject.set(draft.subject.key, draft);
      return callersOf(claims.values());
    },
    total() {
      let records = 0;
      let bytes = 0;
      for (const bySubject of claims.values()) {
        const exposed = [...bySubject.values()].map((draft) => draft.exposed);
        records = Math.max(
          records,
          exposed.reduce((sum, one) => sum + one.records, 0),
        );
        bytes = Math.max(
          bytes,
          exposed.reduce((sum, one) => sum + one.bytes, 0),
        );
      }
      return { records, bytes };
    },
    save: () => new Map([...claims].map(([detector, bySubject]) => [detector, new Map(bySubject)])),
  };
}

const recordsOf = ({ attributed }: SharedDraft): number =>
  attributed.reduce((sum, one) => sum + one.records, 0);

/** A caller that several detectors speak of took the most that one of them says. */
function callersOf(claims: Iterable<Map<string, SharedDraft>>): Attributed[] {
  const all = new Map<string, Attributed>();
  for (const bySubject of claims) {
    const ofDetector = new Map<string, Attributed>();
    for (const { attributed } of bySubject.values())
      for (const one of attributed) {
        const before = ofDetector.get(one.lineage);
        const { lineage, display } = one;
        ofDetector.set(lineage, {
          lineage,
          display,
          records: one.records + (before?.records ?? 0),
          requests: one.requests + (before?.requests ?? 0),
        });
      }
    for (const [lineage, one] of ofDetector) {
      const before = all.get(lineage);
      if (before === undefined || one.records > before.records) all.set(lineage, one);
    }
  }
  return [...all.values()].sort((a, b) => b.records - a.records).slice(0, MOST_CALLERS);
}
