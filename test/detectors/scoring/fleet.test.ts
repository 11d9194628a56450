// What many credentials share is one incident: a change they all go through, or an attack spread over them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY, HOUR, pastOf, START, type Told, tell } from './story.ts';

const MINUTE = 60_000;
const past = pastOf({ peers: 100, owner: 'Integrations' });
const moved: Told = { detector: 'D01', novelty: 64_999, logE: 13 };

test('many credentials at a new network at once: one calm incident, nobody is paged one by one, and whoever follows later is no news', () => {
  const story = tell({}, past);
  for (let i = 0; i < 30; i++)
    story.call({ at: START + i * 20_000, lineage: `key-${i}`, cluster: 9 }, [moved]);
  story.until(START + 3 * DAY);
  story.call({ at: START + 3 * DAY, lineage: 'key-99', cluster: 9 }, [moved]);
  story.until(START + 4 * DAY);
  const [fleet, ...others] = story.latest();
  assert.deepEqual(
    others.map((i) => i.lineage),
    [],
  );
  assert.equal(fleet?.severity, 'low');
  assert.equal(fleet?.credential.kind, 'fleet');
  assert.equal(fleet?.title, 'Many credentials changed at once: AS64999');
  assert.match(fleet?.summary ?? '', /met for the first time within/);
});

test('a single one is told after ten minutes, or as soon as it took twenty records', () => {
  const slow = tell({}, past);
  slow.call({ at: START, cluster: 9 }, [moved]);
  assert.deepEqual(slow.emitted, []);
  slow.until(START + 9 * MINUTE);
  assert.deepEqual(slow.emitted, []);
  slow.until(START + 10 * MINUTE);
  assert.deepEqual(slow.latest()[0]?.detectors, ['D01']);
  const fast = tell({}, past);
  fast.call({ at: START, cluster: 9 }, [moved]);
  for (let i = 1; i <= 25; i++) fast.call({ at: START + i * 1000, cluster: 9, objects: [`c-${i}`] });
  assert.equal(fast.emitted[0]?.opened_at, new Date(START).toISOString());
  assert.equal(fast.emitted[0]?.credential.owner, 'Integrations');
});

test('what waits joins whatever pages first, and is not told a second time', () => {
  const story = tell({}, past);
  story.call({ at: START, cluster: 9 }, [moved]);
  story.call({ at: START + MINUTE, cluster: 9, objects: ['a'] }, [{ detector: 'D02', records: 3 }]);
  story.until(START + 20 * MINUTE);
  assert.deepEqual(story.latest()[0]?.detectors, ['D01', 'D02']);
  assert.equal(story.latest().length, 1);
});

test('an attack spread over many is one incident; what is found about one of them joins it', () => {
  const story = tell({}, past);
  story.call({ at: START, lineage: 'key-1' }, [
    { detector: 'D26', attributed: ['key-1', 'key-2'], records: 20 },
  ]);
  assert.deepEqual(
    story.emitted[0]?.attributed.map((one) => one.lineage),
    ['key-1', 'key-2'],
  );
  story.call({ at: START + MINUTE, lineage: 'key-2', objects: ['x'] }, [{ detector: 'D26', pages: true }]);
  story.call({ at: START + 2 * MINUTE, lineage: 'key-3', objects: ['y'] }, [{ detector: 'D08' }]);
  assert.deepEqual(
    story.latest().map((i) => i.lineage),
    ['route:GET /v1/customers/{id}', 'key-3'],
  );
});

test('a tenant over its budget of pages goes to the digest; critical ones never do', () => {
  const story = tell({ pagesPerDay: 3 }, past);
  for (let i = 0; i < 6; i++)
    story.call({ at: START + i * 61 * MINUTE, lineage: `key-${i}`, objects: [`c${i}`] }, [
      { detector: 'D08', records: i === 5 ? 5000 : 1, logE: 30 },
    ]);
  assert.deepEqual(
    story.emitted.map((i) => [i.severity, i.notify]),
    [
      ['high', 'page'],
      ['high', 'page'],
      ['high', 'page'],
      ['high', 'digest'],
      ['high', 'digest'],
      ['critical', 'page'],
    ],
  );
  story.call({ at: START + DAY, lineage: 'key-9', objects: ['z'] }, [{ detector: 'D08' }]);
  assert.equal(story.emitted.at(-1)?.notify, 'page');
});

test('an incident about many callers pages although those about each of them used the budget up', () => {
  const story = tell({ pagesPerDay: 2 }, past);
  for (let i = 0; i < 4; i++)
    story.call({ at: START + i * 61 * MINUTE, lineage: `key-${i}`, objects: [`c${i}`] }, [
      { detector: 'D10', logE: 12 },
    ]);
  story.call({ at: START + 5 * HOUR, lineage: 'key-9' }, [
    { detector: 'D26', attributed: ['key-8', 'key-9'], records: 20 },
  ]);
  assert.deepEqual(
    story.emitted.map((i) => i.notify),
    ['page', 'page', 'digest', 'digest', 'page'],
  );
});

test('evidence without harm goes into the hourly digest when it is strong enough among its peers, and pages later', () => {
  const story = tell({}, past);
  story.call({ at: START + MINUTE, lineage: 'weak' }, [{ detector: 'D24', pages: false, logE: 6 }]);
  story.call({ at: START + 2 * MINUTE, lineage: 'strong' }, [{ detector: 'D24', pages: false, logE: 11 }]);
  story.until(START + 61 * MINUTE);
  assert.deepEqual(
    story.emitted.map((i) => [i.lineage, i.notify]),
    [['strong', 'digest']],
  );
  story.call({ at: START + 70 * MINUTE, lineage: 'strong', objects: ['a'] }, [{ detector: 'D08' }]);
  assert.deepEqual([story.emitted.at(-1)?.notify, story.emitted.at(-1)?.detectors], ['page', ['D08', 'D24']]);
  assert.equal(story.latest().length, 1);
});

test('the limit that would have stopped it lies above every ordinary day, and below what was done', () => {
  const story = tell({}, past);
  for (let i = 0; i < 200; i++) story.call({ at: START + i * 1000, objects: [`c-${i}`] });
  story.call({ at: START + 201_000, objects: ['last'] }, [{ detector: 'D08', since: START, records: 201 }]);
  assert.deepEqual(story.emitted[0]?.limit, {
    unit: 'new objects',
    per_day: 44,
    records: 44,
    usual: 40,
    days: 30,
  });
  assert.equal(story.emitted[0]?.response[0]?.action, 'Limit this credential to 44 new objects a day');
  const little = tell({}, past);
  little.call({ at: START, objects: ['a'] }, [{ detector: 'D08' }]);
  assert.equal(little.emitted[0]?.limit, null);
});
