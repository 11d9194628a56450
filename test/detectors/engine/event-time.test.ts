// The rows of the table under "Time" in docs/operations.md: what becomes of an event by how its time lies to that of the others.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createEngine } from '../../../detectors/engine.ts';
import { eventOf } from '../../services/ingest/record.ts';
import { looking } from './made-up-detectors.ts';
import { call, DAY, HOUR, MINUTE, START } from './traffic.ts';

const NOW = START + 30 * DAY;

interface Taken {
  judged: boolean;
  late: boolean;
  /** Events of its credential that had been learned before. */
  learned: number;
}

/** An engine that 100 events of key:alpha, one a minute, have brought to NOW. */
function atNow() {
  let judged = 0;
  let learned = 0;
  const look = looking((_, baseline) => {
    judged++;
    learned = baseline.events;
  });
  const engine = createEngine({ detectors: [look] });
  let calls = 0;
  function take(at: number, lineage = 'key:alpha'): Taken {
    const before = { judged, late: engine.statistics().late };
    engine.process(call({ at, lineage, shape: `${++calls}` }));
    return { judged: judged > before.judged, late: engine.statistics().late > before.late, learned };
  }
  /** Where the stream's clock stands: 7 days ahead of it is in time, a millisecond more is not. */
  const clockIs = (at: number): boolean =>
    !take(at + 7 * DAY, `key:new ${calls}`).late && take(at + 7 * DAY + 1, `key:new ${calls}`).late;
  for (let i = 99; i >= 0; i--) take(NOW - i * MINUTE);
  assert.ok(clockIs(NOW));
  return { take, clockIs };
}

test('before 1990, after 2100: rejected', () => {
  for (const at of [Date.UTC(1989, 11, 31), Date.UTC(2100, 0, 2), Number.NaN])
    assert.throws(() => eventOf({ at }), /bad-time/);
});

test('up to 10 minutes older than the latest of its credential: judged and learned', () => {
  const { take } = atNow();
  assert.deepEqual(take(NOW - 10 * MINUTE), { judged: true, late: false, learned: 100 });
  assert.deepEqual(take(NOW - 3 * MINUTE), { judged: true, late: false, learned: 101 });
  assert.equal(take(NOW).learned, 102);
});

test('older: judged, counted as late, not learned', () => {
  const { take } = atNow();
  assert.deepEqual(take(NOW - 10 * MINUTE - 1), { judged: true, late: true, learned: 100 });
  assert.deepEqual(take(NOW - 20 * DAY), { judged: true, late: true, learned: 100 });
  assert.equal(take(NOW).learned, 100);
});

test('after 64 late ones in a row the clock of the credential is set back', () => {
  const { take } = atNow();
  const late = Array.from({ length: 70 }, (_, i) => take(NOW - 5 * DAY + i * MINUTE).late);
  // The one that sets it back is still late.
  assert.deepEqual([late.indexOf(false), late.slice(64).includes(true)], [64, false]);
});

test('late is late for the credential: another one may be behind', () => {
  const { take } = atNow();
  for (let i = 0; i < 5; i++) assert.equal(take(NOW - 2 * DAY + i * MINUTE, 'key:slow').late, false);
});

test('up to an hour ahead of the stream: judged and learned, moves the clock', () => {
  const { take, clockIs } = atNow();
  assert.deepEqual(take(NOW + HOUR, 'key:other'), { judged: true, late: false, learned: 0 });
  assert.equal(take(NOW + HOUR, 'key:other').learned, 1);
  assert.ok(clockIs(NOW + HOUR));
});

test('further ahead, up to 7 days: judged and learned, moves the clock only when 16 in a row agree', () => {
  const { take, clockIs } = atNow();
  assert.deepEqual(take(NOW + 7 * DAY, 'key:early'), { judged: true, late: false, learned: 0 });
  assert.equal(take(NOW + 7 * DAY, 'key:early').learned, 1);
  take(NOW);
  assert.ok(clockIs(NOW));
  take(NOW);
  for (let i = 15; i >= 0; i--) take(NOW + 2 * DAY + i * MINUTE, 'key:other');
  assert.ok(clockIs(NOW + 2 * DAY), 'to the earliest of them');
});

test('more than 7 days ahead: judged, counted as late, not learned', () => {
  const { take, clockIs } = atNow();
  take(NOW, 'key:wrong');
  for (let i = 1; i < 4; i++)
    assert.deepEqual(take(NOW + 7 * DAY + i, 'key:wrong'), { judged: true, late: true, learned: 1 });
  assert.ok(clockIs(NOW));
});

test('an event from the future makes its credential deaf for 64 events, not for ever', () => {
  const { take } = atNow();
  take(NOW + 6 * DAY);
  const late = Array.from({ length: 80 }, (_, i) => take(NOW + i * MINUTE).late);
  assert.deepEqual([late.indexOf(false), late.slice(64).includes(true)], [64, false]);
});

test('the table in docs/operations.md is the one that is tested', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const rows = page
    .slice(page.indexOf('## Time'), page.indexOf('An incident closes'))
    .match(/^\| (?!-|event )[^|]+/gm);
  assert.deepEqual(
    rows?.map((row) => row.slice(2).trim()),
    [
      'before 1990, after 2100, unreadable',
      "up to 10 minutes older than the credential's latest",
      'older',
      'up to an hour ahead of the stream',
      'further ahead, up to 7 days',
      'more than 7 days ahead',
      'seen before',
    ],
  );
});
