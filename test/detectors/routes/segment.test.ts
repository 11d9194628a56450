// The shape of one path segment: which values are ids at first sight, which words stay.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify } from '../../../detectors/routes/segment.ts';

const VALUES: readonly [string, string, string][] = [
  ['42', '{id}', '42'],
  ['3fa85f64-5717-4562-b3fc-2c963f66afa6', '{id}', '3fa85f64-5717-4562-b3fc-2c963f66afa6'],
  ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '{id}', '01ARZ3NDEKTSV4RRFFQ69G5FAV'],
  ['9af15b336e6a9619928537df30b2e6a2376569fc', '{id}', '9af15b336e6a9619928537df30b2e6a2376569fc'],
  ['507f1f77bcf86cd799439011', '{id}', '507f1f77bcf86cd799439011'],
  ['cus_9s6XKzkNRiz8i3', '{id}', 'cus_9s6XKzkNRiz8i3'],
  ['dQw4w9WgXcQ', '{id}', 'dQw4w9WgXcQ'],
  ['ORD-2024-000123', '{id}', 'ORD-2024-000123'],
  ['ABC-42', '{id}', 'ABC-42'],
  ['ann@example.com', '{id}', 'ann@example.com'],
  ['ann%40example.com', '{id}', 'ann@example.com'],
  ['+14155552671', '{id}', '+14155552671'],
  ['@alice', '{id}', '@alice'],
  ['2024-01-31', '{date}', '2024-01-31'],
  ['2024-01-31T10:00:00Z', '{date}', '2024-01-31T10:00:00Z'],
  ['42.json', '{id}.json', '42'],
  ['app.3f2a9c.js', 'app.{id}.js', '3f2a9c'],
  ['Customers(42)', 'Customers({id})', '42'],
  ["Customers('O''Neil')", 'Customers({id})', "O'Neil"],
  ['main...topic', '{id}...{id}', 'main...topic'],
  ['4711:cancel', '{id}:cancel', '4711'],
  ['1.2.3', '{id}', '1.2.3'],
  ['v1.2.3', '{id}', 'v1.2.3'],
  ['1,2,3', '{id}', '1,2,3'],
  ['%zz', '{id}', '%zz'],
  ['x'.repeat(65), '{id}', 'x'.repeat(65)],
];

const WORDS = [
  'users',
  'v1',
  'v2.1',
  'v1beta1',
  'chat.postMessage',
  'ListObjectsV2',
  'DescribeEC2Instances',
  'oauth2',
  'i18n',
  's3',
  'sub-accounts',
  'access_tokens',
  'well-known',
  'index.html',
  'main.css',
  'batch:run',
  'me',
  'alice',
  's3.amazonaws.com',
  'GetCallerIdentity',
];

test('values are recognised by shape', () => {
  for (const [segment, pattern, id] of VALUES) assert.deepEqual(classify(segment), { pattern, id }, segment);
});

test('words stay literal', () => {
  for (const segment of WORDS) assert.equal(classify(segment), null, segment);
});

test('never throws, and a pattern is its own pattern', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...VALUES.map((v) => v[0]))),
      (segment) => {
        const first = classify(segment);
        if (first !== null && !first.pattern.includes('/'))
          assert.equal(classify(first.pattern)?.pattern, first.pattern);
      },
    ),
  );
});
