import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { oddsInWords } from '../../../detectors/scoring/odds.ts';
import { combineLogE, compareSeverity, severityOf, weightOf } from '../../../detectors/scoring/severity.ts';
import { FAMILIES } from '../../../schemas/finding.ts';

const DETECTORS = Array.from({ length: 33 }, (_, i) => `D${String(i + 1).padStart(2, '0')}`);

test('the weights of all detectors sum to 1, so the average of e-values is one', () => {
  const sum = DETECTORS.reduce((total, id) => total + weightOf(id), 0);
  assert.ok(Math.abs(sum - 1) < 1e-12);
});

test('the combination is the weighted average, also where e itself would overflow', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.constantFrom(...DETECTORS), fc.double({ min: -5, max: 50, noNaN: true })), {
        minLength: 1,
        selector: ([id]) => id,
      }),
      (logE) => {
        const direct = Math.log(logE.reduce((sum, [id, value]) => sum + weightOf(id) * Math.exp(value), 0));
        assert.ok(Math.abs(combineLogE(logE) - direct) < 1e-9);
      },
    ),
  );
  assert.ok(Math.abs(combineLogE([['D08', 5000]]) - (5000 + Math.log(0.1))) < 1e-9);
});

test('severity is monotone in evidence, records and bytes', () => {
  const input = fc.record({
    logE: fc.double({ min: 0, max: 40, noNaN: true }),
    family: fc.constantFrom(...FAMILIES),
    records: fc.nat({ max: 1e8 }),
    bytes: fc.nat({ max: 1e9 }),
  });
  fc.assert(
    fc.property(input, fc.constantFrom('logE', 'records', 'bytes'), fc.nat({ max: 1e6 }), (o, key, more) => {
      const higher = severityOf({ ...o, [key]: o[key as 'logE'] + more });
      assert.ok(compareSeverity(higher, severityOf(o)) >= 0);
    }),
  );
});

test('documented examples', () => {
  const page = (detector: string) => combineLogE([[detector, 11.5]]);
  const settled = 100;
  const cases: [Parameters<typeof severityOf>[0], string][] = [
    [{ logE: page('D02'), family: 'replay', records: 0, bytes: 0 }, 'high'],
    [{ logE: settled, family: 'replay', records: 70, bytes: 0 }, 'critical'],
    [{ logE: page('D08'), family: 'enumeration', records: 300, bytes: 0 }, 'high'],
    [{ logE: settled, family: 'enumeration', records: 1600, bytes: 0 }, 'critical'],
    [{ logE: settled, family: 'enumeration', records: 1200, bytes: 0 }, 'high'],
    [{ logE: page('D24'), family: 'volume', records: 0, bytes: 50e6 }, 'medium'],
    [{ logE: 0, family: 'volume', records: 0, bytes: 0 }, 'info'],
  ];
  for (const [input, expected] of cases) assert.equal(severityOf(input), expected, JSON.stringify(input));
});

test('odds are a lower bound in words, capped at 1,000 years', () => {
  const of = "of this credential's traffic";
  const cases: [number, number, string][] = [
    [Math.log(400 * 365.25 * 27.4), 400, `expected at most once in 27 years ${of}`],
    [Math.log(400 * 100), 400, `expected at most once in 3 months ${of}`],
    [Math.log(400 * 10.5), 400, `expected at most once in 10 days ${of}`],
    [Math.log(400), 400, `expected about once a day ${of}`],
    [5000, 1e6, `expected less than once in 1,000 years ${of}`],
    [Math.log(365.25 * 999), 0, `expected at most once in 999 years ${of}`],
  ];
  for (const [logE, perDay, words] of cases) assert.equal(oddsInWords(logE + 1e-9, perDay), words);
});
