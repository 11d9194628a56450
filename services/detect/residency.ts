// Which credentials' baselines are in memory: those the next events need are brought from the store, those the engine lets go of
// are kept until they are stored.
// Always holds: the engine finds every stored baseline when it needs it, by one batched look-up per batch of events and none per
// event; nothing learned is lost between eviction and the next save. Bounded by what may be evicted between two saves.

import type { Engine, EngineOptions, StoredBaseline } from '../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { LearnedRow, LearnedStore } from '../store/store.ts';

export interface Key {
  tenant: string;
  lineage: string;
}

export interface Residency extends Required<Pick<EngineOptions, 'onEvict' | 'recall'>> {
  /** Brings near what judging the events needs. `check` sees every row that came from the store, and may throw. */
  fetch(
    engine: Pick<Engine, 'holds' | 'predecessor'>,
    events: readonly ApiEvent[],
    check: (row: LearnedRow) => void,
  ): Promise<void>;
  /**
   * The events were judged: what was brought near for them and not needed may go. While a checkpoint is under way, what was evicted
   * as it is in that checkpoint must stay as well.
   */
  judged(writing: boolean): void;
  /** Evicted baselines that are not stored as they were then; they stay until saved(). What is evicted from now on is of the next. */
  seal(): StoredBaseline[];
  /** What seal() gave is stored. */
  saved(): void;
  /** Drops what is kept of credentials that another process has now. */
  forget(which: (key: Key) => boolean): void;
  /** Evicted baselines that are kept. */
  readonly size: number;
  readonly counters: { recalled: number };
}

const keyOf = (tenant: string, lineage: string): string => `${tenant}\n${lineage}`;

export function createResidency(store: { learned: Pick<LearnedStore, 'find'> }): Residency {
  let evicted = new Map<string, { row: StoredBaseline; changed: boolean }>();
  /** Evicted before the checkpoint that is under way began. */
  let sealed: typeof evicted = new Map();
  const near = new Map<string, StoredBaseline>();
  const counters = { recalled: 0 };

  async function bring(wanted: ReadonlyMap<string, Key>, check: (row: LearnedRow) => void): Promise<void> {
    if (wanted.size === 0) return;
    for (const row of await store.learned.find('', [...wanted.values()])) {
      check(row);
      near.set(keyOf(row.tenant, row.lineage), row);
    }
  }

  const isKept = (key: string): boolean => evicted.has(key) || sealed.has(key);
  const dropStored = (): void => {
    for (const [key, { changed }] of evicted) if (!changed) evicted.delete(key);
  };

  return {
    counters,
    get size() {
      return evicted.size;
    },
    onEvict(row, changed) {
      evicted.set(keyOf(row.tenant, row.lineage), { row, changed });
    },
    recall(tenant, lineage) {
      const key = keyOf(tenant, lineage);
      const row = evicted.get(key)?.row ?? sealed.get(key)?.row ?? near.get(key) ?? null;
      if (row !== null) counters.recalled++;
      return row;
    },
    async fetch(engine, events, check) {
      near.clear();
      const absent = new Map<string, { key: Key; event: ApiEvent }>();
      for (const event of events) {
        const { tenant } = event;
        const { lineage } = event.credential;
        const key = keyOf(tenant, lineage);
        if (absent.has(key) || engine.holds(tenant, lineage) || isKept(key)) continue;
        absent.set(key, { key: { tenant, lineage }, event });
      }
      await bring(new Map([...absent].map(([name, { key }]) => [name, key])), check);
      // What has no baseline may replace a credential that has one.
      const predecessors = new Map<string, Key>();
      for (const [name, { event }] of absent) {
        if (near.has(name)) continue;
        const lineage = engine.predecessor(event);
        if (lineage === null) continue;
        const { tenant } = event;
        const key = keyOf(tenant, lineage);
        if (!near.has(key) && !engine.holds(tenant, lineage) && !isKept(key))
          predecessors.set(key, { tenant, lineage });
      }
      await bring(predecessors, () => undefined);
    },
    judged(writing) {
      near.clear();
      if (!writing) dropStored();
    },
    seal() {
      for (const [key, one] of evicted) sealed.set(key, one);
      evicted = new Map();
      return [...sealed.values()].filter(({ changed }) => changed).map(({ row }) => row);
    },
    saved() {
      sealed = new Map();
      dropStored();
    },
    forget(which) {
      for (const kept of [evicted, sealed])
        for (const [key, { row }] of kept) if (which(row)) kept.delete(key);
    },
  };
}
