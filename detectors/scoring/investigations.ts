// What is open about each credential, or about what many share, as plain data and back: running incidents, claims that wait.
// Always holds: take() gives each investigation once per change, and load() of the newest of each gives the same incidents as if
// there had been no break. Does not keep closed incidents: they are stored when they are told.

import type { Budget, StoredBudget } from './budget.ts';
import type { TrailEntry } from './calls.ts';
import type { Campaigns, StoredCampaigns } from './campaign.ts';
import type { DistinctBudget } from './distinct.ts';
import type { Fleet, StoredFleet } from './fleet.ts';
import type { Holds } from './hold.ts';
import { credentialKey, type Register, type StoredEntry } from './register.ts';
import {
  describe,
  describeAll,
  type Metas,
  type StoredHeld,
  type StoredWaiting,
  saveHeld,
  saveWaiting,
} from './stored-claims.ts';
import type { Support } from './support.ts';

export interface About {
  readonly tenant: string;
  /** Of a credential, or the key of what many share. */
  readonly lineage: string;
}

/** Plain data: objects, arrays, maps, sets and typed arrays. */
export interface Investigation {
  readonly entries: readonly StoredEntry[];
  readonly waiting: readonly StoredWaiting[];
  readonly held: StoredHeld | null;
  /** The credential's last calls, oldest first. */
  readonly trail: readonly TrailEntry[];
}

/** What is known across credentials: who met which new value, who is suspected of what, whose budget is spent. */
export interface Suspicions {
  readonly fleet: StoredFleet;
  readonly campaigns: StoredCampaigns;
  readonly budget: StoredBudget;
  /** Event times, ms. */
  readonly nextDigest: number;
  readonly nextCheck: number;
}

export interface StoredInvestigation extends About {
  /** About what many share; else about one credential. */
  readonly shared: boolean;
  /** Null: nothing is open any more. */
  readonly state: Investigation | null;
}

export interface Investigations {
  /** Something about it changed. */
  touch(about: About): void;
  /** Something may be open about it. */
  has(about: About): boolean;
  keys(): Iterable<About>;
  /** About what many share, not about one credential. */
  isShared(about: About): boolean;
  /** Those that changed since the last call. @param trailOf a credential's last calls */
  take(trailOf: (about: About) => readonly TrailEntry[]): StoredInvestigation[];
  /** What is known across credentials, when it changed since the last call. */
  takeSuspicions(o: { whole: boolean }): Suspicions | null;
  /** True when it was taken; false when its detectors are not there any more. */
  load(stored: StoredInvestigation): boolean;
  loadSuspicions(stored: Suspicions): void;
  /** Forgets what is open about a credential that another process has now. */
  drop(about: About): void;
}

/** Keys of changes nobody takes are looked through when there are so many. */
const MANY = 65_536;

export function createInvestigations(o: {
  register: Register;
  support: Support;
  holds: Holds;
  fleet: Fleet;
  campaigns: Campaigns;
  pages: Budget;
  clock: { nextDigest: number };
  metas: Metas;
  exactLimit: number;
  budget: DistinctBudget;
}): Investigations {
  const { register, support, holds, fleet, campaigns, pages, clock, metas } = o;
  const changed = new Map<string, About>();
  /** Those that were given, with whether they are about what many share. */
  const given = new Map<string, { about: About; shared: boolean }>();
  let bound = MANY;
  let suspicions = '';

  const isOpen = (key: string, { tenant, lineage }: About): boolean =>
    register.entriesOf(tenant, lineage).length > 0 ||
    support.of(key).length > 0 ||
    holds.of(key) !== undefined;
  const prune = (): void => {
    for (const [key, about] of changed) if (!given.has(key) && !isOpen(key, about)) changed.delete(key);
    bound = Math.max(MANY, changed.size * 2);
  };
  const stateOf = (key: string, { tenant, lineage }: About, trail: readonly TrailEntry[]): Investigation => {
    const held = holds.of(key);
    return {
      entries: register.entriesOf(tenant, lineage).map(register.save),
      waiting: support.of(key).map(saveWaiting),
      held: held === undefined ? null : saveHeld(held),
      trail,
    };
  };
  const drop = ({ tenant, lineage }: About): void => {
    const key = credentialKey(tenant, lineage);
    register.drop(tenant, lineage);
    support.put(key, []);
    holds.drop(key);
    given.delete(key);
    changed.delete(key);
  };
  const isShared = (about: About): boolean =>
    register.entriesOf(about.tenant, about.lineage).some(({ incident }) => incident.attributed !== null) ||
    support.of(credentialKey(about.tenant, about.lineage)).some(({ draft }) => 'subject' in draft);

  return {
    touch({ tenant, lineage }) {
      const key = credentialKey(tenant, lineage);
      if (changed.has(key)) return;
      changed.set(key, { tenant, lineage });
      if (changed.size > bound) prune();
    },
    has({ tenant, lineage }) {
      const key = credentialKey(tenant, lineage);
      return given.has(key) || changed.has(key);
    },
    *keys() {
      for (const { about } of given.values()) yield about;
      for (const [key, about] of changed) if (!given.has(key)) yield about;
    },
    isShared,
    take(trailOf) {
      const taken: StoredInvestigation[] = [];
      for (const [key, about] of changed) {
        if (isOpen(key, about)) {
          const state = stateOf(key, about, trailOf(about));
          const shared = isShared(about);
          taken.push({ ...about, shared, state });
          given.set(key, { about, shared });
          continue;
        }
        const before = given.get(key);
        if (before === undefined) continue;
        given.delete(key);
        taken.push({ ...about, shared: before.shared, state: null });
      }
      changed.clear();
      return taken;
    },
    takeSuspicions({ whole }) {
      const { nextDigest } = clock;
      const { nextCheck } = register;
      const now = [fleet.changes, campaigns.changes, pages.changes, nextDigest, nextCheck].join();
      if (now === suspicions && !whole) return null;
      suspicions = now;
      return {
        fleet: fleet.save(),
        campaigns: campaigns.save(),
        budget: pages.save(),
        nextDigest,
        nextCheck,
      };
    },
    load({ tenant, lineage, state, shared }) {
      if (state === null) return false;
      drop({ tenant, lineage });
      const key = credentialKey(tenant, lineage);
      const loaded = state.entries.filter((entry) => register.load(entry, o)).length;
      support.put(key, describeAll(state.waiting, metas));
      const held = state.held && describe(state.held, metas);
      if (held) holds.put(key, held);
      given.set(key, { about: { tenant, lineage }, shared });
      changed.delete(key);
      return loaded === state.entries.length;
    },
    loadSuspicions(stored) {
      fleet.load(stored.fleet);
      campaigns.load(stored.campaigns, metas);
      pages.load(stored.budget);
      clock.nextDigest = stored.nextDigest;
      register.nextCheck = stored.nextCheck;
    },
    drop,
  };
}
