// A full disk under ClickHouse: detection pauses as in any outage, and goes on when there is room again. The server is real and really
// refuses for want of space: its tables are told to leave more space free than any disk has.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import pino from 'pino';
import { createEngine } from '../../../detectors/engine.ts';
import { tuning } from '../../../schemas/tuning.ts';
import { outlast } from '../../../services/bus/outage.ts';
import { createDetect } from '../../../services/detect/detect.ts';
import { createResidency } from '../../../services/detect/residency.ts';
import { createStoreClient } from '../../../services/store/client.ts';
import { createStore } from '../../../services/store/store.ts';
import { event, openTestStore } from './fixtures.ts';

test('detection waits while the disk is full, at whatever table, and loses and repeats nothing', async () => {
  const t = await openTestStore();
  const client = createStoreClient(t.server);
  const leaveFree = async (table: string, bytes: string) =>
    client.command(`ALTER TABLE ${table} MODIFY SETTING min_free_disk_bytes_to_perform_insert = ${bytes}`);
  try {
    const residency = createResidency(t.store);
    const { onEvict, recall } = residency;
    const detect = createDetect({
      engine: createEngine({ onEvict, recall }),
      residency,
      store: t.store,
      tuning: tuning.parse({}),
      deliverer: { enqueue: async () => undefined },
      logger: pino({ level: 'silent' }),
    });
    await detect.adopt(['']);
    let n = 0;
    const batch = () => Array.from({ length: 50 }, () => event(n++));
    await detect.handle(batch(), 'before');
    for (const table of ['learned', 'events']) {
      await leaveFree(table, '1000000000000000000');
      let refused = '';
      let again = 0;
      // As the consumer does it: the same batch is tried again until it is stored.
      const logger = pino(
        { level: 'info' },
        {
          write: (line) => {
            const { reason, msg } = JSON.parse(line);
            if (msg === 'works again') again++;
            if (reason === undefined) return;
            refused = reason;
            void leaveFree(table, '0');
          },
        },
      );
      const events = batch();
      const { signal } = new AbortController();
      assert.ok(await outlast(() => detect.handle(events, table), { what: 'store', logger, signal }));
      assert.match(refused, /NOT_ENOUGH_SPACE \(243\)/);
      assert.equal(again, 1);
    }
    const [stored] = await t.store.query('SELECT count() AS rows, uniqExact(id) AS ids FROM events');
    assert.deepEqual(stored, { rows: n, ids: n });
    assert.equal(detect.counters.events, n);
  } finally {
    await client.close();
    await t.close();
  }
});

test('what the system says about a full disk is an outage, under whatever code', async () => {
  let said = '';
  const server = createServer((_, response) => response.writeHead(500).end(said));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = createStore({ url, username: 'u', password: 'p', database: 'keytrail', retentionDays: 0 });
  const nameOf = async (text: string) => {
    said = text;
    return await store.insertEvents([event(1)], 'x').then(
      () => 'none',
      (error: Error) => error.name,
    );
  };
  try {
    const full =
      'std::exception. Code: 1001, type: filesystem_error, e.what() = create_directories: No space left on device';
    assert.equal(await nameOf(`${full} (STD_EXCEPTION)`), 'StoreUnavailable');
    assert.equal(
      await nameOf(
        'Code: 75. DB::Exception: Cannot write to file, errno: 28 (CANNOT_WRITE_TO_FILE_DESCRIPTOR)',
      ),
      'StoreUnavailable',
    );
    assert.equal(await nameOf('Code: 62. DB::Exception: Syntax error (SYNTAX_ERROR)'), 'StoreError');
  } finally {
    await store.close();
    server.close();
  }
});
