// One attack with many credentials is one incident: what folds into it, what does not, and what chance explains.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { togetherEvidence } from '../../../detectors/scoring/campaign-test.ts';
import { DAY, HOUR, pastOf, START, tell } from './story.ts';

const MINUTE = 60_000;
const past = pastOf({ peers: 170 });

test('the fourth credential that pages within an hour makes one incident; those of the first three become part of it', () => {
  const story = tell({}, past);
  for (let i = 0; i < 8; i++)
    story.call({ at: START + i * MINUTE, lineage: `key-${i}`, objects: [`a${i}`, `b${i}`] }, [
      { detector: 'D08', records: 2, logE: 20 },
    ]);
  const told = [...story.latest(), ...story.incidents.finish()];
  const campaign = told.findLast((one) => one.lineage === 'campaign:collection');
  assert.equal(campaign?.status, 'updated');
  assert.equal(campaign?.attributed.length, 8);
  assert.equal(campaign?.exposed.records, 16);
  const others = story.latest().filter((one) => one.lineage !== 'campaign:collection');
  assert.deepEqual(
    others.map((one) => [one.lineage, one.status, one.part_of]),
    [0, 1, 2].map((i) => [`key-${i}`, 'closed', campaign?.id]),
  );
  assert.deepEqual(
    [...story.incidents.all()].filter((one) => one.status !== 'closed').map((one) => one.id),
    [campaign?.id],
  );
});

test('later calls of its credentials count; it closes a day after the last of them, whole', () => {
  const story = tell({}, past);
  for (let i = 0; i < 5; i++)
    story.call({ at: START + i * MINUTE, lineage: `key-${i}`, objects: [`a${i}`] }, [
      { detector: 'D08', records: 1, logE: 20 },
    ]);
  for (let i = 0; i < 200; i++)
    story.call({ at: START + HOUR + i * 1000, lineage: `key-${i % 5}`, objects: [`c${i}`] });
  story.until(START + 3 * DAY);
  const campaign = story.latest().find((one) => one.lineage === 'campaign:collection');
  assert.equal(campaign?.status, 'closed');
  assert.equal(campaign?.exposed.records, 205);
  assert.equal(story.incidents.statistics().open, 0);
});

test('pages hours apart, of other tactics, or of other tenants stay by themselves', () => {
  const story = tell({}, past);
  for (let i = 0; i < 6; i++) {
    story.call({ at: START + i * HOUR, lineage: `slow-${i}`, objects: [`a${i}`] }, [{ detector: 'D08' }]);
    story.call({ at: START + i * HOUR + 1, tenant: `t${i}`, lineage: 'one', objects: ['x'] }, [
      { detector: 'D08' },
    ]);
  }
  assert.deepEqual(
    story.latest().filter((one) => one.attributed.length > 0),
    [],
  );
});

test('suspected at networks of their own, each too little to page: together they do', () => {
  const story = tell({}, past);
  for (let i = 0; i < 12; i++)
    story.call({ at: START + i * 20 * MINUTE, lineage: `key-${i}`, cluster: i, objects: [`a${i}`] }, [
      { detector: 'D01', pages: false, logE: 8, novelty: 100 + i, records: 1 },
    ]);
  const [campaign] = [...story.incidents.all()];
  assert.equal(campaign?.lineage, 'campaign:credential-misuse');
  assert.equal(campaign?.notify, 'page');
  assert.equal(campaign?.attributed.length, 12);
  assert.equal(campaign?.exposed.records, 12);
});

test('suspected at the same network, or as weakly as happens: nothing', () => {
  for (const [logE, value] of [
    [8, () => 100],
    [4, (i: number) => 100 + i],
  ] as const) {
    const story = tell({}, past);
    for (let i = 0; i < 5; i++)
      story.call({ at: START + i * MINUTE, lineage: `key-${i}`, cluster: i, objects: [`a${i}`] }, [
        { detector: 'D01', pages: false, logE, novelty: value(i), records: 1 },
      ]);
    assert.deepEqual(story.emitted, []);
  }
});

test('a campaign that runs takes in who is suspected as strongly, and nobody else', () => {
  const story = tell({}, past);
  const call = (i: number, logE: number): void =>
    story.call({ at: START + i * 5 * MINUTE, lineage: `key-${i}`, cluster: i, objects: [`a${i}`] }, [
      { detector: 'D01', pages: false, logE, novelty: 100 + i, records: 1 },
    ]);
  for (let i = 0; i < 8; i++) call(i, 8);
  for (let i = 8; i < 12; i++) call(i, 4);
  call(12, 7.5);
  const [campaign] = [...story.incidents.all()];
  assert.equal(campaign?.attributed.length, 9);
  assert.ok(!campaign?.attributed.some(({ lineage }) => ['key-8', 'key-11'].includes(lineage)));
});

test('the evidence grows with each suspected one and with how strongly, and falls with the number of credentials', () => {
  const suspected = fc.array(
    fc.record({ logE: fc.double({ min: 3, max: 30, noNaN: true }), value: fc.integer({ min: 0, max: 1e9 }) }),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(suspected, fc.integer({ min: 30, max: 100_000 }), (list, credentials) => {
      const before = togetherEvidence(list, credentials);
      assert.ok(before >= 0 && Number.isFinite(before));
      assert.ok(togetherEvidence(list, credentials * 2) <= before + 1e-9);
      const stronger = list.map((one) => ({ ...one, logE: one.logE + 1 }));
      assert.ok(togetherEvidence(stronger, credentials) >= before - Math.log(list.length) - 1e-9);
    }),
  );
});

test('were the e-values honest, a day without attack would hardly ever be taken for one', () => {
  // Each of 170 credentials reaches e with probability 1/e, as the worst honest e-value does.
  let alarms = 0;
  let state = 12345;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 4_294_967_297;
  };
  for (let day = 0; day < 20_000; day++) {
    const list = Array.from({ length: 170 }, (_, i) => ({ logE: -Math.log(uniform()), value: i }));
    if (togetherEvidence(list, 170) >= 13.8) alarms++;
  }
  assert.equal(alarms, 0);
});
