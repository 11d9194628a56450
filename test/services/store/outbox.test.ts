// The outbox on a real server: claims, leases, states that replace each other.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Delivery } from '../../../schemas/delivery.ts';
import { type Client, createStoreClient } from '../../../services/store/client.ts';
import type { Outbox } from '../../../services/store/store.ts';
import { delivery, openTestStore, START, type TestStore } from './fixtures.ts';

let t: TestStore;
let outbox: Outbox;
let client: Client;
before(async () => {
  t = await openTestStore();
  outbox = t.store.outbox;
  client = createStoreClient(t.server);
});
after(async () => {
  await client.close();
  await t.close();
});
beforeEach(async () => {
  await client.command('TRUNCATE TABLE deliveries');
  await client.command('TRUNCATE TABLE delivery_claims');
});

const now = START + 10_000;
const lease = { limit: 100, leaseMs: 30_000 };
const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);

test('what is enqueued is due, oldest first, whole', async () => {
  await outbox.enqueue([delivery(2), delivery(1), delivery(3, { next_attempt_at: now + 1 })]);
  assert.deepEqual(await outbox.due({ now, owner: 'a', ...lease }), [delivery(1), delivery(2)]);
  assert.deepEqual(ids(await outbox.due({ now: now + 1, owner: 'a', ...lease })), [delivery(3).id]);
});

test('the limit holds and the rest comes next', async () => {
  await outbox.enqueue([1, 2, 3].map((n) => delivery(n)));
  assert.deepEqual(ids(await outbox.due({ now, owner: 'a', limit: 2, leaseMs: 30_000 })), [
    delivery(1).id,
    delivery(2).id,
  ]);
  assert.deepEqual(ids(await outbox.due({ now, owner: 'b', limit: 2, leaseMs: 30_000 })), [delivery(3).id]);
});

test('a claimed delivery is nobody else’s until the lease ends', async () => {
  await outbox.enqueue([delivery(1)]);
  assert.equal((await outbox.due({ now, owner: 'a', ...lease })).length, 1);
  assert.deepEqual(await outbox.due({ now, owner: 'b', ...lease }), []);
  assert.deepEqual(await outbox.due({ now, owner: 'a', ...lease }), []);
  assert.equal((await outbox.due({ now: now + 30_001, owner: 'b', ...lease })).length, 1);
});

test('eight senders at once share the work without doubles', async () => {
  await outbox.enqueue(Array.from({ length: 60 }, (_, n) => delivery(n)));
  const taken: string[] = [];
  for (let round = 0; round < 8; round++) {
    const shares = await Promise.all(
      Array.from({ length: 8 }, (_, n) => outbox.due({ now, owner: `s${n}`, limit: 20, leaseMs: 30_000 })),
    );
    taken.push(...shares.flatMap(ids));
  }
  assert.equal(new Set(taken).size, 60);
});

test('a recorded attempt replaces the state and frees the claim for the next attempt', async () => {
  await outbox.enqueue([delivery(1)]);
  const [first] = await outbox.due({ now, owner: 'a', ...lease });
  assert.ok(first);
  const failed = {
    ...first,
    attempts: 1,
    next_attempt_at: now + 5000,
    updated_at: now + 10,
    last_error: '503',
  };
  await outbox.record(failed);
  assert.deepEqual(await outbox.get(first.id), failed);
  assert.deepEqual(await outbox.due({ now: now + 4999, owner: 'b', ...lease }), []);
  assert.deepEqual(await outbox.due({ now: now + 5000, owner: 'b', ...lease }), [failed]);
  await outbox.record({ ...failed, status: 'delivered', attempts: 2, updated_at: now + 6000 });
  assert.deepEqual(await outbox.due({ now: now + 100_000, owner: 'b', ...lease }), []);
});

test('a state recorded in the same millisecond as the one before wins', async () => {
  await outbox.enqueue([delivery(1)]);
  await outbox.record(delivery(1, { status: 'delivered', attempts: 1 }));
  assert.equal((await outbox.get(delivery(1).id))?.status, 'delivered');
});

test('enqueuing again does not send again', async () => {
  await outbox.enqueue([delivery(1)]);
  await outbox.record(delivery(1, { status: 'delivered', attempts: 1, updated_at: now }));
  await outbox.enqueue([delivery(1, { created_at: now + 5, updated_at: now + 5 }), delivery(2)]);
  assert.equal((await outbox.get(delivery(1).id))?.status, 'delivered');
  assert.deepEqual(ids(await outbox.list()), [delivery(2).id, delivery(1).id]);
});

test('lists by status and destination', async () => {
  await outbox.enqueue([delivery(1), delivery(2, { destination: 'chat' }), delivery(3, { status: 'dead' })]);
  assert.deepEqual(ids(await outbox.list({ status: 'dead' })), [delivery(3).id]);
  assert.deepEqual(ids(await outbox.list({ destination: 'chat' })), [delivery(2).id]);
  assert.equal((await outbox.list({ limit: 2 })).length, 2);
  assert.equal(await outbox.get('0'.repeat(32)), null);
});

test('of one incident only the oldest pending delivery per destination is handed out', async () => {
  const about = { incident_id: delivery(1).incident_id };
  await outbox.enqueue([
    delivery(1, about),
    delivery(2, about),
    delivery(3, { ...about, destination: 'chat' }),
    delivery(4),
  ]);
  const first = await outbox.due({ now, owner: 'a', ...lease });
  assert.deepEqual(ids(first), [delivery(1).id, delivery(3).id, delivery(4).id]);
  await outbox.record({ ...(first[0] as Delivery), status: 'delivered', attempts: 1, updated_at: now });
  assert.deepEqual(ids(await outbox.due({ now, owner: 'a', ...lease })), [delivery(2).id]);
});

test('claims for one destination leave the others', async () => {
  await outbox.enqueue([delivery(1), delivery(2, { destination: 'chat' })]);
  assert.deepEqual(ids(await outbox.due({ now, owner: 'a', ...lease, destination: 'chat' })), [
    delivery(2).id,
  ]);
});

test('the summary says what waits, since when and why, and what was lately given up', async () => {
  await outbox.enqueue([
    delivery(1, { last_error: 'HTTP 500' }),
    delivery(2),
    delivery(3, { status: 'dead', updated_at: now - 2, last_error: 'HTTP 410' }),
    delivery(4, { destination: 'chat', status: 'dead', updated_at: now, last_error: 'HTTP 410' }),
    delivery(5, { destination: 'mail', status: 'delivered' }),
  ]);
  const none = { pending: 0, oldestAt: null, lastError: '', dead: 0 };
  assert.deepEqual(await outbox.summary({ deadSince: now - 1 }), [
    { ...none, destination: 'chat', lastError: 'HTTP 410', dead: 1 },
    { ...none, destination: 'mail' },
    { ...none, destination: 'siem', pending: 2, oldestAt: START + 1, lastError: 'HTTP 500' },
  ]);
});

test('a clock that was a week ahead, then set right, delays nothing and turns no order around', async () => {
  const week = 7 * 24 * 3_600_000;
  const about = { incident_id: delivery(1).incident_id };
  await outbox.enqueue([delivery(1, { ...about, created_at: now + week, next_attempt_at: now + week })]);
  await outbox.enqueue([delivery(2, { ...about, created_at: now, next_attempt_at: now })]);
  // Claimed by a sender that then died.
  assert.equal((await outbox.due({ now: now + week, owner: 'a', ...lease })).length, 1);
  const due = await outbox.due({ now, owner: 'b', ...lease });
  assert.deepEqual(ids(due), [delivery(1).id], 'the opening goes first');
  await outbox.record({
    ...(due[0] as Delivery),
    status: 'delivered',
    attempts: 1,
    updated_at: now + week + 1,
  });
  assert.deepEqual(ids(await outbox.due({ now, owner: 'b', ...lease })), [delivery(2).id]);
});
