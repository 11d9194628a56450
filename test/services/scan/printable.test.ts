// Text from a log cannot drive the terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable } from '../../../services/scan/printable.ts';

test('escape sequences are shown, not obeyed', () => {
  assert.equal(printable('\u001b[2Jowned'), '\\u{1b}[2Jowned');
  assert.equal(printable('a\u202Eb'), 'a\\u{202e}b');
  assert.equal(printable('naïve 漢字 🙂'), 'naïve 漢字 🙂');
});

test('no control character survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
    }),
  );
});
