// The id of the event that an entry gives: the first 32 hex digits of SHA-256 over its position, a zero byte and its bytes.
// Always holds: the same entry at the same position has the same id, also after a restart; nobody can make two that meet.

import { hash } from 'node:crypto';

export interface EventIds {
  of(position: string, entry: Uint8Array): string;
}

/** Entries are hashed where position and bytes stand side by side, in memory that grows to the longest of them. */
export function createEventIds(): EventIds {
  let memory = Buffer.alloc(4096);
  return {
    of(position, entry) {
      const most = position.length * 3 + 1 + entry.length;
      if (most > memory.length) memory = Buffer.alloc(2 * most);
      const at = memory.write(position);
      memory[at] = 0;
      memory.set(entry, at + 1);
      return hash('sha256', memory.subarray(0, at + 1 + entry.length), 'hex').slice(0, 32);
    },
  };
}
