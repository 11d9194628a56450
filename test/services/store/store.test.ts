// The store against a real server: what is written comes back, twice the same is once, and errors say what to do.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { hash128 } from '../../../detectors/hash.ts';
import { createStoreClient } from '../../../services/store/client.ts';
import { createStore, type LearnedRow, StoreError, StoreUnavailable } from '../../../services/store/store.ts';
import { event, finding, incident, openTestStore, START, type TestStore } from './fixtures.ts';

let t: TestStore;
before(async () => {
  t = await openTestStore();
});
after(() => t.close());

const count = async (table: string, where = '1'): Promise<number> =>
  (await t.store.query<{ n: number }>(`SELECT count() AS n FROM ${table} WHERE ${where}`))[0]?.n ?? -1;

test('an event comes back field by field', async () => {
  const given = event(1, {
    tenant: 'round-trip',
    at: START + 123,
    objects: [
      { collection: '/v1/customers', id: '17' },
      { collection: '?order', id: 'A-9' },
    ],
    page: { kind: 'offset', value: 200, limit: null },
    items: 50,
    bytes_out: 9_007_199_254_740_991,
    credential: {
      lineage: 'lineage:round-trip',
      scopes: ['read', 'write'],
      issued_at: START - 5000,
      expires_at: START + 5000,
      weak: true,
      client: 'app',
    },
    client: { ip: '2001:db8::1', prefix: '2001:db8::/48', country: 'ZZ', tls: 't13d1516h2' },
  });
  await t.store.insertEvents([given], 'round-trip');
  const [row] = await t.store.query<Record<string, unknown>>(
    `SELECT *, toUnixTimestamp64Milli(at) AS at_ms FROM events WHERE tenant = {tenant:String}`,
    { tenant: 'round-trip' },
  );
  assert.ok(row);
  assert.equal(row.at_ms, given.at);
  assert.deepEqual(row.objects, given.objects);
  assert.deepEqual([row.page_kind, row.page_value, row.page_limit], ['offset', 200, null]);
  assert.equal(row.bytes_out, given.bytes_out);
  for (const key of ['id', 'gateway', 'host', 'method', 'path', 'route', 'query', 'status', 'items'] as const)
    assert.deepEqual(row[key], given[key], key);
  for (const key of ['ip', 'prefix', 'asn', 'network', 'country', 'user_agent', 'ua_family', 'tls'] as const)
    assert.deepEqual(row[`client_${key}`], given.client[key], key);
  const { lineage, ...credential } = given.credential;
  assert.equal(row.lineage, lineage);
  for (const [key, value] of Object.entries(credential))
    assert.deepEqual(row[`credential_${key}`], value, key);
});

test('hostile text is stored as it is', async () => {
  const texts = fc.sample(fc.string({ unit: 'grapheme', maxLength: 60 }), { numRuns: 200, seed: 7 });
  const hostile = [
    ...texts,
    "'; DROP TABLE events; --",
    '\\',
    '\0',
    '\t\n\r',
    '{x:String}',
    '💥',
    '"',
    '\u2028',
  ];
  await t.store.insertEvents(
    hostile.map((text, n) =>
      event(n, {
        tenant: 'hostile',
        path: text,
        query: text,
        host: text,
        objects: [{ collection: text, id: text }],
        client: { user_agent: text },
        credential: { lineage: `lineage:${n}`, display: text, subject: text },
      }),
    ),
    'hostile',
  );
  const rows = await t.store.query<Record<string, unknown>>(
    `SELECT path, query, host, objects, client_user_agent, credential_display, credential_subject
     FROM events WHERE tenant = 'hostile' ORDER BY toUInt32(substring(lineage, 9))`,
  );
  assert.equal(rows.length, hostile.length);
  for (const [n, text] of hostile.entries())
    assert.deepEqual(rows[n], {
      path: text,
      query: text,
      host: text,
      objects: [{ collection: text, id: text }],
      client_user_agent: text,
      credential_display: text,
      credential_subject: text,
    });
});

test('times at the edges of what a log can claim are stored, however many months a batch spans', async () => {
  const times = [0, 1, Date.UTC(1999, 11, 31), Date.UTC(2099, 0, 1), Date.UTC(2261, 0, 1)];
  for (let month = 0; month < 240; month++) times.push(Date.UTC(2000, month, 15));
  await t.store.insertEvents(
    times.map((at, n) => event(n, { tenant: 'times', at })),
    'times',
  );
  const rows = await t.store.query<{ at: number }>(
    `SELECT toUnixTimestamp64Milli(at) AS at FROM events WHERE tenant = 'times'`,
  );
  const ascending = (a: number, b: number) => a - b;
  assert.deepEqual(rows.map((row) => row.at).sort(ascending), times.sort(ascending));
});

test('the same token stores once, in the table and in its rollups', async () => {
  const events = Array.from({ length: 500 }, (_, n) =>
    event(n, { tenant: 'dedupe', credential: { lineage: 'dedupe' } }),
  );
  for (let repeat = 0; repeat < 3; repeat++) await t.store.insertEvents(events, 'dedupe-1');
  assert.equal(await count('events', "tenant = 'dedupe'"), 500);
  const [hours] = await t.store.query<{ events: number; objects: number }>(
    `SELECT sum(events) AS events, uniqMerge(objects) AS objects FROM credential_objects WHERE lineage = 'dedupe'`,
  );
  assert.deepEqual(hours, { events: 500, objects: 500 });
  const counted = ['traffic_hours', 'credential_sources', 'credential_endpoints'].map(
    (table) => `SELECT sum(events) AS n FROM ${table} WHERE tenant = 'dedupe'`,
  );
  const timed = "SELECT sum(timed) AS n FROM endpoint_hours WHERE tenant = 'dedupe'";
  for (const { n } of await t.store.query<{ n: number }>([...counted, timed].join(' UNION ALL ')))
    assert.equal(n, 500);
  const [credential] = await t.store.query<{ events: number; first: number }>(
    `SELECT sum(events) AS events, toUnixTimestamp64Milli(min(first_at)) AS first
     FROM credentials WHERE lineage = 'dedupe'`,
  );
  assert.deepEqual(credential, { events: 500, first: START });
});

test('events that come again in another batch fold into the first ones', async () => {
  const events = [0, 1, 2, 3].map((n) => event(n, { tenant: 'redelivered' }));
  await t.store.insertEvents(events.slice(0, 3), 'batch-a');
  await t.store.insertEvents(events.slice(1), 'batch-b');
  const [row] = await t.store.query<{ n: number }>(
    `SELECT count() AS n FROM events FINAL WHERE tenant = 'redelivered'`,
  );
  assert.equal(row?.n, 4);
});

test('an empty insert is nothing', async () => {
  await t.store.insertEvents([], 'empty');
  await t.store.insertFindings([], 'empty');
  await t.store.learned.save([], 'empty');
});

test('findings and rejections come back', async () => {
  const given = finding(3, { tenant: 'findings' });
  await t.store.insertFindings([given], 'f1');
  await t.store.insertFindings([given], 'f1');
  const rows = await t.store.query<Record<string, unknown>>(
    `SELECT *, toUnixTimestamp64Milli(since) AS since_ms FROM findings WHERE tenant = 'findings'`,
  );
  assert.equal(rows.length, 1);
  assert.equal(rows[0]?.since_ms, given.since);
  assert.equal(rows[0]?.pages, true);
  assert.deepEqual(JSON.parse(String(rows[0]?.evidence)), given.evidence);
  assert.deepEqual(rows[0]?.rejected, given.rejected);

  const rejection = {
    reason: 'bad-time',
    detail: 'the time is impossible',
    format: 'combined',
    position: 'access.log:17',
    excerpt: '192.0.2.1 - - [99/Foo]',
  } as const;
  await t.store.insertRejections([rejection], 'r1');
  await t.store.insertRejections([rejection], 'r1');
  assert.equal(await count('rejections', "position = 'access.log:17'"), 1);
});

test('an incident is its latest state, in whatever order its states were written', async () => {
  const open = incident(1);
  const updated = incident(1, {
    status: 'updated',
    last_event_at: new Date(START + 60_000).toISOString(),
    severity: 'critical',
  });
  const closed = { ...updated, status: 'closed' as const };
  await t.store.insertIncidents([closed], 'i-closed');
  await t.store.insertIncidents([open], 'i-open');
  await t.store.insertIncidents([updated], 'i-updated');
  await t.store.insertIncidents([incident(2)], 'i-other');
  const all = await t.store.incidents();
  assert.deepEqual(
    all.map((each) => each.id),
    [incident(2).id, closed.id],
  );
  assert.deepEqual(all[1], closed);
  assert.deepEqual(await t.store.incidents({ limit: 1 }), [incident(2)]);
  assert.deepEqual(await t.store.incidents({ since: START + 60_000 }), [closed]);
});

const learned = (o: Partial<LearnedRow>): LearnedRow => ({
  shard: '',
  tenant: 'tenant ü',
  lineage: 'a',
  layout: 'layout-1',
  version: 1,
  part: 'api.events/3',
  position: 17,
  writer: 'w',
  updatedAt: 5,
  bytes: new Uint8Array([1]),
  ...o,
});

test('what was learned keeps its bytes, the newest of each credential, whatever came last', async () => {
  const bytes = Uint8Array.from({ length: 1024 }, (_, n) => (n * 31) & 0xff);
  const newest = [learned({ version: 2, bytes }), learned({ lineage: "b'\n", bytes: new Uint8Array(0) })];
  await t.store.learned.save(newest, 'b1');
  await t.store.learned.save([learned({ version: 1, bytes: new Uint8Array([9]) })], 'b2');
  const found = await t.store.learned.find('', [...newest, learned({ lineage: 'never stored' })]);
  assert.deepEqual(
    found.sort((x, y) => (x.lineage < y.lineage ? -1 : 1)),
    newest,
  );
  assert.deepEqual(await t.store.learned.find('', []), []);
});

test('rows of one save are one part of the table, so that they become visible together', async () => {
  const rows = Array.from({ length: 20_000 }, (_, n) =>
    learned({ tenant: 'many', lineage: hash128(String(n)), version: n, bytes: new Uint8Array(300).fill(n) }),
  );
  await t.store.learned.save(rows, 'many');
  const parts = await t.store
    .query<{ rows: number }>(
      "SELECT rows FROM system.part_log WHERE table = 'learned' AND event_type = 'NewPart' ORDER BY event_time_microseconds DESC LIMIT 1",
    )
    .catch(() => []);
  if (parts.length > 0) assert.equal(parts[0]!.rows, rows.length);
  const found = await t.store.learned.find('', rows);
  assert.equal(found.length, rows.length);
  assert.ok(found.every((row) => row.bytes[0] === (row.version & 0xff)));
});

test('a token is taken once, and again after the table was emptied', async () => {
  await t.store.learned.save([learned({ lineage: 'once', writer: 'first' })], 'learned part#1');
  await t.store.learned.save([learned({ lineage: 'once', writer: 'second', version: 2 })], 'learned part#1');
  const writer = async () => (await t.store.learned.find('', [learned({ lineage: 'once' })]))[0]?.writer;
  assert.equal(await writer(), 'first');
  const client = createStoreClient(t.server);
  await client.command('TRUNCATE TABLE learned');
  await client.close();
  await t.store.learned.save([learned({ lineage: 'once', writer: 'third' })], 'learned part#1');
  assert.equal(await writer(), 'third');
});

test('shards are read whole and known by name', async () => {
  const rows = ['x', 'y'].map((lineage) => learned({ shard: 'shared/g/4', tenant: '', lineage, version: 8 }));
  await t.store.learned.save([...rows, learned({ shard: 'shared/g/5', version: 3 })], 's1');
  const read: LearnedRow[] = [];
  for await (const row of t.store.learned.shard('shared/g/4')) read.push(row);
  assert.deepEqual(read, rows);
  assert.deepEqual(await t.store.learned.shards('shared/g'), [
    { shard: 'shared/g/4', version: 8 },
    { shard: 'shared/g/5', version: 3 },
  ]);
});

test('a wrong password is a StoreError, an absent server StoreUnavailable, and neither quotes data', async () => {
  const stranger = createStore({ ...t.server, password: 'wrong' });
  await assert.rejects(stranger.insertEvents([event(1)], 'x'), (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, 516);
    assert.doesNotMatch(error.message, /wrong|acme/);
    return true;
  });
  await stranger.close();

  const absent = createStore({ ...t.server, url: 'http://127.0.0.1:1' });
  assert.equal(await absent.ping(), false);
  await assert.rejects(absent.insertEvents([event(1)], 'x'), (error: unknown) => {
    assert.ok(error instanceof StoreUnavailable);
    assert.match(error.message, /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/);
    return true;
  });
  await assert.rejects(absent.query('SELECT 1'), StoreUnavailable);
  await assert.rejects(async () => {
    for await (const _ of absent.learned.shard('shared')) assert.fail('nothing to load');
  }, StoreUnavailable);
  await absent.close();
});

test('data that ClickHouse refuses is not quoted in the error', async () => {
  const bad = { ...finding(1), log_e: 'sk_live_secret' as unknown as number };
  await assert.rejects(t.store.insertFindings([bad], 'bad'), (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.match(error.message, /refused the insert into findings/);
    assert.doesNotMatch(error.message, /sk_live_secret/);
    return true;
  });
});

test('a query that is wrong says why', async () => {
  await assert.rejects(t.store.query('SELECT nonsense FROM events'), /nonsense/);
});
