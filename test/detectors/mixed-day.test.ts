// A day of ordinary traffic of many kinds raises no page: the kinds other systems raise false alarms about.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mixedDay } from './mixed-day.ts';
import { pagesOf } from './run-case.ts';

for (const seed of [1, 2, 3])
  test(`a mixed day of ordinary traffic does not page (seed ${seed})`, () => {
    const events = mixedDay(seed);
    assert.ok(new Set(events.map((event) => event.credential.lineage)).size >= 60);
    const said = pagesOf(events).map(
      ({ finding }) => `${finding.detector} ${finding.lineage} ${finding.claim}`,
    );
    assert.deepEqual(said, []);
  });
