// D11's parts: what becomes of an opening, what is known across credentials and how it is stored.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, caller, DAY, range as days, HOUR, OFFICE, START } from '../../detectors/cases.ts';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import { createEngine } from '../../detectors/engine.ts';
import type { Engine } from '../../detectors/engine-contract.ts';
import { deskEvidence, noteOutcome } from '../../detectors/enumeration/foreign-objects/desks.ts';
import {
  ALONE,
  BESIDE,
  follow,
  HANDLING,
  type Handling,
  type Outcome,
  RETURNED,
  type Step,
} from '../../detectors/enumeration/foreign-objects/handling.ts';
import { createAffinity } from '../../detectors/enumeration/foreign-objects/memory.ts';
import type { NumberArray } from '../../detectors/state/fields.ts';
import type { ApiEvent } from '../../schemas/event.ts';

function fresh(): Handling {
  const row: Record<string, number | NumberArray> = {};
  for (const [name, { length }] of Object.entries(HANDLING)) {
    if (length === 1) {
      row[name] = 0;
      continue;
    }
    const numbers = new Array<number>(length).fill(0);
    row[name] = {
      length,
      get: (i) => numbers[i]!,
      set: (i, value) => {
        numbers[i] = value;
      },
      fill: (value) => {
        numbers.fill(value);
      },
    };
  }
  return row as unknown as Handling;
}

const SECOND = 10;
const MINUTE = 60 * SECOND;
const opens = (object: number, now: number, collection = 1): Step => ({
  object,
  collection,
  opens: true,
  now,
});
const works = (object: number, now: number): Step => ({ object, collection: 2, opens: false, now });

function outcomesOf(steps: readonly Step[]): Outcome[] {
  const state = fresh();
  const out: Outcome[] = [];
  for (const step of steps) follow(state, step, ({ outcome }) => out.push(outcome));
  return out;
}
const T = 1_000_000;
const MINUTE_MS = 60_000;

test('an opening is returned to, has work beside it, or is left alone', () => {
  const later = works(99, T + 30 * MINUTE);
  assert.deepEqual(outcomesOf([opens(5, T), works(5, T + MINUTE)]), [RETURNED]);
  assert.deepEqual(outcomesOf([opens(5, T), works(6, T + MINUTE), later]), [BESIDE]);
  assert.deepEqual(outcomesOf([works(6, T), opens(5, T + MINUTE), later]), [BESIDE]);
  assert.deepEqual(outcomesOf([opens(6, T, 2), opens(5, T + MINUTE), later]), [BESIDE, BESIDE]);
  assert.deepEqual(outcomesOf([opens(5, T), later]), [ALONE]);
  assert.deepEqual(outcomesOf([opens(5, T), works(6, T + 5 * MINUTE), later]), [ALONE]);
});

test('neither a page load nor the next record of a list explains an opening', () => {
  const later = works(99, T + 30 * MINUTE);
  assert.deepEqual(outcomesOf([opens(5, T), works(5, T + SECOND), works(6, T + SECOND), later]), [ALONE]);
  assert.deepEqual(outcomesOf([opens(5, T), opens(6, T + MINUTE), opens(7, T + 2 * MINUTE), later]), [
    ALONE,
    ALONE,
    ALONE,
  ]);
});

test('more openings than there are places are answered as they stand, those of one page load not at all', () => {
  const paced = Array.from({ length: 30 }, (_, i) => opens(i + 1, T + i * 20 * SECOND));
  assert.deepEqual(outcomesOf(paced), new Array(22).fill(ALONE));
  const load = Array.from({ length: 30 }, (_, i) => opens(i + 1, T + i));
  assert.deepEqual(outcomesOf(load), []);
});

test('times go round at 2^32 tenths of a second', () => {
  const end = 2 ** 32 - 5 * SECOND;
  assert.deepEqual(outcomesOf([opens(5, end), works(5, 5 * SECOND)]), [RETURNED]);
});

test('what is known across credentials survives storing, and other bytes are refused', () => {
  const memory = createAffinity();
  const event = (n: number) =>
    call(START + n, caller(`agent-${n % 3}`, OFFICE, { client: 'desk' }), {
      collection: '/v1/a',
      id: `${n}`,
    });
  for (let n = 0; n < 400; n++) {
    const outcome = n > 250 && n % 2 > 0 ? ALONE : ([RETURNED, RETURNED, BESIDE] as const)[n % 3]!;
    const desk = memory.desks.of(event(n), 7);
    noteOutcome(desk, { event: event(n), outcome, at: START + n, teaches: true });
    for (let day = 1; day < 5; day++) memory.homes.note(n + 1, 77 + (n % 3), day);
  }
  const desk = memory.desks.known(event(1), 7)!;
  assert.ok(deskEvidence(desk) > 100, `${deskEvidence(desk)}`);
  assert.equal(desk.members.size, 3);
  const copy = createAffinity();
  assert.ok(copy.load(memory.save()));
  assert.deepEqual(copy.desks.known(event(1), 7), desk);
  assert.equal(copy.homes.surest(copy.homes.find(5)), 77 + (4 % 3));
  assert.deepEqual(copy.save(), memory.save());
  for (const bytes of [new Uint8Array(), new Uint8Array([9, 0, 0, 0, 0]), memory.save().slice(0, 40)])
    assert.equal(createAffinity().load(bytes), false);
});

/** Three agents who work on what they open, twenty customers a day each. */
function* deskDay(day: number): Generator<ApiEvent> {
  for (const n of [1, 2, 3])
    for (let i = 0; i < 20; i++) {
      const at = START + day * DAY + 8 * HOUR + i * 25 * MINUTE_MS + n * 8 * MINUTE_MS;
      const id = String(day * 10_000 + n * 1000 + i);
      for (const [step, collection] of ['/v1/customers', '/v1/contracts', '/v1/customers'].entries())
        if (i !== 19 || step === 0)
          yield call(at + step * 40_000, caller(`agent-${n}`, OFFICE, { client: 'desk' }), {
            collection,
            id,
          });
    }
}
/** Looks at records and goes on. */
function* looks(day: number, count: number, lineage: string): Generator<ApiEvent> {
  for (let i = 0; i < count; i++)
    yield call(
      START + day * DAY + 8 * HOUR + (i * 9 + 4) * MINUTE_MS,
      caller(lineage, OFFICE, { client: 'desk' }),
      {
        collection: '/v1/customers',
        id: `x${day}-${i}`,
      },
    );
}
const ordered = (events: Iterable<ApiEvent>): ApiEvent[] => [...events].sort((a, b) => a.at - b.at);
const alone = (): Engine => createEngine({ detectors: CATALOGUE.filter(({ meta }) => meta.id === 'D11') });

test('an incident states the copies and not the work they hide in, also when restored in between', () => {
  const past = ordered(days(0, 9).flatMap((day) => [...deskDay(day)]));
  const attack = ordered(
    days(10, 13).flatMap((day) => [...deskDay(day), ...(day < 13 ? looks(day, 60, 'agent-1') : [])]),
  );
  const engine = alone();
  for (const event of past) engine.process(event);
  const restored = alone();
  restored.restore(engine.snapshot());
  for (const event of attack)
    assert.deepEqual(restored.process(event).findings, engine.process(event).findings);
  const [incident, ...others] = [...engine.incidents()];
  assert.equal(others.length, 0);
  const { records, low, high } = incident!.exposed;
  assert.ok(Math.abs(records - 180) <= 18, `${records} records stated, 180 copied`);
  assert.ok(low <= 180 && high >= 180, `${low} to ${high}`);
});

test('who only looks at records is reported, and after 14 days taken for a role', () => {
  const engine = alone();
  const reported = new Set<number>();
  for (let day = 0; day < 40; day++)
    for (const event of ordered([...deskDay(day), ...(day < 6 ? [] : looks(day, 40, 'reviewer'))]))
      if (engine.process(event).findings.some(({ pages }) => pages)) reported.add(day);
  assert.ok(reported.size > 0 && Math.min(...reported) <= 8, [...reported].join(' '));
  assert.ok(Math.max(...reported) <= 21, [...reported].join(' '));
});
