// The ledger of an incident holds the records its credentials were answered with while it ran, and nothing else.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readLedger } from '../../../services/store/ledger.ts';
import { event, incident, openTestStore, START, type TestStore } from './fixtures.ts';

let t: TestStore;
before(async () => {
  t = await openTestStore();
  const read = (n: number, id: string, lineage: string, more: object = {}) =>
    event(n, {
      at: START + n * 1000,
      tenant: 'ledger',
      status: 200,
      objects: [{ collection: '/v1/customers', id }],
      credential: { lineage },
      client: { prefix: '192.0.2.0/24' },
      ...more,
    });
  await t.store.insertEvents(
    [
      read(1, 'before', 'thief', { at: START - 60_000 }),
      read(2, 'a', 'thief'),
      read(3, 'a', 'thief'),
      read(4, 'b', 'thief'),
      read(5, 'refused', 'thief', { status: 403 }),
      read(6, 'home', 'thief', { client: { prefix: '198.51.100.0/24' } }),
      read(7, 'c', 'other'),
    ],
    'ledger',
  );
});
after(() => t.close());

const about = (more: object) =>
  incident(1, {
    tenant: 'ledger',
    lineage: 'thief',
    first_event_at: new Date(START).toISOString(),
    last_event_at: new Date(START + 9000).toISOString(),
    ...more,
  });

test('one credential: each record once, from its sources, successful answers of the time only', async () => {
  const rows = await readLedger(t.store, about({}));
  assert.deepEqual(
    rows.map(({ collection, id, lineage, requests }) => [collection, id, lineage, requests]),
    [
      ['/v1/customers', 'a', 'thief', 2],
      ['/v1/customers', 'b', 'thief', 1],
    ],
  );
  assert.equal(rows[0]?.first_at, new Date(START + 2000).toISOString().replace('.000', ''));
});

test('many callers: of all it is attributed to, from everywhere', async () => {
  const one = (lineage: string) => ({ lineage, display: lineage, records: 1, requests: 1 });
  const rows = await readLedger(
    t.store,
    about({ lineage: 'route:GET /v1/customers/{id}', attributed: [one('thief'), one('other')] }),
  );
  assert.deepEqual(rows.map(({ id }) => id).sort(), ['a', 'b', 'c', 'home']);
});
