// Rows found by (scope, name), such as (tenant, lineage): a Map to a slot over a slab, bounded by CLOCK.
// Always holds: at most `capacity` rows; before a row goes, `onEvict` sees it whole; a hit costs no Map write.
// Does not promise exact least-recently-used order: CLOCK gives every row touched since the last round another one.

import { ownShape } from '../own-shape.ts';
import type { Slab } from './slab.ts';

export interface Table {
  readonly size: number;
  readonly evictions: number;
  /** Bytes of slab, keys and Map entries; the latter two are estimates. */
  readonly bytes: number;
  /** Slot of the row, or -1. Marks it as used. */
  find(scope: string, name: string): number;
  /** Slot of a new zeroed row; evicts when full. The row must not exist. */
  insert(scope: string, name: string): number;
  /** Takes a row out without onEvict. */
  remove(slot: number): void;
  /** Takes a row out as CLOCK would. */
  evict(slot: number): void;
  scopeOf(slot: number): string;
  nameOf(slot: number): string;
  /** Slots in use, in no promised order. */
  slots(): Iterable<number>;
}

/** Per row beside the slab: Map entry, string header, two pointers. Measured in test/bench/engine.ts. */
const KEY_OVERHEAD = 72;

/** A substring keeps its whole parent (perhaps a log chunk) alive; joining makes a copy of its own. */
function ownCopy(text: string): string {
  return [text, ''].join('');
}

/** `pinned` names a slot that must not be evicted (the row in use), or -1. */
export function createTable(options: {
  slab: Slab;
  onEvict: (slot: number) => void;
  pinned?: () => number;
}): Table {
  const { slab, onEvict, pinned = () => -1 } = options;
  const scopes = new Map<string, Map<string, number>>();
  const scopeNames: string[] = [];
  const names: (string | undefined)[] = [];
  let used = new Uint8Array(1024);
  let hand = 0;
  let evictions = 0;
  let keyCharacters = 0;
  let lastScope = '';
  let lastRows: Map<string, number> | undefined;

  const rowsOf = (scope: string): Map<string, number> | undefined => {
    if (scope !== lastScope || lastRows === undefined) {
      lastRows = scopes.get(scope);
      lastScope = scope;
    }
    return lastRows;
  };
  const remove = (slot: number): void => {
    const scope = scopeNames[slot]!;
    const name = names[slot]!;
    const rows = scopes.get(scope)!;
    rows.delete(name);
    if (rows.size === 0) {
      scopes.delete(scope);
      lastRows = undefined;
    }
    keyCharacters -= name.length;
    names[slot] = undefined;
    slab.free(slot);
  };
  const evict = (slot: number): void => {
    evictions++;
    onEvict(slot);
    remove(slot);
  };
  const victim = (): number => {
    for (;;) {
      if (hand >= slab.end) hand = 0;
      const slot = hand++;
      if (names[slot] === undefined || slot === pinned()) continue;
      if (used[slot] === 0) return slot;
      used[slot] = 0;
    }
  };
  return ownShape({
    get size() {
      return slab.size;
    },
    get evictions() {
      return evictions;
    },
    get bytes() {
      return slab.bytes + slab.size * KEY_OVERHEAD + keyCharacters;
    },
    find(scope, name) {
      const slot = rowsOf(scope)?.get(name);
      if (slot === undefined) return -1;
      used[slot] = 1;
      return slot;
    },
    insert(scope, name) {
      let slot = slab.alloc();
      if (slot < 0) {
        evict(victim());
        slot = slab.alloc();
      }
      let rows = rowsOf(scope);
      if (rows === undefined) {
        rows = new Map();
        scopes.set(ownCopy(scope), rows);
        lastScope = scope;
        lastRows = rows;
      }
      const key = ownCopy(name);
      rows.set(key, slot);
      names[slot] = key;
      scopeNames[slot] = scope;
      keyCharacters += key.length;
      if (slot >= used.length) {
        const grown = new Uint8Array(used.length * 2);
        grown.set(used);
        used = grown;
      }
      used[slot] = 1;
      return slot;
    },
    remove,
    evict,
    scopeOf: (slot) => scopeNames[slot]!,
    nameOf: (slot) => names[slot]!,
    *slots() {
      for (let slot = 0; slot < names.length; slot++) if (names[slot] !== undefined) yield slot;
    },
  });
}
