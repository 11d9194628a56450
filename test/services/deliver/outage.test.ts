// A receiver that is away for a day: nothing is lost, order is kept, and it is not overrun when it is back. Time is set, not waited for.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import pino from 'pino';
import { webhook } from '../../../schemas/config.ts';
import type { Incident } from '../../../schemas/incident.ts';
import { createDeliverer, type Deliverer } from '../../../services/deliver/deliver.ts';
import { createPace, PROBE_MS } from '../../../services/deliver/pace.ts';
import { MAX_ATTEMPTS, RETRY_BASES, waitAfter } from '../../../services/deliver/schedule.ts';
import { arbitraryIncident } from '../../arbitrary/incident.ts';
import { seeded } from '../../scenarios/random.ts';
import { openTestStore, type TestStore } from '../store/fixtures.ts';
import { answer, openReceiver, type Receiver } from './receiver.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const [BASE] = fc.sample(arbitraryIncident, { seed: 11, numRuns: 1 }) as [Incident];

let t: TestStore;
let siem: Receiver;
let clock = 0;
before(async () => {
  t = await openTestStore();
});
after(() => t.close());
beforeEach(async () => {
  siem = await openReceiver();
  clock = Date.now();
});
afterEach(() => siem.close());

let opened = 0;
function incident(): Incident {
  return { ...BASE, id: (++opened).toString(16).padStart(32, '0'), status: 'open', severity: 'high' };
}

let names = 0;
function deliverer(name = `siem-${++names}`): Deliverer {
  const random = seeded(3);
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  return createDeliverer({
    outbox: t.store.outbox,
    webhooks: [webhook.parse({ name, url: siem.url, secret, allowPrivate: true, format: 'native' })],
    logger: pino({ level: 'silent' }),
    now: () => clock,
    random: random.next,
  });
}

const pending = async () =>
  (await t.store.outbox.list({ status: 'pending', destination: `siem-${names}` })).length;

/** What a receiver counts: requests under way at once, at most, since it was asked last. */
function countAtOnce(status: number): () => number {
  let now = 0;
  let most = 0;
  siem.answers = [
    (response: ServerResponse) => {
      most = Math.max(most, ++now);
      // Answered in a later turn of the loop, so that what is sent at once is there at once.
      setImmediate(() => {
        now--;
        answer(status)(response);
      });
    },
  ];
  return () => most;
}

test('away for a day: the outbox keeps everything, asks gently, and is empty minutes after the end, in order', async () => {
  const d = deliverer();
  const atOnceAway = countAtOnce(503);
  const end = clock + 24 * HOUR;
  const incidents: Incident[] = [];
  for (; clock < end; clock += 15 * MINUTE) {
    // One an hour opens, and is updated and closed while its opening waits.
    if (incidents.length <= (24 * HOUR - (end - clock)) / HOUR) {
      const one = incident();
      incidents.push(one);
      await d.enqueue([
        one,
        { ...one, status: 'updated', severity: 'critical' },
        { ...one, status: 'closed' },
      ]);
    }
    await d.drain();
  }
  assert.equal(incidents.length, 24);
  assert.equal(await pending(), 72);
  assert.equal(d.statistics().dead, 0);
  assert.ok(atOnceAway() <= 8);
  const asked = siem.received.length;
  assert.ok(asked < 24 * 12 + 96, `${asked} requests in a day`);

  siem.received.length = 0;
  const atOnce = countAtOnce(200);
  clock += PROBE_MS;
  await d.drain();
  assert.equal(await pending(), 0, 'all delivered once it is back');
  assert.equal(siem.received.length, 72);
  assert.ok(atOnce() <= 8, `${atOnce()} at once`);
  const told = new Map<string, string[]>();
  for (const { body } of siem.received) {
    const { type, data } = JSON.parse(body);
    told.set(data.id, [...(told.get(data.id) ?? []), type]);
  }
  for (const types of told.values())
    assert.deepEqual(types, ['incident.opened', 'incident.updated', 'incident.closed']);
});

test('a sender that starts while it is away finds out soon after it is back', async () => {
  siem.answers = [answer(500)];
  const first = deliverer();
  await first.enqueue([incident(), incident()]);
  for (let i = 0; i < 7; i++, clock += 6 * HOUR) await first.drain();
  siem.answers = [answer(200)];
  const second = deliverer(`siem-${names}`);
  await second.drain();
  assert.equal(await pending(), 0);
});

test('a probe that fails costs no attempt, and comes no more often than every five minutes', async () => {
  siem.answers = [answer(500)];
  const d = deliverer();
  const one = incident();
  await d.enqueue([one]);
  const row = async () => (await t.store.outbox.list({ destination: `siem-${names}` }))[0]!;
  while ((await row()).attempts < 6) {
    await d.drain();
    clock = (await row()).next_attempt_at;
  }
  clock -= HOUR;
  const { attempts, next_attempt_at } = await row();
  const before = siem.received.length;
  for (let minute = 0; minute < 30; minute++, clock += MINUTE) await d.drain();
  assert.equal(siem.received.length - before, 6);
  assert.deepEqual([(await row()).attempts, (await row()).next_attempt_at], [attempts, next_attempt_at]);
});

test('after failures it is approached by one, then two, four, eight at once', () => {
  const pace = createPace();
  const limit = () => pace.ask(clock)!.limit;
  assert.equal(limit(), 8);
  for (let i = 0; i < 8; i++) pace.failed({ now: clock, retryAfterMs: 0 });
  const limits: number[] = [];
  for (let batch = 0; batch < 5; batch++) {
    const n = limit();
    limits.push(n);
    for (let i = 0; i < n; i++) pace.delivered({ now: clock, failedBefore: 0 });
  }
  assert.deepEqual(limits, [1, 2, 4, 8, 8]);
});

test('Retry-After holds back everything for ten minutes at most, also when the clock is set back', () => {
  const pace = createPace();
  pace.failed({ now: clock, retryAfterMs: 24 * HOUR });
  assert.equal(pace.ask(clock + 9 * MINUTE), null);
  assert.notEqual(pace.ask(clock + 10 * MINUTE), null);
  assert.equal(pace.probe(clock + HOUR), false, 'it asked not to be tried');
  assert.notEqual(pace.ask(clock - HOUR), null);
});

test('one delivery that always fails among others that do not is left to its waits', () => {
  const pace = createPace();
  pace.delivered({ now: clock, failedBefore: 0 });
  const { triedBefore } = pace.ask(clock)!;
  for (let i = 0; i < 20; i++) {
    pace.failed({ now: ++clock, retryAfterMs: 0 });
    pace.delivered({ now: ++clock, failedBefore: 0 });
  }
  assert.equal(pace.ask(clock)!.triedBefore, triedBefore);
});

test('whatever the chance, a delivery outlives a day', () => {
  const shortest = RETRY_BASES.map(
    (_, i) => waitAfter({ attempts: i + 1, retryAfter: null, now: 0, random: 0 })!,
  );
  assert.ok(shortest.reduce((sum, wait) => sum + wait, 0) > 24 * HOUR);
  assert.equal(waitAfter({ attempts: MAX_ATTEMPTS, retryAfter: null, now: 0, random: 0 }), null);
});
