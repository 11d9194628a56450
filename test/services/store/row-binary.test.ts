// RowBinary encoding: lengths around the varint borders, growth, bytes that are not text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RowBinary } from '../../../services/store/row-binary.ts';

function readVarint(bytes: Uint8Array, from: number): { value: number; next: number } {
  let value = 0;
  for (let at = from, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next: at + 1 };
  }
}

test('strings and bytes come back, whatever they hold', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 400 })), { maxLength: 30 }),
      (values) => {
        const writer = new RowBinary(64);
        for (const value of values) typeof value === 'string' ? writer.string(value) : writer.bytes(value);
        const encoded = writer.finish();
        let at = 0;
        for (const value of values) {
          const expected = Buffer.from(value as string);
          const { value: length, next } = readVarint(encoded, at);
          assert.deepEqual(Buffer.from(encoded.subarray(next, next + length)), expected);
          at = next + length;
        }
        assert.equal(at, encoded.length);
      },
    ),
    { numRuns: 200 },
  );
});

test('lengths at the borders of one, two and three bytes', () => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384]) {
    const writer = new RowBinary();
    writer.bytes(new Uint8Array(length).fill(7));
    const encoded = writer.finish();
    const { value, next } = readVarint(encoded, 0);
    assert.equal(value, length);
    assert.equal(encoded.length, next + length);
  }
});

test('Int64 is little endian and signed', () => {
  const writer = new RowBinary();
  writer.int64(-2);
  writer.int64(1_700_000_000_123);
  const view = Buffer.from(writer.finish());
  assert.equal(view.readBigInt64LE(0), -2n);
  assert.equal(view.readBigInt64LE(8), 1_700_000_000_123n);
});
