// A rotated key inherits what was learned of the one it replaces, and nobody else does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Baseline } from '../../../detectors/baseline/view.ts';
import {
  type Caller,
  caller,
  DATA_CENTRE,
  DAY,
  HOSTING_ABROAD,
  HOUR,
  MINUTE,
  OFFICE,
  read,
  START,
  scattered,
  stream,
  work,
} from '../../../detectors/cases.ts';
import { createEngine } from '../../../detectors/engine.ts';
import type { EngineOptions } from '../../../detectors/engine-contract.ts';
import { createKnowledge } from '../../../detectors/knowledge.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { looking } from '../engine/made-up-detectors.ts';

const book = scattered(40, 9000, 5).map(String);
const key = (name: string, more: Partial<Caller> = {}): Caller =>
  caller(name, DATA_CENTRE, { client: 'acme', ...more });
const old = key('key-old');

/** Five days of the old key, each 100 calls. */
const past = (who = old): ApiEvent[] =>
  Array.from({ length: 5 }, (_, day) =>
    stream(
      who,
      { from: START + day * DAY, every: 2 * MINUTE, seed: day },
      work({ collection: '/v1/orders', count: 100, pool: book, seed: day }),
    ),
  ).flat();
const firstCall = (who: Caller, at = START + 4 * DAY + 20 * HOUR): ApiEvent[] =>
  stream(who, { from: at, every: 1000 }, read('/v1/orders', [book[0]!]));

/** Events learned before the last one, as its credential's baseline says. */
function learnedBefore(events: readonly ApiEvent[], options: EngineOptions = {}): number {
  let learned = -1;
  const see = (_: ApiEvent, baseline: Baseline): void => {
    learned = baseline.events;
  };
  const engine = createEngine({ ...options, detectors: [looking(see)] });
  for (const event of events) engine.process(event);
  return learned;
}

test('a new key of the same client, network and program inherits', () => {
  assert.equal(learnedBefore([...past(), ...firstCall(key('key-new'))]), 500);
});

test('not from elsewhere, not with another program, not for another client, not after 72 hours', () => {
  for (const [who, at] of [
    [caller('key-new', HOSTING_ABROAD, { client: 'acme' }), undefined],
    [caller('key-new', { ...DATA_CENTRE, ua_family: 'curl' }, { client: 'acme' }), undefined],
    [key('key-new', { client: 'other' }), undefined],
    [key('key-new', { client: null }), undefined],
    [key('key-new'), START + 9 * DAY],
  ] as const)
    assert.equal(learnedBefore([...past(), ...firstCall(who, at)]), 0, JSON.stringify(who));
});

test('not where several of the client are active: a fleet replaces nobody', () => {
  const fleet = [...past(), ...past(key('key-second'))].sort((a, b) => a.at - b.at);
  assert.equal(learnedBefore([...fleet, ...firstCall(key('key-new'))]), 0);
});

test('people who share an application do not inherit from each other', () => {
  const person = key('anna', { kind: 'jwt' });
  assert.equal(learnedBefore([...past(person), ...firstCall(key('bert', { kind: 'jwt' }))]), 0);
});

test('a declared rotation inherits wherever it comes from, within its tenant', () => {
  const declared = (tenant: string): EngineOptions => ({
    knowledge: createKnowledge([{ type: 'rotation', tenant, at: START, from: 'key-old', to: 'key-new' }]),
  });
  const moved = [...past(), ...firstCall(caller('key-new', OFFICE))];
  assert.equal(learnedBefore(moved, declared('default')), 500);
  assert.equal(learnedBefore(moved, declared('elsewhere')), 0);
});

test('who was active survives a restart', () => {
  const before = createEngine();
  for (const event of past()) before.process(event);
  const after = createEngine();
  after.restore(before.snapshot());
  for (const event of firstCall(key('key-new'))) after.process(event);
  const heir = [...after.credentials()].find(({ lineage }) => lineage === 'key-new');
  assert.equal(heir?.events, 501);
  assert.equal(heir?.first_at, START);
  assert.equal(heir?.display, 'key-new');
});
