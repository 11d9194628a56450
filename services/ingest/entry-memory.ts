// One entry at a time in memory of its own, behind its position: what its id is taken from, and what it is read in.
// Always holds: the id is the first 32 hex digits of SHA-256 over position, a zero byte and the entry, so the same entry at the same
// position has the same id, also after a restart, and nobody can make two that meet. The next entry overwrites this one.

import { hash } from 'node:crypto';

export interface EntryMemory {
  /** Takes the entry in; the answer is its copy. */
  hold(position: string, entry: Uint8Array): Buffer;
  /** Of the entry last taken in. */
  id(): string;
}

export function createEntryMemory(): EntryMemory {
  let memory = Buffer.alloc(8192);
  let whole = memory.subarray(0, 0);
  return {
    hold(position, entry) {
      const most = position.length * 3 + 1 + entry.length;
      if (most > memory.length) memory = Buffer.alloc(2 * most);
      const at = memory.write(position);
      memory[at] = 0;
      memory.set(entry, at + 1);
      whole = memory.subarray(0, at + 1 + entry.length);
      return memory.subarray(at + 1, whole.length);
    },
    id: () => hash('sha256', whole, 'hex').slice(0, 32),
  };
}
