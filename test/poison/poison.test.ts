// A short run of `npm run poison`, and that it would notice what it looks for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FORBIDDEN, PLANTED } from '../planted-secrets.ts';
import { seeded } from '../scenarios/random.ts';
import { bytesOf, LINE_MUTATIONS, lineOf, MUTATIONS, spoil } from './mutate.ts';
import { poison, problems } from './poison.ts';

test('mutated lines of every format: nothing crashes, all are accounted for, no secret gets through', async () => {
  const result = await poison({ lines: 6_000, seed: 3 });
  assert.deepEqual(problems(result), []);
  assert.equal(result.lines.lines, 6_000);
  // Each way was gone: lines understood and refused, messages understood and refused, secrets at hand.
  const { lines, messages, carrying } = result;
  for (const n of [lines.events, lines.rejected, messages.events, messages.rejected, carrying])
    assert.ok(n > 300, JSON.stringify({ lines, messages, carrying }));
  for (const [mutation, tally] of Object.entries(result.mutations)) assert.ok(tally.lines > 0, mutation);
  assert.ok(Object.keys(result.reasons).length >= 12, Object.keys(result.reasons).join(' '));
});

test('the same seed gives the same lines', async () => {
  const run = async () => JSON.stringify(await poison({ lines: 500, seed: 5 }));
  assert.equal(await run(), await run());
});

test('a mutated line is one line, and a secret in it is whole with its name, or gone', () => {
  const random = seeded(11);
  const sources = Object.values(PLANTED).flat();
  for (let i = 0; i < 4_000; i++) {
    const line = lineOf(random.pick(sources), FORBIDDEN);
    const other = lineOf(random.pick(sources), FORBIDDEN);
    const ofLine = LINE_MUTATIONS[random.pick(Object.keys(LINE_MUTATIONS))]!;
    const spoilt = ofLine(spoil(line, random.pick(Object.values(MUTATIONS)), random), { random, other });
    const text = bytesOf(spoilt).toString('latin1');
    assert.doesNotMatch(text, /\n/);
    for (const { kept, text: stretch } of [...line, ...other])
      if (kept && FORBIDDEN.some((secret) => stretch.includes(secret) && text.includes(secret)))
        assert.ok(spoilt.some((one) => one.kept && text.includes(one.text)));
  }
});
