// Scheduled jobs: a run that lasts is not overlapped, a failing one is followed by the next, closing waits for the last.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { startSchedule } from '../../services/hunt/schedule.ts';
import { until } from '../until.ts';

const EVERY_SECOND = '* * * * * *';

test('a job never overlaps itself, runs again after a failure, and is finished when closing returns', async () => {
  let failures = 0;
  let atOnce = 0;
  let most = 0;
  let beats = 0;
  let ended = 0;
  let release = () => {};
  const schedule = startSchedule({
    logger: pino({ level: 'silent' }),
    jobs: [
      {
        name: 'fails',
        every: EVERY_SECOND,
        run: async () => {
          failures += 1;
          throw new Error('on purpose');
        },
      },
      {
        name: 'lasts',
        every: EVERY_SECOND,
        run: async () => {
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          atOnce -= 1;
          ended += 1;
        },
      },
      {
        name: 'beats',
        every: EVERY_SECOND,
        run: async () => {
          beats += 1;
        },
      },
    ],
  });
  await until('runs after a failure', () => failures >= 2 && beats >= 2 && atOnce === 1, Boolean);
  assert.equal(most, 1);
  let closed = false;
  const closing = schedule.close().then(() => {
    closed = true;
  });
  const before = { beats, failures };
  await delay(0);
  assert.equal(closed, false, 'closing waits for the job that runs');
  release();
  await closing;
  assert.deepEqual({ beats, failures, ended }, { ...before, ended: 1 });
});
