// What a hunt has learned, as one piece of bytes: the rows of its engine's snapshot, one after the other.
// Always holds: unpack gives back what was packed. Rows of another layout are left out by the engine that takes them.

import type { StoredBaseline } from '../../detectors/engine-contract.ts';

export function packMemory(rows: Iterable<StoredBaseline>): Uint8Array {
  const parts: Buffer[] = [];
  for (const { bytes, ...row } of rows) {
    const head = Buffer.from(JSON.stringify(row));
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32LE(head.length, 0);
    sizes.writeUInt32LE(bytes.length, 4);
    parts.push(sizes, head, Buffer.from(bytes));
  }
  return new Uint8Array(Buffer.concat(parts));
}

export function* unpackMemory(bytes: Uint8Array): Generator<StoredBaseline> {
  const buffer = Buffer.from(bytes);
  let at = 0;
  while (at + 8 <= buffer.length) {
    const head = buffer.readUInt32LE(at);
    const size = buffer.readUInt32LE(at + 4);
    const from = at + 8 + head;
    const row = JSON.parse(buffer.toString('utf8', at + 8, from)) as Omit<StoredBaseline, 'bytes'>;
    yield { ...row, bytes: new Uint8Array(buffer.subarray(from, from + size)) };
    at = from + size;
  }
}
