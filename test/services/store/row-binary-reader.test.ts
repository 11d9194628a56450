// RowBinary decoding: what the encoder writes comes back, and an answer that ends too soon is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RowBinary } from '../../../services/store/row-binary.ts';
import { RowBinaryReader } from '../../../services/store/row-binary-reader.ts';

test('texts, bytes and numbers come back, whatever they hold', () => {
  const row = fc.record(
    {
      text: fc.string({ unit: 'grapheme', maxLength: 300 }),
      number: fc.maxSafeInteger(),
      bytes: fc.uint8Array({ maxLength: 20_000 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const writer = new RowBinary(64);
      for (const { text, number, bytes } of rows) {
        writer.string(text);
        writer.int64(number);
        writer.bytes(bytes);
      }
      const reader = new RowBinaryReader(Buffer.from(writer.finish()));
      const read = [];
      while (!reader.ended)
        read.push({ text: reader.string(), number: reader.int64(), bytes: reader.bytes() });
      assert.deepEqual(read, rows);
    }),
    { numRuns: 100 },
  );
});

test('an answer that ends within a value is refused', () => {
  const writer = new RowBinary();
  writer.string('consumer:acme');
  writer.int64(7);
  const encoded = Buffer.from(writer.finish());
  const read = (answer: Buffer) => {
    const reader = new RowBinaryReader(answer);
    reader.string();
    reader.int64();
  };
  read(encoded);
  for (let length = 0; length < encoded.length; length++)
    assert.throws(() => read(encoded.subarray(0, length)), RangeError);
});
