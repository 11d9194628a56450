// The ids of recent events, to drop repeats. Bound: two generations of `size` ids; at the bound the older goes.

export interface RecentIds {
  /** Remembers the id; false when it was known already. */
  add(id: string): boolean;
}

export function createRecentIds(size: number): RecentIds {
  let current = new Set<string>();
  let previous = new Set<string>();
  return {
    add(id) {
      if (current.has(id) || previous.has(id)) return false;
      if (current.size >= size) {
        previous = current;
        current = new Set();
      }
      current.add(id);
      return true;
    },
  };
}
