// Rows with their heavier blocks as one thing: found by (scope, name), evicted whole, saved to and loaded from bytes.
// Always holds: load(save(row)) gives the same bytes; evicting a row frees its blocks after onEvict saw them; a row marked as
// changed is named by takeChanged() once, unless it went before.
// Does not promise that bytes of another layout load: the caller compares digests, load() only checks lengths.

import { ownShape } from '../own-shape.ts';
import type { Layout } from './layout.ts';
import { createPool, type Pool } from './pool.ts';
import { createSlab, type Slab } from './slab.ts';
import { createTable, type Table } from './table.ts';

/** One kind of block a row may own through a handle kept at byte `handleAt` of the row. */
export interface BlockKind {
  readonly handleAt: number;
  readonly bytes: number;
  /** Most blocks; at the bound a row that owns one is evicted. */
  readonly bound: number;
  readonly chunkBlocks: number;
}

export interface Rows {
  readonly slab: Slab;
  readonly table: Table;
  readonly pools: readonly Pool[];
  readonly bytes: number;
  /** Slot of the row, created zeroed when missing; pinned against eviction until the next call. */
  pin(slot: number): void;
  /** The row is not what is stored of it any more. */
  mark(slot: number): void;
  isChanged(slot: number): boolean;
  /** Slots marked since the last call, in no promised order. */
  takeChanged(): number[];
  /** Takes a row out without onEvict. */
  remove(slot: number): void;
  save(slot: number): Uint8Array;
  /** Creates or replaces the row; returns its slot, or -1 when the bytes have the wrong length. */
  load(scope: string, name: string, bytes: Uint8Array): number;
  /** A short text kept beside the row. */
  text(slot: number): string;
  setText(slot: number, text: string): void;
}

const MAX_TEXT = 200;

export function createRows(options: {
  layout: Layout;
  blocks: readonly BlockKind[];
  capacity: number;
  chunkRows: number;
  /** Sees a row before it goes; the slot is still readable. */
  onEvict: (slot: number) => void;
}): Rows {
  const { layout, blocks, capacity, chunkRows, onEvict } = options;
  const slab = createSlab({ rowBytes: layout.bytes, capacity, chunkRows });
  const texts: (string | undefined)[] = [];
  let pinned = -1;
  let marks = new Uint8Array(1024);
  let marked: number[] = [];

  const handleOf = (slot: number, kind: number): number => {
    const row = slab.row(slot);
    return new DataView(row.buffer, row.byteOffset).getUint32(blocks[kind]!.handleAt, true);
  };
  const release = (slot: number): void => {
    for (const [kind, pool] of pools.entries()) {
      const handle = handleOf(slot, kind);
      if (handle !== 0) pool.free(handle);
    }
    texts[slot] = undefined;
    if (slot < marks.length) marks[slot] = 0;
  };
  const isChanged = (slot: number): boolean => slot < marks.length && marks[slot] === 1;
  const table = createTable({
    slab,
    onEvict(slot) {
      onEvict(slot);
      release(slot);
    },
    pinned: () => pinned,
  });
  const pools: Pool[] = blocks.map((block) =>
    createPool({
      blockBytes: block.bytes,
      bound: block.bound,
      chunkBlocks: block.chunkBlocks,
      evictOwner: table.evict,
      pinned: () => pinned,
    }),
  );
  return ownShape({
    slab,
    table,
    pools,
    get bytes() {
      return pools.reduce((sum, pool) => sum + pool.bytes, table.bytes);
    },
    pin(slot) {
      pinned = slot;
    },
    mark(slot) {
      if (slot >= marks.length) {
        const grown = new Uint8Array(Math.max(marks.length * 2, slot + 1));
        grown.set(marks);
        marks = grown;
      }
      if (marks[slot] === 1) return;
      marks[slot] = 1;
      marked.push(slot);
      // Slots that went and came back are named again; where nobody takes them, the list must not grow.
      if (marked.length > 2 * marks.length) marked = [...marks.keys()].filter(isChanged);
    },
    isChanged,
    takeChanged() {
      // A slot that went and came back is in the list twice; the first time clears its mark.
      const changed = marked.filter((slot) => {
        const is = isChanged(slot);
        if (is) marks[slot] = 0;
        return is;
      });
      marked = [];
      return changed;
    },
    remove(slot) {
      release(slot);
      table.remove(slot);
    },
    save(slot) {
      const handles = blocks.map((_, kind) => handleOf(slot, kind));
      const text = texts[slot] ?? '';
      const blockBytes = handles.reduce((sum, handle, kind) => sum + (handle && pools[kind]!.blockBytes), 0);
      const out = new Uint8Array(1 + layout.bytes + blockBytes + 1 + text.length * 2);
      const view = new DataView(out.buffer);
      out.set(slab.row(slot), 1);
      let at = 1 + layout.bytes;
      for (const [kind, handle] of handles.entries()) {
        view.setUint32(1 + blocks[kind]!.handleAt, 0, true);
        if (handle === 0) continue;
        out[0]! |= 1 << kind;
        out.set(pools[kind]!.block(handle), at);
        at += pools[kind]!.blockBytes;
      }
      out[at++] = text.length;
      for (let i = 0; i < text.length; i++, at += 2) view.setUint16(at, text.charCodeAt(i), true);
      return out;
    },
    load(scope, name, bytes) {
      const present = blocks.map((_, kind) => (((bytes[0] ?? 0) >>> kind) & 1) === 1);
      const size = present.reduce(
        (sum, has, kind) => sum + (has ? pools[kind]!.blockBytes : 0),
        1 + layout.bytes,
      );
      const length = bytes[size];
      if (length === undefined || bytes.length !== size + 1 + length * 2) return -1;
      const existing = table.find(scope, name);
      if (existing >= 0) {
        release(existing);
        table.remove(existing);
      }
      const slot = table.insert(scope, name);
      const row = slab.row(slot);
      row.set(bytes.subarray(1, 1 + layout.bytes));
      const view = new DataView(row.buffer, row.byteOffset);
      for (const block of blocks) view.setUint32(block.handleAt, 0, true);
      const before = pinned;
      pinned = slot;
      let at = 1 + layout.bytes;
      for (const [kind, pool] of pools.entries()) {
        if (!present[kind]) continue;
        const handle = pool.alloc(slot);
        view.setUint32(blocks[kind]!.handleAt, handle, true);
        pool.block(handle).set(bytes.subarray(at, at + pool.blockBytes));
        at += pool.blockBytes;
      }
      pinned = before;
      const text = new DataView(bytes.buffer, bytes.byteOffset + size + 1);
      let display = '';
      for (let i = 0; i < length; i++) display += String.fromCharCode(text.getUint16(i * 2, true));
      if (length > 0) texts[slot] = display;
      return slot;
    },
    text: (slot) => texts[slot] ?? '',
    setText(slot, text) {
      texts[slot] = text.slice(0, MAX_TEXT);
    },
  });
}
