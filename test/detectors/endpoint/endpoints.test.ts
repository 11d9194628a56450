// The memory of endpoints: never forgets what was touched lately, stays bounded, and a restart anywhere changes no verdict.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cases as anonymousCases } from '../../../detectors/anonymous/anonymous-access/cases.ts';
import { cases as stuffingCases } from '../../../detectors/authentication/credential-stuffing/cases.ts';
import { DAY, START, seeded } from '../../../detectors/cases.ts';
import { CATALOGUE } from '../../../detectors/catalogue.ts';
import { createEndpoints } from '../../../detectors/endpoint/endpoints.ts';
import { TouchedFilter } from '../../../detectors/endpoint/touched-filter.ts';
import { UsualShare } from '../../../detectors/endpoint/usual-share.ts';
import { createEngine } from '../../../detectors/engine.ts';
import { cases as firstTouchCases } from '../../../detectors/enumeration/first-touch/cases.ts';
import { cases as lookupCases } from '../../../detectors/enumeration/identifier-lookup/cases.ts';
import { hash32 } from '../../../detectors/hash.ts';

test('what was touched is known, at most two in a hundred others are taken for it', () => {
  const filter = new TouchedFilter();
  for (let i = 0; i < 50_000; i++) filter.add(hash32(`object ${i}`), START);
  for (let i = 0; i < 50_000; i += 7) assert.ok(filter.has(hash32(`object ${i}`)));
  let wrong = 0;
  for (let i = 0; i < 10_000; i++) if (filter.has(hash32(`other ${i}`))) wrong++;
  assert.ok(wrong < 200, `${wrong} of 10,000`);
  assert.ok(filter.bytes < 50_000 * 5, `${filter.bytes} bytes`);
});

test('objects not touched for 30 days are forgotten when the filter grows', () => {
  const filter = new TouchedFilter();
  for (let i = 0; i < 5000; i++) filter.add(hash32(`old ${i}`), START);
  for (let i = 0; i < 30_000; i++) filter.add(hash32(`new ${i}`), START + 40 * DAY);
  const known = Array.from({ length: 500 }, (_, i) => filter.has(hash32(`old ${i}`))).filter(Boolean).length;
  assert.ok(known < 20, `${known} of 500 old ones`);
  assert.ok(filter.has(hash32('new 29999')));
});

test('the usual share is learned per hour, and a tainted hour teaches nothing', () => {
  const usual = new UsualShare();
  const random = seeded(3);
  for (let hour = 0; hour < 24 * 14; hour++) {
    const at = START + hour * 3_600_000;
    usual.advance(at);
    const share = hour % 24 < 12 ? 0.1 : 0.4;
    for (let i = 0; i < 100; i++) usual.count(random.next() < share);
  }
  assert.ok(Math.abs(usual.mean(START + 14 * DAY + 3 * 3_600_000) - 0.12) < 0.06);
  assert.ok(Math.abs(usual.mean(START + 14 * DAY + 15 * 3_600_000) - 0.38) < 0.06);
  usual.advance(START + 15 * DAY + 3 * 3_600_000);
  const before = usual.mean(START + 14 * DAY + 3 * 3_600_000);
  for (let i = 0; i < 500; i++) usual.count(true);
  usual.tainted = true;
  usual.advance(START + 15 * DAY + 4 * 3_600_000);
  assert.equal(usual.mean(START + 14 * DAY + 3 * 3_600_000), before);
});

test('endpoints are bounded: the one used least recently gives way', () => {
  const endpoints = createEndpoints();
  for (let i = 0; i < 5000; i++) endpoints.of('tenant', i, START + i).touched.add(i, START + i);
  assert.ok(endpoints.bytes < 2048 * 6000);
  assert.ok(endpoints.of('tenant', 4999, START + 6000).touched.has(4999));
  assert.ok(!endpoints.of('tenant', 1, START + 6001).touched.has(1));
  assert.ok(!endpoints.of('other', 4999, START + 6002).touched.has(4999), 'tenants share nothing');
});

const WATCHES = ['D12', 'D14', 'D20', 'D26'];
const detectors = CATALOGUE.filter(({ meta }) => WATCHES.includes(meta.id));

for (const [id, cases] of [
  ['D14', firstTouchCases],
  ['D12', lookupCases],
  ['D20', stuffingCases],
  ['D26', anonymousCases],
] as const)
  test(`${id}: a restart anywhere changes no finding`, () => {
    const events = cases[0]!.events();
    const run = (cut: number): unknown[] => {
      const before = createEngine({ detectors });
      const findings = events.slice(0, cut).flatMap((event) => [...before.process(event).findings]);
      const after = createEngine({ detectors });
      after.restore(before.snapshot());
      return [...findings, ...events.slice(cut).flatMap((event) => [...after.process(event).findings])];
    };
    const whole = run(events.length);
    assert.ok(whole.length > 0);
    const from = Math.floor(events.length * 0.8);
    fc.assert(
      fc.property(fc.integer({ min: from, max: events.length - 1 }), (cut) => {
        assert.deepEqual(run(cut), whole);
      }),
      { numRuns: 2 },
    );
  });
