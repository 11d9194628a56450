import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSourceTable, MAX_SOURCES } from '../../../detectors/scoring/sources.ts';
import { plain, sizeInWords, thousands } from '../../../detectors/scoring/wording.ts';

test('plain text is one bounded line without control characters, whatever comes in', () => {
  const dangerous = fc.string({
    unit: fc.constantFrom('\u001b', '[', '3', '1', 'm', '\u202e', '\ud83d', '\u0000', '\n', 'a', '😀'),
  });
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), dangerous),
      fc.integer({ min: 1, max: 40 }),
      (text, limit) => {
        const clean = plain(text, limit);
        assert.ok(clean.length <= limit);
        assert.ok(!/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(clean));
        assert.ok(clean.isWellFormed());
        assert.equal(plain(clean, limit), clean);
      },
    ),
  );
});

test('terminal sequences go as a whole', () => {
  assert.equal(plain('a\u001b[1;31mred\u001b[0m\u001b]8;;http://x\u0007link\u009b2J', 50), 'aredlink');
});

test('numbers and sizes in words', () => {
  assert.deepEqual([0, 999, 1000, 49_000_000].map(thousands), ['0', '999', '1,000', '49,000,000']);
  assert.deepEqual([0, 999, 1000, 9940, 9960, 999_499, 999_500, 3.4e9, 5e15].map(sizeInWords), [
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '9.9 kB',
    '10 kB',
    '999 kB',
    '1.0 MB',
    '3.4 GB',
    '5,000 TB',
  ]);
});

test('sources: at most 20 rows, no call lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ at: fc.nat(), n: fc.nat({ max: 60 }) }), { maxLength: 300 }),
      (calls) => {
        const table = createSourceTable();
        for (const { at, n } of calls) table.count({ at, prefix: `10.0.${n}.0/24`, asn: n, country: 'DE' });
        const rows = table.rows();
        assert.ok(rows.length <= MAX_SOURCES);
        assert.equal(
          rows.reduce((sum, row) => sum + row.events, 0),
          calls.length,
        );
        for (const row of rows) assert.ok(row.first_at <= row.last_at);
      },
    ),
  );
});
