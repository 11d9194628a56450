// Webhook delivery over a real store and real HTTP servers.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import { type WebhookConfig, webhook as webhookSchema } from '../../../schemas/config.ts';
import type { Delivery } from '../../../schemas/delivery.ts';
import type { Incident } from '../../../schemas/incident.ts';
import { nativePayload } from '../../../schemas/siem/native.ts';
import { ocsfDetectionFinding } from '../../../schemas/siem/ocsf-schema.ts';
import { createDeliverer, type Deliverer } from '../../../services/deliver/deliver.ts';
import { MAX_ATTEMPTS, RETRY_BASES } from '../../../services/deliver/schedule.ts';
import { arbitraryIncident } from '../../arbitrary/incident.ts';
import { openTestStore, type TestStore } from '../store/fixtures.ts';
import { answer, openReceiver, type Receiver } from './receiver.ts';

const MINUTE = 60_000;
/** A wait with the random number that deliverer() uses. */
const longest = (base: number) => Math.floor((base * 1.999) / 2);
const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

let t: TestStore;
let siem: Receiver;
let clock = Date.now();
let secret = newSecret();
let log: string[] = [];

before(async () => {
  t = await openTestStore();
});
after(() => t.close());
beforeEach(async () => {
  siem = await openReceiver();
  clock = Date.now();
  secret = newSecret();
  log = [];
  const left = await t.store.outbox.list({ status: 'pending' });
  for (const row of left)
    await t.store.outbox.record({ ...row, status: 'dead', updated_at: row.updated_at + 1 });
});
afterEach(() => siem.close());

let counter = 0;
function incident(o: Partial<Incident> = {}): Incident {
  const [base] = fc.sample(arbitraryIncident, { seed: 11, numRuns: 1 }) as [Incident];
  const id = (++counter).toString(16).padStart(32, '0');
  return { ...base, id, status: 'open', severity: 'high', ...o };
}

function deliverer(o: Partial<WebhookConfig> = {}, more: WebhookConfig[] = []): Deliverer {
  const config = webhookSchema.parse({
    name: 'siem',
    url: `${siem.url}/hook`,
    secret,
    allowPrivate: true,
    ...o,
  });
  return createDeliverer({
    outbox: t.store.outbox,
    webhooks: [config, ...more],
    logger: pino({ level: 'debug' }, { write: (line) => log.push(line) }),
    now: () => clock,
    random: () => 0.999,
  });
}

const rowsOf = async (id: string): Promise<Delivery[]> =>
  (await t.store.outbox.list()).filter((row) => row.incident_id === id);
const rowOf = async (id: string): Promise<Delivery> => {
  const rows = await rowsOf(id);
  assert.equal(rows.length, 1);
  return rows[0] as Delivery;
};

test('sends OCSF, signed so that the standardwebhooks package verifies it', async () => {
  const d = deliverer();
  const opened = incident();
  await d.enqueue([opened]);
  await d.drain();
  const [got] = siem.received;
  assert.ok(got);
  const payload = new Webhook(secret).verify(got.body, got.headers as Record<string, string>);
  const finding = ocsfDetectionFinding.parse(payload);
  assert.equal(finding.finding_info.uid, opened.id);
  assert.equal(finding.type_uid, 200401);
  assert.match(got.headers['user-agent'] ?? '', /^keytrail\/\d/);
  assert.equal(got.headers['content-type'], 'application/json');
  assert.equal(got.headers['webhook-id'], (await rowOf(opened.id)).id);
  assert.equal((await rowOf(opened.id)).status, 'delivered');
  assert.throws(() => new Webhook(newSecret()).verify(got.body, got.headers as Record<string, string>));
});

test('native payloads carry the incident; two secrets sign during rotation', async () => {
  const previousSecret = newSecret();
  const d = deliverer({ format: 'native', previousSecret });
  const opened = incident();
  await d.enqueue([opened]);
  await d.drain();
  const got = siem.received[0];
  assert.ok(got);
  assert.equal(String(got.headers['webhook-signature']).split(' ').length, 2);
  for (const key of [secret, previousSecret]) {
    const payload = new Webhook(key).verify(got.body, got.headers as Record<string, string>);
    assert.deepEqual(nativePayload.parse(payload).data, opened);
  }
});

test('a failure is retried later with the same id and body', async () => {
  siem.answers = [answer(500), answer(200)];
  const d = deliverer();
  const opened = incident();
  await d.enqueue([opened]);
  await d.drain();
  const failed = await rowOf(opened.id);
  assert.deepEqual([failed.status, failed.attempts, failed.last_error], ['pending', 1, 'HTTP 500']);
  assert.equal(failed.next_attempt_at, clock + longest(RETRY_BASES[0]));
  await d.drain();
  assert.equal(siem.received.length, 1, 'nothing is sent before its time');
  clock = failed.next_attempt_at;
  await d.drain();
  assert.equal((await rowOf(opened.id)).status, 'delivered');
  const [first, second] = siem.received;
  assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
  assert.equal(first?.body, second?.body);
});

test('it is dead after the last attempt; the waits follow the schedule', async () => {
  siem.answers = [answer(503)];
  const d = deliverer();
  const opened = incident();
  await d.enqueue([opened]);
  const waits: number[] = [];
  for (let n = 0; n < MAX_ATTEMPTS; n++) {
    await d.drain();
    const row = await rowOf(opened.id);
    if (row.status === 'pending') waits.push(row.next_attempt_at - clock);
    clock = row.next_attempt_at;
  }
  assert.deepEqual(waits, RETRY_BASES.map(longest));
  const row = await rowOf(opened.id);
  assert.deepEqual([row.status, row.attempts], ['dead', MAX_ATTEMPTS]);
  assert.deepEqual(d.statistics(), { delivered: 0, failed: MAX_ATTEMPTS, dead: 1 });
});

test('410 ends at once; redeliver sends it again under the same id', async () => {
  siem.answers = [answer(410), answer(204)];
  const d = deliverer();
  const opened = incident();
  await d.enqueue([opened]);
  await d.drain();
  const dead = await rowOf(opened.id);
  assert.deepEqual([dead.status, dead.attempts], ['dead', 1]);
  await d.redeliver(dead.id);
  clock += 10;
  await d.drain();
  const again = await rowOf(opened.id);
  assert.deepEqual([again.id, again.status], [dead.id, 'delivered']);
  await d.redeliver(dead.id);
  clock += 10;
  await d.drain();
  assert.equal(new Set(siem.received.map((r) => r.headers['webhook-id'])).size, 1);
  assert.equal(siem.received.length, 3);
  await assert.rejects(d.redeliver('0'.repeat(32)), /no delivery 0{32}/);
});

test('Retry-After is honoured in seconds and as a date, up to a day', async () => {
  const values = ['120', new Date(clock + 10 * MINUTE).toUTCString(), '9999999', 'soon'];
  const expected = [2 * MINUTE, 9 * MINUTE, 24 * 60 * MINUTE, 0];
  for (const [i, value] of values.entries()) {
    siem.answers = [answer(429, { 'retry-after': value })];
    const d = deliverer();
    const opened = incident();
    await d.enqueue([opened]);
    await d.drain();
    const row = await rowOf(opened.id);
    assert.ok(row.next_attempt_at - clock >= (expected[i] as number), value);
    assert.ok(row.next_attempt_at - clock <= 24 * 60 * MINUTE, value);
  }
});

test('an update waits until its opening was delivered or died', async () => {
  siem.answers = [answer(500), answer(200)];
  const d = deliverer({ format: 'native' });
  const opened = incident();
  const updated = { ...opened, status: 'updated' as const, severity: 'critical' as const };
  const closed = { ...updated, status: 'closed' as const };
  await d.enqueue([opened, updated, closed]);
  await d.drain();
  assert.equal(siem.received.length, 1);
  clock += MINUTE;
  await d.drain();
  const types = siem.received.map((r) => JSON.parse(r.body).type);
  assert.deepEqual(types, ['incident.opened', 'incident.opened', 'incident.updated', 'incident.closed']);
});

test('a dead opening does not hold back what follows', async () => {
  siem.answers = [answer(410), answer(200)];
  const d = deliverer({ format: 'native' });
  const opened = incident();
  await d.enqueue([opened, { ...opened, status: 'closed' }]);
  await d.drain();
  assert.equal(JSON.parse(siem.received[1]?.body ?? '{}').type, 'incident.closed');
});

test('enqueuing the same change twice sends it once; severity below the minimum is not sent', async () => {
  const d = deliverer({ minSeverity: 'high' });
  const opened = incident();
  const minor = incident({ severity: 'medium' });
  await d.enqueue([opened, minor]);
  await d.enqueue([opened]);
  await d.drain();
  await d.enqueue([opened]);
  await d.drain();
  assert.equal(siem.received.length, 1);
  assert.deepEqual(await rowsOf(minor.id), []);
});

test('a destination that does not answer times out and holds up no other', async () => {
  const other = await openReceiver();
  siem.answers = [() => undefined];
  const second = webhookSchema.parse({ name: 'other', url: other.url, secret, allowPrivate: true });
  const d = deliverer({ timeoutMs: 200 }, [second]);
  const opened = incident();
  await d.enqueue([opened]);
  await d.drain();
  const rows = Object.fromEntries((await rowsOf(opened.id)).map((row) => [row.destination, row]));
  assert.equal(rows.siem?.last_error, 'no answer within 200 ms');
  assert.equal(rows.other?.status, 'delivered');
  assert.notEqual(rows.siem?.id, rows.other?.id);
  await other.close();
});

test('redirects are not followed and an endless answer is cut off', async () => {
  const endless = (response: import('node:http').ServerResponse): void => {
    response.writeHead(200);
    const chunk = Buffer.alloc(16 * 1024);
    const write = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', write);
    write();
  };
  siem.answers = [answer(302, { location: `${siem.url}/elsewhere` }), endless];
  const d = deliverer();
  const opened = incident();
  await d.enqueue([opened]);
  await d.drain();
  assert.equal((await rowOf(opened.id)).last_error, 'HTTP 302: redirects are not followed');
  clock += MINUTE;
  await d.drain();
  assert.equal((await rowOf(opened.id)).status, 'delivered');
  assert.deepEqual(
    siem.received.map((r) => r.path),
    ['/hook', '/hook'],
  );
});

test('private targets are refused, whatever their spelling, unless allowed', async () => {
  const { port } = new URL(siem.url);
  const hosts = [
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
  ];
  for (const host of hosts) {
    const d = deliverer({ allowPrivate: false, url: `http://${host}:${port}/hook` });
    const opened = incident();
    await d.enqueue([opened]);
    await d.drain();
    const row = await rowOf(opened.id);
    assert.match(row.last_error, /is not a public address; set allowPrivate/, host);
    assert.equal(row.status, 'pending');
  }
  assert.equal(siem.received.length, 0);
});

test('run delivers what is enqueued while it runs and stops when asked', async () => {
  const d = deliverer();
  const stop = new AbortController();
  const running = d.run(stop.signal);
  const arrived = new Promise<void>((resolve) => {
    siem.answers = [
      (response) => {
        answer(200)(response);
        resolve();
      },
    ];
  });
  const opened = incident();
  await d.enqueue([opened]);
  await arrived;
  stop.abort();
  await running;
  assert.equal((await rowOf(opened.id)).status, 'delivered');
});

test('run survives an outbox that is away', async () => {
  let failures = 0;
  const stop = new AbortController();
  const failing = {
    ...t.store.outbox,
    due: async () => {
      failures++;
      stop.abort();
      throw new Error('store is away');
    },
  };
  const config = webhookSchema.parse({ name: 'siem', url: siem.url, secret });
  const d = createDeliverer({ outbox: failing, webhooks: [config], logger: pino({ level: 'silent' }) });
  await d.run(stop.signal);
  assert.equal(failures, 1);
});

test('malformed secrets are refused by name, and no secret reaches a log line, a row or an error', async () => {
  for (const bad of ['whsec_c2hvcnQ=', 'not base64 at all!', `whsec_${randomBytes(65).toString('base64')}`])
    assert.throws(
      () => deliverer({ secret: bad }),
      (error: Error) =>
        error.message.startsWith('webhook siem.secret: must be') && !error.message.includes(bad),
    );
  siem.answers = [answer(500), answer(410)];
  const previousSecret = newSecret();
  const d = deliverer({ previousSecret, url: `${siem.url}/hook?key=very-secret-path` });
  const opened = incident();
  await d.enqueue([opened]);
  await d.drain();
  clock += MINUTE;
  await d.drain();
  assert.ok(log.length > 0);
  const written = log.join('\n') + JSON.stringify(await rowsOf(opened.id));
  for (const needle of [secret.slice(6), previousSecret.slice(6), 'very-secret-path', 'the receiver says'])
    assert.ok(!written.includes(needle), needle);
});
