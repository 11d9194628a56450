// E-values that are e-values pass the health check, ones that are not fail it; e-BH keeps its promise.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../../detectors/cases.ts';
import { createCalibration } from '../../../detectors/scoring/calibration.ts';
import { discoveries } from '../../../detectors/scoring/digest.ts';

const DAY = 86_400_000;

/** `inflate` 1: exact e-values 1/(2√p); more: larger than they may be. */
function run(inflate: number, days = 28, credentials = 200) {
  const random = seeded(5);
  const calibration = createCalibration(['D01', 'D02']);
  for (let day = 0; day < days; day++)
    for (let credential = 0; credential < credentials; credential++) {
      const at = day * DAY + credential * 1000;
      calibration.active(at);
      calibration.note(0, () => credential, Math.log((0.5 * inflate) / Math.sqrt(random.next())), at);
    }
  return calibration;
}

test('true e-values are healthy, inflated ones are not, and little data says nothing', () => {
  const [first, second] = run(1).health();
  assert.deepEqual([first?.calibrated, first?.credentialDays], [true, 5600]);
  assert.deepEqual(second?.reached, [0, 0, 0]);
  assert.equal(run(20).health()[0]?.calibrated, false);
  assert.equal(run(20, 1, 100).health()[0]?.calibrated, null);
});

test('a credential counts once a day, what is old is forgotten, and the counts survive a restart', () => {
  const calibration = createCalibration(['D01']);
  for (let i = 0; i < 50; i++) calibration.note(0, () => 7, 5, i);
  assert.deepEqual(calibration.health()[0]?.reached, [1, 1, 0]);
  calibration.note(0, () => 7, 8, 60);
  assert.deepEqual(calibration.health()[0]?.reached, [1, 1, 1]);
  const restored = createCalibration(['D01']);
  restored.load(JSON.parse(JSON.stringify(calibration.save())));
  assert.deepEqual(restored.health(), calibration.health());
  calibration.active(40 * DAY);
  assert.deepEqual(calibration.health()[0]?.reached, [0, 0, 0]);
});

test('e-BH: at most a tenth of what it picks is nothing, whatever happens to be true', () => {
  const random = seeded(9);
  let wrong = 0;
  let picked = 0;
  for (let round = 0; round < 300; round++) {
    const candidates = Array.from({ length: 1000 }, (_, i) => {
      const real = i < 20;
      return { logE: real ? 14 : Math.log(0.5 / Math.sqrt(random.next())), item: real };
    });
    const found = discoveries(candidates, candidates.length);
    picked += found.length;
    wrong += found.filter(({ item }) => !item).length;
  }
  assert.ok(picked >= 300 * 20, `${picked} picked`);
  assert.ok(wrong / picked <= 0.1, `${wrong} of ${picked} are nothing`);
});
