// Fixed-size rows of bytes in chunks of typed arrays, with a cursor that views read through.
// Always holds: never more rows than `capacity`; a fresh row is all zero; rows start on 8-byte boundaries.
// Does not promise: which index a row gets. Nothing here allocates per access.

import { ownShape } from '../own-shape.ts';

/** The row that views currently look at: one buffer under five types, and the row's first byte. */
export interface Cursor {
  base: number;
  f64: Float64Array;
  f32: Float32Array;
  u32: Uint32Array;
  u16: Uint16Array;
  u8: Uint8Array;
}

export interface Slab {
  readonly cursor: Cursor;
  readonly rowBytes: number;
  readonly capacity: number;
  /** Rows in use. */
  readonly size: number;
  /** Highest index ever used + 1. */
  readonly end: number;
  /** Bytes of all chunks. */
  readonly bytes: number;
  /** Index of a zeroed row, or -1 when all are in use. */
  alloc(): number;
  free(index: number): void;
  /** Points the cursor (or another one, to look at two rows at once) at a row. */
  seek(index: number, at?: Cursor): void;
  /** The row's bytes themselves, not a copy. */
  row(index: number): Uint8Array;
}

type Chunk = Omit<Cursor, 'base'>;

/** A cursor of its own for slab.seek(). */
export function createCursor(): Cursor {
  return { base: 0, ...createChunk(0) };
}

function createChunk(bytes: number): Chunk {
  const buffer = new ArrayBuffer(bytes);
  return {
    f64: new Float64Array(buffer),
    f32: new Float32Array(buffer),
    u32: new Uint32Array(buffer),
    u16: new Uint16Array(buffer),
    u8: new Uint8Array(buffer),
  };
}

/** `chunkRows` must be a power of two; memory grows by that many rows. */
export function createSlab(options: { rowBytes: number; capacity: number; chunkRows: number }): Slab {
  const { rowBytes, capacity, chunkRows } = options;
  if (rowBytes % 8 !== 0) throw new RangeError(`row of ${rowBytes} bytes is not a multiple of 8`);
  const shift = Math.log2(chunkRows);
  if (!Number.isInteger(shift)) throw new RangeError(`chunk of ${chunkRows} rows is not a power of two`);
  const mask = chunkRows - 1;
  const chunks: Chunk[] = [];
  const freed: number[] = [];
  let end = 0;
  const cursor = createCursor();

  const row = (index: number): Uint8Array => {
    const start = (index & mask) * rowBytes;
    return chunks[index >>> shift]!.u8.subarray(start, start + rowBytes);
  };
  return ownShape({
    cursor,
    rowBytes,
    capacity,
    get size() {
      return end - freed.length;
    },
    get end() {
      return end;
    },
    get bytes() {
      return chunks.length * chunkRows * rowBytes;
    },
    alloc() {
      const reused = freed.pop();
      if (reused !== undefined) {
        row(reused).fill(0);
        return reused;
      }
      if (end >= capacity) return -1;
      if (end >>> shift === chunks.length) chunks.push(createChunk(chunkRows * rowBytes));
      return end++;
    },
    free(index) {
      freed.push(index);
    },
    seek(index, at = cursor) {
      const chunk = chunks[index >>> shift]!;
      at.base = (index & mask) * rowBytes;
      if (at.u8 !== chunk.u8) {
        at.f64 = chunk.f64;
        at.f32 = chunk.f32;
        at.u32 = chunk.u32;
        at.u16 = chunk.u16;
        at.u8 = chunk.u8;
      }
    },
    row,
  });
}
