// What of the engine's state is stored, and how it comes back: credentials one by one, the rest beside them.
// Always holds: changes() gives each credential's row once per change, and restore() of everything ever given, the newest of
// each, gives the same state. Trails and what detectors count over a few requests of running incidents are not part of it.

import type { CredentialRows } from '../baseline/credential-rows.ts';
import type { Detector, Memory } from '../detector.ts';
import type { Engine, EngineOptions, StoredBaseline } from '../engine-contract.ts';
import { restoreMemory, snapshotMemories } from './memories.ts';
import { restoreState, type SharedState, snapshotState } from './snapshot.ts';
import type { Trails } from './trails.ts';

export interface Storage
  extends Pick<Engine, 'snapshot' | 'changes' | 'shared' | 'restore' | 'holds' | 'forget' | 'held'> {
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
  } & Pick<EngineOptions, 'onEvict' | 'recall'>,
): Storage {
  const { rows: credentials, detectors, memories, shared, trails } = o;
  const { rows, aside } = credentials;
  const { table } = rows;

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
  const take = (row: StoredBaseline | null): number =>
    row?.layout === credentials.digest ? rows.load(row.tenant, row.lineage, row.bytes) : -1;
  const memoryRows = () => snapshotMemories(detectors, memories, shared.watermark.value);
  return {
    evicted(slot) {
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
        const taken = restoreState(row, shared) || restoreMemory(row, detectors, memories) || take(row) >= 0;
        if (taken) restored++;
        else ignored++;
      }
      return { restored, ignored };
    },
    holds: (tenant, lineage) => table.find(tenant, lineage) >= 0,
    forget(tenant, lineage) {
      const slot = table.find(tenant, lineage);
      if (slot < 0) return;
      trails.release(slot);
      rows.remove(slot);
    },
    *held() {
      for (const slot of table.slots()) yield { tenant: table.scopeOf(slot), lineage: table.nameOf(slot) };
    },
  };
}
