// The benchmark measures what it says: rules fire on their textbook examples and not below, figures follow from the truth, goals that
// are not met are marked, and a cell run twice gives the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, caller, DATA_CENTRE, START } from '../../../detectors/cases.ts';
import { ATTACKS } from '../../scenarios/attacks/index.ts';
import { HARD_NEGATIVES } from '../../scenarios/negatives/index.ts';
import { goalsOf } from './goals.ts';
import { f1 } from './pages.ts';
import { runTask } from './plan.ts';
import { reportOf } from './report.ts';
import type { AttackResult, BenignResult, CellResult } from './results.ts';
import { FACTORS, makeRules } from './rules/index.ts';
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

test('figures follow from the cells', () => {
  const s = summarise([attack({}), attack({ seed: 2, detected: null }), benign(3, [50, 1])]);
  const [line] = s.lines;
  assert.equal(line?.leaked, 275, 'a miss counts with all its records');
  assert.deepEqual([line?.detected, line?.useful, s.recallAll], [0.5, 0.5, 0.5]);
  assert.equal(s.benign.rate, 0.3);
  assert.deepEqual(s.rules, [{ rule: 'rate', factor: 2, rate: 0.1, rateAtDefault: 5 }]);
  assert.deepEqual(line?.best, { rule: 'rate', leaked: 100 });
  assert.equal(s.speed?.ratio, 1 / 3);
  const late = summarise([
    attack({ detected: { leaked: 101, requests: 1, ms: 1, beforeDeadline: true, detectors: [] } }),
  ]);
  assert.equal(late.recallAll, 0, 'more than a tenth of the loot is too late');
  const missed = summarise([
    attack({ detected: { leaked: 1, requests: 1, ms: 1, beforeDeadline: false, detectors: [] } }),
  ]);
  assert.equal(missed.recallAll, 0, 'after the deadline is too late');
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
    facts: { seconds: 1, commit: null, cells: 2, seeds: [1], size: 'S', jobs: 1 },
    results,
  });
  for (const { id } of ATTACKS) assert.ok(text.includes(`**${id}**`), id);
  assert.match(
    text,
    /Dell as reported, new partner \| ≤ 2,000 records \| 500, detected in 0 % of seeds \| \*\*not met\*\*/,
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
