// Blocks for the few busy rows: a bounded slab whose blocks are owned by rows and reached by a handle kept in the row.
// Always holds: handle 0 means none; at the bound the owner of a block unused for a CLOCK round is evicted whole, so
// no row ever loses only a part of itself. Does not promise room for a bound of zero.

import { ownShape } from '../own-shape.ts';
import { type Cursor, createSlab } from './slab.ts';

export interface Pool {
  readonly cursor: Cursor;
  readonly blockBytes: number;
  readonly size: number;
  readonly bytes: number;
  /** Handle of a zeroed block owned by the row `owner`. */
  alloc(owner: number): number;
  free(handle: number): void;
  seek(handle: number): void;
  /** Marks the block as used in this CLOCK round. */
  touch(handle: number): void;
  block(handle: number): Uint8Array;
}

/** `evictOwner(slot)` must free that row's blocks. `pinned` names the row in use, or -1. */
export function createPool(options: {
  blockBytes: number;
  bound: number;
  chunkBlocks: number;
  evictOwner: (slot: number) => void;
  pinned: () => number;
}): Pool {
  const { evictOwner, pinned } = options;
  const slab = createSlab({
    rowBytes: (options.blockBytes + 7) & ~7,
    capacity: Math.max(2, options.bound),
    chunkRows: options.chunkBlocks,
  });
  const owners: number[] = [];
  const used: number[] = [];
  let hand = 0;

  const makeRoom = (): void => {
    for (;;) {
      if (hand >= slab.end) hand = 0;
      const index = hand++;
      const owner = owners[index]!;
      if (owner < 0 || owner === pinned()) continue;
      if (used[index] === 0) {
        evictOwner(owner);
        return;
      }
      used[index] = 0;
    }
  };
  return ownShape({
    cursor: slab.cursor,
    blockBytes: slab.rowBytes,
    get size() {
      return slab.size;
    },
    get bytes() {
      return slab.bytes;
    },
    alloc(owner) {
      let index = slab.alloc();
      if (index < 0) {
        makeRoom();
        index = slab.alloc();
      }
      owners[index] = owner;
      used[index] = 1;
      return index + 1;
    },
    free(handle) {
      owners[handle - 1] = -1;
      slab.free(handle - 1);
    },
    seek(handle) {
      slab.seek(handle - 1);
    },
    touch(handle) {
      used[handle - 1] = 1;
    },
    block: (handle) => slab.row(handle - 1),
  });
}
