// What is taken for plain at a glance is what the search would leave as it is, for every text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { label, lineageOf } from '../../../services/ingest/identify/lineage.ts';
import { createMasker, createSearch } from '../../../services/ingest/mask/mask.ts';
import { PLANTED, SECRETS } from '../../planted-secrets.ts';

const names = ['x-partner'];
const masker = createMasker(names);
const search = createSearch(names);

/** Pieces of what rules look for, beside each other in any order. */
const PIECES = [
  ...Object.values(SECRETS),
  '/',
  '/',
  '&',
  '&',
  '=',
  '=',
  ':',
  '://',
  '%',
  '%2F',
  '%3D',
  '\\',
  '\\u0070',
  '?',
  ';',
  ' ',
  '+',
  '-',
  '/v1/customers/4821',
  '/reset-password',
  'magic-link',
  'Verify_Email',
  'activation',
  'unsubscribe',
  'bearer',
  'Basic',
  'key',
  'token',
  'key-',
  'sk_',
  'sk-',
  'ghp_',
  'eyJ',
  'bot123456',
  'services/T',
  'password',
  'limit',
  'page',
  'page_token',
  'code',
  'x-partner',
  'name',
  'password reset',
  'abcdef0123456789abcdef',
  'user@',
  '[masked]',
  'é',
  '\u0000',
  '\u200b',
  '123456',
  'a',
];

const made = fc.array(fc.constantFrom(...PIECES), { maxLength: 10 }).map((pieces) => pieces.join(''));
const planted = fc
  .tuple(fc.constantFrom(...Object.values(PLANTED).flat()), fc.nat(2000), fc.nat(80))
  .map(([line, from, length]) => line.slice(from % line.length, (from % line.length) + length));
const text = fc.oneof(
  made,
  planted,
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test('masking at a glance and by search give the same', () => {
  fc.assert(
    fc.property(text, (t) => {
      assert.equal(masker.text(t), search.text(t));
      assert.equal(masker.path(t), search.path(t));
      assert.equal(masker.query(t), search.query(t));
    }),
    { numRuns: 5000 },
  );
});

test('labels and lineages of visible ASCII are the text itself, others are cleaned', () => {
  const clean = (t: string) => t.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu, ' ').trim();
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: 'grapheme', maxLength: 20 })), (t) => {
      assert.equal(label(t, 10_000), clean(t));
      assert.equal(
        decodeURIComponent(lineageOf('id', t.slice(0, 40))),
        `id:${t.slice(0, 40).trim().toWellFormed()}`,
      );
    }),
  );
});
