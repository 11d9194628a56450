// The benchmark measures what it says: rules fire on their textbook examples and not below, figures follow from the truth, goals that
// are not met are marked, and a cell run twice gives the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, caller, DATA_CENTRE, START } from '../../../detectors/cases.ts';
import { ATTACKS } from '../../scenarios/attacks/index.ts';
import { HARD_NEGATIVES } from '../../scenarios/negatives/index.ts';
import { goalsOf } from './goals.ts';
import { options } from './options.ts';
import { f1 } from './pages.ts';
import { sweep } from './pictures.ts';
import { runTask } from './plan.ts';
import { reportOf } from './report.ts';
import type { AttackResult, BenignResult, CellResult, NegativeResult } from './results.ts';
import { FACTORS, makeRules } from './rules/index.ts';
import { thresholds } from './stage.ts';
import { summarise } from './summary.ts';

const rule = (id: string) => makeRules().find((one) => one.id === id)!;
const highest = (
  id: string,
  calls: { at: number; path?: string; status?: number; lineage?: string; asn?: number }[],
): number => {
  const one = rule(id);
  return Math.max(
    ...calls.map(({ at, path = '/x', status = 200, lineage = 'key', asn = 64_500 }) => {
      const event = call(at, caller(lineage, { ...DATA_CENTRE, asn }), {
        collection: '/v1/things',
        id: path,
        status,
      });
      return one.see(event).score;
    }),
  );
};
const reading = (at: number, lineage: string) =>
  call(at, caller(lineage, DATA_CENTRE), { collection: '/v1/things', id: '1' });
const every = (n: number, ms: number, more: (i: number) => object = () => ({})) =>
  Array.from({ length: n }, (_, i) => ({ at: START + i * ms, ...more(i) }));

test('each rule fires on its example and not below it', () => {
  assert.ok(highest('rate', every(100, 100)) >= 1);
  assert.ok(highest('rate', every(99, 100)) < 1);
  assert.ok(
    highest(
      'distinct',
      every(50, 100, (i) => ({ path: `${i}` })),
    ) >= 1,
  );
  assert.ok(
    highest(
      'distinct',
      every(500, 100, (i) => ({ path: `${i % 49}` })),
    ) < 1,
  );
  assert.ok(
    highest(
      'probing',
      every(12, 100, (i) => ({ path: `${i}`, status: 404 })),
    ) >= 1,
  );
  assert.ok(
    highest(
      'probing',
      every(12, 11_000, (i) => ({ path: `${i}`, status: 404 })),
    ) < 1,
  );
  assert.ok(
    highest(
      'crawling',
      every(60, 100, (i) => ({ path: `${i}` })),
    ) >= 1,
  );
  assert.ok(
    highest(
      'crawling',
      every(60, 600, (i) => ({ path: `${i}` })),
    ) < 1,
  );
  assert.ok(
    highest(
      'new-terms',
      every(3, 1000, (i) => ({ asn: i === 2 ? 64_999 : 64_500 })),
    ) >= 1,
  );
  assert.ok(highest('new-terms', every(3, 1000)) < 1);
  const hours = Array.from({ length: 40 * 20 }, (_, i) => ({
    at: START + Math.floor(i / 20) * 3_600_000 + i,
  }));
  assert.ok(highest('sigma', hours) <= 1);
  assert.ok(
    highest('sigma', [...hours, ...every(200, 10).map(({ at }) => ({ at: at + 41 * 3_600_000 }))]) >= 1,
  );
});

const attack = (o: Partial<AttackResult>): AttackResult => ({
  type: 'attack',
  scenario: 'B01',
  variant: 'reported',
  shape: 'new',
  seed: 1,
  loot: 1000,
  total: 500,
  detected: { leaked: 50, requests: 60, ms: 1000, beforeDeadline: true, detectors: ['D08'] },
  digest: null,
  incidents: 1,
  otherPages: 0,
  attribution: 1,
  stated: { records: 95, low: 90, high: 110, truth: 100 },
  calls: 600,
  rules: [{ rule: 'rate', leaked: FACTORS.map((_, i) => (i < 2 ? 100 : null)) }],
  expected: ['D08'],
  ...o,
});
const benign = (pages: number, rulePages: number[]): BenignResult => ({
  type: 'benign',
  archetype: 'commerce',
  seed: 1,
  credentials: 1000,
  days: 10,
  events: 1,
  pages,
  fleet: 0,
  digests: 0,
  byDetector: {},
  claims: [],
  rules: [{ rule: 'rate', pages: FACTORS.map((_, i) => rulePages[i] ?? 0) }],
  health: [],
  speed: { judgeMs: 2, parseMs: 1, events: 10, stateBytes: 1, bytesPerCredential: 1 },
});

const negative = (rulePages: number[]): NegativeResult => ({
  type: 'negative',
  scenario: 'H01',
  seed: 1,
  pages: 0,
  fleet: 0,
  allowedFleet: 0,
  digests: 0,
  detectors: [],
  credentials: 1000,
  days: 10,
  rules: [{ rule: 'rate', pages: FACTORS.map((_, i) => rulePages[i] ?? 0) }],
});

test('figures follow from the cells', () => {
  const s = summarise([attack({}), attack({ seed: 2, detected: null }), benign(3, [50, 1])]);
  const [line] = s.lines;
  assert.equal(line?.leaked, 275, 'a miss counts with all its records');
  assert.equal(line?.worst, 500);
  assert.deepEqual(s.recallAll, { useful: 0.5, usefulOfWhole: 0.5, detected: 0.5 });
  assert.equal(s.benign.rate, 0.3);
  assert.ok(s.benign.rateBelow > 0.7 && s.benign.rateBelow < 0.8, 'three pages may be 7.75 in truth');
  assert.deepEqual(s.stated, { cells: 2, within: 1, covered: 1 });
  assert.deepEqual(line?.best, { rule: 'rate', leaked: 100 });
  assert.equal(s.speed?.ratio, 1 / 3);
  const late = summarise([
    attack({ detected: { leaked: 51, requests: 1, ms: 1, beforeDeadline: true, detectors: [] } }),
  ]);
  assert.deepEqual(
    late.recallAll,
    { useful: 0, usefulOfWhole: 1, detected: 1 },
    'more than a tenth of what its calls take is too late, whatever the incident took in all',
  );
  const missed = summarise([
    attack({ detected: { leaked: 1, requests: 1, ms: 1, beforeDeadline: false, detectors: [] } }),
  ]);
  assert.equal(missed.recallAll.useful, 0, 'after the deadline is too late');
});

test('rules are compared at the false pages of ordinary weeks, and said apart with hard negatives', () => {
  const s = summarise([attack({}), benign(0, [50, 1]), negative([90, 9, 0])]);
  assert.deepEqual(s.rules, [
    { rule: 'rate', factor: 2, rate: 0.1, rateAtDefault: 5, strict: { factor: 4, rate: 0 } },
  ]);
  assert.deepEqual(s.lines[0]?.best, { rule: 'rate', leaked: 100 });
  assert.deepEqual(s.lines[0]?.bestStrict, { rule: 'rate', leaked: 500 }, 'never fires there');
  const everywhere = FACTORS.map(() => 50);
  const loud = summarise([attack({}), benign(0, everywhere)]);
  assert.equal(loud.lines[0]?.best, null, 'one that is never quiet is not compared');
});

test('a stated number is wrong when it is six per cent off, and its interval when the truth is outside', () => {
  const stated = { records: 106, low: 101, high: 110, truth: 100 };
  assert.deepEqual(summarise([attack({ stated })]).stated, { cells: 1, within: 0, covered: 0 });
});

test('the curve over thresholds compares the same cells', () => {
  const strict = { leaked: 90, requests: 1, ms: 1, beforeDeadline: true, detectors: [] };
  const points = sweep([
    attack({}),
    attack({ seed: 2, detected: null }),
    benign(3, []),
    attack({ threshold: 2, detected: strict }),
    { ...benign(1, []), threshold: 2 },
  ]);
  assert.deepEqual(points, [
    { factor: 1, rate: 0.3, leaked: 50 },
    { factor: 2, rate: 0.1, leaked: 90 },
  ]);
});

test('a factor on thresholds stays within what a detector allows', () => {
  assert.equal(thresholds(2).detectors.D08?.threshold, 23);
  assert.equal(thresholds(2).detectors.D04?.threshold, 13.8);
  assert.equal(thresholds(0.1).detectors.D08?.threshold, 3);
});

test('what is asked for is checked, and what is allowed is said', () => {
  assert.throws(() => options(['--scenario', 'B99']), /--scenario B99: not known; allowed are benign, B01/);
  assert.throws(() => options(['--negative', 'B01']), /allowed are H01/);
  assert.throws(() => options(['--shape', 'old']), /allowed are new, established/);
  assert.deepEqual(options(['--negative', 'H06', '--seed', '7']).scenarios, ['H06']);
  assert.deepEqual(options(['--quick']).seeds, [101]);
  assert.ok(!options(['--size', 'L']).scenarios.includes('B03'));
  assert.deepEqual(options([]).seeds.length, 10);
});

test('the p99 of a session is learned until the test begins, and an attack does not raise it', () => {
  const learned = rule('p99');
  for (let s = 0; s < 200; s++)
    for (let i = 0; i < 8; i++)
      assert.equal(learned.see(reading(START + s * 600_000 + i * 1000, `key${s}`)).score, 0);
  const fixed = learned.clone();
  const scores = Array.from({ length: 800 }, (_, i) => fixed.see(reading(START + 3e8 + i, 'thief')).score);
  assert.deepEqual([scores[6]! < 1, scores[7], scores[799]], [true, 1, 100]);
});

test('attribution weighs the innocent and the missed alike', () => {
  assert.equal(f1(new Set(['a', 'b']), new Set(['a', 'b'])), 1);
  assert.equal(f1(new Set(['a', 'x']), new Set(['a', 'b'])), 0.5);
  assert.equal(f1(new Set(), new Set(['a'])), 0);
});

test('the report names every scenario and marks what is not met', () => {
  const results: CellResult[] = [attack({ detected: null }), benign(3, [50, 1])];
  const summary = summarise(results);
  const text = reportOf({
    summary,
    facts: {
      seconds: 1,
      commit: 'abc1234',
      started: '2026-01-02T03:04:05.000Z',
      machine: '2 cores',
      threshold: 1,
      sweep: [],
      cells: 2,
      seeds: [1],
      size: 'S',
      jobs: 1,
    },
    results,
  });
  assert.ok(text.includes('commit abc1234, 2026-01-02.'), 'of the run that judged');
  for (const { id } of ATTACKS) assert.ok(text.includes(`**${id}**`), id);
  assert.match(
    text,
    /Dell as reported, new partner \| ≤ 2,000 records \| 500, worst seed 500, detected in 0 % of seeds \| \*\*not met\*\*/,
  );
  assert.ok(goalsOf(summary).some(({ met }) => met === false));
});

test('a cell run twice gives the same, and finds the attack', () => {
  const run = (): CellResult[] => {
    const out: CellResult[] = [];
    runTask(
      {
        scenarios: ['B02'],
        variants: ['reported'],
        shapes: null,
        credentials: 12,
        threshold: 1,
        archetype: 'telecom',
        seed: 3,
      },
      (r) => out.push(r),
    );
    return out;
  };
  const [first] = run();
  assert.ok(first?.type === 'attack' && first.detected !== null && first.detected.detectors.includes('D26'));
  assert.deepEqual(run(), [first]);
});

test('there are 24 attacks and 22 hard negatives', () => {
  assert.deepEqual(
    ATTACKS.map(({ id }) => id),
    Array.from({ length: 24 }, (_, i) => `B${String(i + 1).padStart(2, '0')}`),
  );
  assert.deepEqual(
    HARD_NEGATIVES.map(({ id }) => id),
    Array.from({ length: 22 }, (_, i) => `H${String(i + 1).padStart(2, '0')}`),
  );
});
