// What of the engine's state is stored, and how it comes back: credentials one by one, the rest beside them.
// Always holds: changes() gives each credential's row once per change, and restore() of everything ever given, the newest of
// each, gives the same state; so do investigations() and restoreInvestigations() of what is open. Trails are part of it where
// something is open about a credential, no others.

import type { CredentialRows } from '../baseline/credential-rows.ts';
import type { Detector, Memory } from '../detector.ts';
import type { Engine, EngineOptions, StoredBaseline } from '../engine-contract.ts';
import type { TrailEntry } from '../scoring/calls.ts';
import type { About, Investigations } from '../scoring/investigations.ts';
import { credentialKey } from '../scoring/register.ts';
import { createForms } from './forms.ts';
import { restoreMemory, snapshotMemories } from './memories.ts';
import { restoreState, type SharedState, snapshotState } from './snapshot.ts';
import type { Trails } from './trails.ts';

const keyOf = ({ tenant, lineage }: About): string => credentialKey(tenant, lineage);

export interface Storage
  extends Pick<
    Engine,
    | 'snapshot'
    | 'changes'
    | 'shared'
    | 'restore'
    | 'investigations'
    | 'suspicions'
    | 'restoreInvestigations'
    | 'layouts'
    | 'knowLayouts'
    | 'holds'
    | 'forget'
    | 'held'
  > {
  /** What the table calls before a row goes. */
  evicted(slot: number): void;
  /** Slot of a credential that is not in memory, brought back from its stored form; -1 when there is none. */
  recall(tenant: string, lineage: string): number;
}

export function createStorage(
  o: {
    rows: CredentialRows;
    detectors: readonly Detector[];
    memories: readonly Memory[];
    shared: SharedState;
    trails: Trails;
    investigations: Investigations;
  } & Pick<EngineOptions, 'onEvict' | 'recall'>,
): Storage {
  const { rows: credentials, detectors, memories, shared, trails, investigations } = o;
  const { rows, aside } = credentials;
  const { table } = rows;
  const forms = createForms(credentials, shared.shared);

  const stored = (slot: number): StoredBaseline => {
    credentials.seekAside(slot);
    return {
      tenant: table.scopeOf(slot),
      lineage: table.nameOf(slot),
      layout: credentials.digest,
      updatedAt: aside.lastAt,
      version: aside.seen,
      bytes: rows.save(slot),
    };
  };
  /** Trails of credentials under investigation that are not in memory. */
  const setAside = new Map<string, readonly TrailEntry[]>();
  const take = (row: StoredBaseline | null): number => {
    const bytes = row && forms.read('credential', row);
    if (!row || !bytes) return -1;
    const slot = rows.load(row.tenant, row.lineage, bytes);
    if (slot < 0 || setAside.size === 0) return slot;
    const key = keyOf(row);
    trails.put(slot, setAside.get(key) ?? []);
    setAside.delete(key);
    return slot;
  };
  const trailOf = (about: About): readonly TrailEntry[] => {
    const slot = table.find(about.tenant, about.lineage);
    return slot < 0 ? (setAside.get(keyOf(about)) ?? []) : trails.of(slot);
  };
  const memoryRows = () => snapshotMemories(detectors, memories, shared.watermark.value);
  return {
    evicted(slot) {
      const about = { tenant: table.scopeOf(slot), lineage: table.nameOf(slot) };
      if (investigations.has(about)) {
        setAside.set(keyOf(about), trails.of(slot));
        investigations.touch(about);
      }
      trails.release(slot);
      o.onEvict?.(stored(slot), rows.isChanged(slot));
    },
    recall: (tenant, lineage) => take(o.recall?.(tenant, lineage) ?? null),
    *snapshot() {
      for (const slot of table.slots()) yield stored(slot);
      yield* snapshotState(shared);
      yield* memoryRows();
    },
    *changes() {
      for (const slot of rows.takeChanged()) yield stored(slot);
      yield* snapshotState(shared, { changed: true });
      yield* memoryRows();
    },
    *shared() {
      yield* snapshotState(shared);
      yield* memoryRows();
    },
    restore(given) {
      let restored = 0;
      let ignored = 0;
      for (const row of given) {
        const taken =
          restoreState(row, shared, forms) || restoreMemory(row, detectors, memories) || take(row) >= 0;
        if (taken) restored++;
        else ignored++;
      }
      return { restored, ignored };
    },
    investigations(o = { whole: false }) {
      // A call of a credential is news for what is open about it, if only for its trail.
      for (const about of investigations.keys()) {
        const slot = table.find(about.tenant, about.lineage);
        if ((slot >= 0 && rows.isChanged(slot)) || (o.whole && investigations.isShared(about)))
          investigations.touch(about);
      }
      const taken = investigations.take(trailOf);
      for (const { state, ...about } of taken) if (state === null) setAside.delete(keyOf(about));
      return taken;
    },
    suspicions: (o = { whole: false }) => investigations.takeSuspicions(o),
    restoreInvestigations(given, suspicions) {
      let restored = 0;
      let ignored = 0;
      if (suspicions) investigations.loadSuspicions(suspicions);
      for (const one of given) {
        if (investigations.load(one)) restored++;
        else ignored++;
        const slot = table.find(one.tenant, one.lineage);
        const trail = one.state?.trail ?? [];
        if (slot >= 0) trails.put(slot, trail);
        else if (trail.length > 0) setAside.set(keyOf(one), trail);
      }
      return { restored, ignored };
    },
    layouts: forms.own,
    knowLayouts: forms.know,
    holds: (tenant, lineage) => table.find(tenant, lineage) >= 0,
    forget(tenant, lineage) {
      investigations.drop({ tenant, lineage });
      setAside.delete(keyOf({ tenant, lineage }));
      const slot = table.find(tenant, lineage);
      if (slot < 0) return;
      trails.release(slot);
      rows.remove(slot);
    },
    *held() {
      for (const slot of table.slots()) yield { tenant: table.scopeOf(slot), lineage: table.nameOf(slot) };
      for (const about of investigations.keys())
        if (table.find(about.tenant, about.lineage) < 0 && !investigations.isShared(about)) yield about;
    },
  };
}
