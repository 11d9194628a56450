// What benchmarks are made of: their calls and lines are accepted, and a regression is seen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiEvent } from '../../schemas/event.ts';
import { formatByName } from '../../schemas/gateways/catalogue.ts';
import { change, compare } from './measure/baseline.ts';
import { gatewayLines } from './measure/gateway-lines.ts';
import { oneCallEach, ordinaryCalls, take } from './measure/ordinary-calls.ts';
import { storedCalls } from './measure/stored-calls.ts';

test('ordinary calls are events, each credential calls at least once', () => {
  const pace = { credentials: 50, stepMs: 1000 };
  for (const event of take(ordinaryCalls(pace), 200)) apiEvent.parse(event);
  const lineages = [...oneCallEach(pace)].map((event) => apiEvent.parse(event).credential.lineage);
  assert.equal(new Set(lineages).size, 50);
});

test('lines of both formats say the same call', () => {
  const source = gatewayLines({ credentials: 100 });
  const kong = formatByName('kong').parser({});
  const combined = formatByName('combined').parser({});
  for (let n = 0; n < 200; n++) {
    const line = source.next().value!;
    const [one, other] = [kong(line.kong.toString()), combined(line.combined.toString())];
    assert.ok(one.ok && other.ok);
    assert.equal(one.record.target, other.record.target);
    assert.equal(one.record.ip, other.record.ip);
    assert.equal(Math.floor(one.record.at / 1000), other.record.at / 1000);
  }
});

test('a ratio that lost more than the tolerance is a regression; a new figure is none', () => {
  const compared = compare({ slower: 0.5, same: 0.9, fresh: 1 }, { slower: 1, same: 1 }, 0.4);
  assert.deepEqual(
    compared.map(({ name, regressed }) => [name, regressed]),
    [
      ['slower', true],
      ['same', false],
      ['fresh', false],
    ],
  );
  assert.deepEqual(compared.map(change), ['-50 %', '-10 %', 'new']);
});

test('calls made for the store are events with ids of their own, in order of time', () => {
  const range = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 2) };
  const events = [...storedCalls({ events: 300, credentials: 20, ...range })].map((one) =>
    apiEvent.parse(one),
  );
  assert.equal(new Set(events.map(({ id }) => id)).size, 300);
  assert.deepEqual(
    events.map(({ at }) => at),
    events.map(({ at }) => at).sort((a, b) => a - b),
  );
});
