// The made-up company and what is planted into it: the same seed gives the same events, in time order, with a truth that holds.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { apiEvent } from '../../schemas/event.ts';
import { fact } from '../../schemas/fact.ts';
import { ATTACKS } from './attacks/index.ts';
import { ARCHETYPES, DAY, type World } from './contract.ts';
import { HARD_NEGATIVES } from './negatives/index.ts';
import { makeWorld } from './world/world.ts';

const worlds = new Map<string, World>();
const world = (archetype: World['archetype'], seed = 5): World => {
  const key = `${archetype} ${seed}`;
  const made = worlds.get(key) ?? makeWorld({ archetype, seed, credentials: 60 });
  worlds.set(key, made);
  return made;
};
const digest = (events: Iterable<unknown>): string => {
  const hash = createHash('sha256');
  for (const event of events) hash.update(JSON.stringify(event));
  return hash.digest('hex');
};
function* first<T>(items: Iterable<T>, most: number): Generator<T> {
  let n = 0;
  for (const item of items) {
    if (n++ >= most) return;
    yield item;
  }
}

for (const archetype of ARCHETYPES)
  test(`${archetype}: same seed, same bytes; in order; valid; a span is a cut of a longer one`, () => {
    const w = world(archetype);
    const from = w.start + 3 * DAY;
    const day = [...w.traffic(from, from + DAY)];
    assert.equal(
      digest(makeWorld({ archetype, seed: 5, credentials: 60 }).traffic(from, from + DAY)),
      digest(day),
    );
    assert.notEqual(digest(world(archetype, 6).traffic(from, from + DAY)), digest(day));
    assert.deepEqual(
      [...w.traffic(from + DAY / 3, from + DAY / 2)],
      day.filter(({ at }) => at >= from + DAY / 3 && at < from + DAY / 2),
    );
    for (let i = 1; i < day.length; i++) assert.ok(day[i]!.at >= day[i - 1]!.at);
    for (const event of first(day, 150)) apiEvent.parse(event);
    for (const one of w.facts) fact.parse(one);
  });

test('six tenants of 167 credentials make three million events in six weeks', () => {
  let perDay = 0;
  for (const archetype of ARCHETYPES) {
    const w = makeWorld({ archetype, seed: 1, credentials: 167 });
    // A week in the middle stands for all six.
    const from = w.start + 14 * DAY;
    perDay += [...w.traffic(from, from + 7 * DAY)].length / 7;
  }
  assert.ok(Math.abs((perDay * 42) / 3_000_000 - 1) < 0.15, `${Math.round(perDay * 42)} events`);
});

for (const attack of ATTACKS)
  test(`${attack.id}: repeatable, in order, valid, and its truth holds`, () => {
    const w = world(attack.archetype);
    for (const variant of attack.variants)
      for (const shape of attack.shapes ?? ['']) {
        const make = () => attack.plan(w, { variant, shape, seed: 4 });
        const plan = make();
        const calls = [...first(plan.calls, 600)];
        assert.ok(calls.length > 0, `${variant} ${shape} makes no call`);
        assert.equal(digest(first(make().calls, 600)), digest(calls), variant);
        let last = 0;
        for (const { event, records } of calls) {
          assert.ok(event.at >= last, variant);
          last = event.at;
          assert.ok(event.at >= Math.floor(plan.start), variant);
          assert.ok(plan.lineages.has(event.credential.lineage), `${variant} ${event.credential.lineage}`);
          if (event.status >= 300) assert.deepEqual(records, []);
        }
        for (const { event } of first(calls, 20)) apiEvent.parse(event);
      }
  });

test('slow is about ten times slower, sharded uses a hundred credentials or a thousand addresses', () => {
  const attack = ATTACKS.find(({ id }) => id === 'B01')!;
  const w = world('commerce');
  const took = (variant: 'reported' | 'slow' | 'sharded') => {
    const calls = [...first(attack.plan(w, { variant, shape: 'new', seed: 4 }).calls, 2000)];
    return {
      ms: calls.at(-1)!.event.at - calls[0]!.event.at,
      credentials: new Set(calls.map(({ event }) => event.credential.lineage)).size,
      addresses: new Set(calls.map(({ event }) => event.client.ip)).size,
    };
  };
  const ratio = took('slow').ms / took('reported').ms;
  assert.ok(ratio > 8 && ratio < 12, String(ratio));
  assert.equal(took('sharded').credentials, 100);
  assert.ok(took('sharded').addresses > 500);
});

for (const negative of HARD_NEGATIVES)
  test(`${negative.id}: repeatable, in order and valid`, () => {
    const w = world(negative.archetype);
    const make = () => negative.plan(w, { seed: 4 });
    const plan = make();
    const events = [...first(plan.events, 1500)];
    assert.equal(digest(first(make().events, 1500)), digest(events));
    for (let i = 1; i < events.length; i++) assert.ok(events[i]!.at >= events[i - 1]!.at);
    for (const event of first(events, 30)) apiEvent.parse(event);
    for (const one of plan.facts ?? []) fact.parse(one);
    const altered = plan.alter ? [...first(w.traffic(plan.start, plan.end), 2000)].map(plan.alter) : [];
    for (const event of altered.slice(0, 30)) if (event !== null) apiEvent.parse(event);
    assert.ok(events.length > 0 || altered.length > 0);
  });
