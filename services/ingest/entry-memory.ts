// One entry at a time in memory of its own, behind its position: what its id is taken from, and what it is read in.
// Always holds: the id is the first 32 hex digits of SHA-256 over position, a zero byte and the entry, so the same entry at the same
// position has the same id, also after a restart, and nobody can make two that meet. The next entry overwrites this one.

import { hash } from 'node:crypto';

export interface EntryMemory {
  /** Takes the entry in; the answer is its copy, and may be the same object for another entry of the same length. */
  hold(position: string, entry: Uint8Array): Buffer;
  /** Of the entry last taken in. */
  id(): string;
}

/** Entries up to this length have their views made once: making one costs as much as hashing the entry. */
const VIEWED = 2048;

export function createEntryMemory(): EntryMemory {
  let memory: Buffer = Buffer.alloc(8192);
  let whole = memory.subarray(0, 0);
  /** Where the entries begin that have views. */
  let from = 0;
  let views: ({ whole: Buffer; entry: Buffer } | undefined)[] = [];

  function viewOf(start: number, length: number): { whole: Buffer; entry: Buffer } {
    const end = start + length;
    if (length >= VIEWED) return { whole: memory.subarray(0, end), entry: memory.subarray(start, end) };
    if (start !== from) {
      from = start;
      views = [];
    }
    views[length] ??= { whole: memory.subarray(0, end), entry: memory.subarray(start, end) };
    return views[length];
  }

  return {
    hold(position, entry) {
      const most = position.length * 3 + 1 + entry.length;
      if (most > memory.length) {
        memory = Buffer.alloc(2 * most);
        views = [];
      }
      const at = memory.write(position);
      memory[at] = 0;
      memory.set(entry, at + 1);
      const view = viewOf(at + 1, entry.length);
      whole = view.whole;
      return view.entry;
    },
    id: () => hash('sha256', whole, 'hex').slice(0, 32),
  };
}
