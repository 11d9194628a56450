// Tuning: every problem named at once, overrides scoped and expiring, the version from the content.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type Detector, defineDetector } from '../../detectors/detector.ts';
import { compileTuning, TuningError } from '../../detectors/tuning.ts';
import { type Tuning, tuning } from '../../schemas/tuning.ts';
import { meta } from './engine/made-up-detectors.ts';
import { call, DAY, START } from './engine/traffic.ts';

const detector = (id: string): Detector =>
  defineDetector({
    meta: meta(id),
    params: z.object({
      floor: z.number().min(1).max(1000).default(300).meta({ unit: 'records', effect: 'higher: later' }),
      share: z.number().min(0).max(1).default(0.5).meta({ unit: 'share', effect: 'higher: later' }),
    }),
    light: {},
    heavy: {},
    group: {},
    route: {},
    detect: () => null,
  }) as unknown as Detector;
const DETECTORS = [detector('D08'), detector('D24')];
const read = (given: z.input<typeof tuning>): Tuning => tuning.parse(given);
const compile = (given: z.input<typeof tuning>) => compileTuning(read(given), DETECTORS);
const event = call({ at: START });

test('defaults come from the detector; given values replace them; enabled turns a detector off', () => {
  const compiled = compile({ detectors: { D08: { floor: 10 }, D24: { enabled: false } } });
  assert.deepEqual(compiled.resolve(event, 'D08'), { enabled: true, floor: 10, share: 0.5 });
  assert.equal(compiled.resolve(event, 'D24'), null);
  assert.equal(compiled.resolve(event, 'D99'), null);
  assert.equal(compiled.resolveAll(event), compiled.resolveAll(event), 'no work per event');
});

test('all problems are named at once, with path, value, what is allowed and a guess', () => {
  const wrong = read({
    detectors: { D08: { flor: 10, share: 7 }, D80: { floor: 1 }, D24: { enabled: 3, floor: true } },
    overrides: [
      { scope: {}, detectors: { D24: { floor: 0 } }, reason: 'r' },
      { scope: { tenant: 'a' }, detectors: { D25: {} }, reason: 'r' },
    ],
  });
  assert.throws(
    () => compileTuning(wrong, DETECTORS),
    (error: unknown) => {
      assert.ok(error instanceof TuningError);
      const expected = [
        /^detectors\.D08\.flor = 10: no such parameter; did you mean floor\?/,
        /^detectors\.D08\.share = 7: .*<=1/,
        /^detectors\.D80: no such detector; .*allowed: D08, D24/,
        /^detectors\.D24\.enabled = 3: must be true or false/,
        /^detectors\.D24\.floor = true: .*number/,
        /^overrides\[0\]\.scope is empty/,
        /^overrides\[0\]\.detectors\.D24\.floor = 0: .*>=1/,
        /^overrides\[1\]\.detectors\.D25: no such detector; did you mean D24\?/,
      ];
      for (const pattern of expected)
        assert.ok(
          error.problems.some((problem) => pattern.test(problem)),
          `${pattern} in\n${error.message}`,
        );
      assert.equal(error.problems.length, expected.length);
      return true;
    },
  );
});

test('overrides match all given keys, * the rest; later ones win', () => {
  const compiled = compile({
    overrides: [
      { scope: { tenant: 'acme' }, detectors: { D08: { floor: 1, share: 0.1 } }, reason: 'r' },
      { scope: { tenant: 'acme', route: '/v1/*' }, detectors: { D08: { floor: 2 } }, reason: 'r' },
      { scope: { credential: 'key:b*' }, detectors: { D08: { enabled: false } }, reason: 'r' },
      { scope: { client: 'app' }, detectors: { D08: { floor: 9 } }, reason: 'r' },
    ],
  });
  const of = (o: Partial<Parameters<typeof call>[0]>) => compiled.resolve(call({ at: START, ...o }), 'D08');
  assert.deepEqual(of({ tenant: 'other' }), { enabled: true, floor: 300, share: 0.5 });
  assert.deepEqual(of({ route: '/v2/x' }), { enabled: true, floor: 1, share: 0.1 });
  assert.deepEqual(of({}), { enabled: true, floor: 2, share: 0.1 });
  assert.deepEqual(of({ client: 'app' }), { enabled: true, floor: 9, share: 0.1 });
  assert.equal(of({ lineage: 'key:beta' }), null);
  assert.deepEqual(compiled.resolve(call({ at: START, lineage: 'key:beta' }), 'D24')?.floor, 300);
});

test('an override ends with its expiry, in event time', () => {
  const expires = new Date(START + DAY).toISOString();
  const compiled = compile({
    overrides: [{ scope: { tenant: 'acme' }, detectors: { D08: { floor: 1 } }, reason: 'r', expires }],
  });
  const floor = (at: number) => compiled.resolve(call({ at }), 'D08')?.floor;
  assert.deepEqual([floor(START), floor(START + DAY), floor(START + DAY + 1), floor(START)], [1, 1, 300, 1]);
});

test('the version is the given one, else a digest of the content whatever its order', () => {
  assert.equal(compile({ version: 'v7' }).version, 'v7');
  const one = compile({ detectors: { D08: { floor: 1, share: 0 }, D24: { floor: 2 } } }).version;
  const same = compile({ detectors: { D24: { floor: 2 }, D08: { share: 0, floor: 1 } } }).version;
  assert.match(one, /^[0-9a-f]{8}$/);
  assert.equal(same, one);
  assert.notEqual(compile({ detectors: { D08: { floor: 2 } } }).version, one);
});
