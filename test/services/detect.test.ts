// Detection as a service over a real store: everything durable before it resolves, nothing judged twice, outages
// survived, baselines kept over a restart.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pino from 'pino';
import { createEngine } from '../../detectors/engine.ts';
import { hash128 } from '../../detectors/hash.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Incident } from '../../schemas/incident.ts';
import { tuning } from '../../schemas/tuning.ts';
import { createDetect, type DetectOptions } from '../../services/detect/detect.ts';
import { readEvents } from '../../services/detect/event-message.ts';
import { StoreUnavailable } from '../../services/store/store.ts';
import { event, openTestStore, type TestStore } from './store/fixtures.ts';

const logger = pino({ level: 'silent' });
const DAY = 86_400_000;

/** A partner that reads a few records a day for 20 days, then walks through 600 in a row. */
function walk(lineage: string): ApiEvent[] {
  const calls: ApiEvent[] = [];
  const call = (n: number, at: number, id: number) =>
    calls.push(
      event(n, {
        id: hash128(`${lineage} ${n}`),
        at,
        path: `/v1/customers/${id}`,
        objects: [{ collection: '/v1/customers', id: String(id) }],
        credential: { lineage, display: lineage },
      }),
    );
  const start = Date.UTC(2026, 2, 1, 9);
  let n = 0;
  for (let day = 0; day < 20; day++)
    for (let i = 0; i < 15; i++)
      call(n++, start + day * DAY + i * 600_000, 900_000 + ((i * 7919 + day) % 40) * 977);
  for (let i = 0; i < 600; i++) call(n++, start + 20 * DAY + i * 2_000, 100_000 + i);
  return calls;
}

describe('detect', () => {
  let t: TestStore;
  before(async () => {
    t = await openTestStore();
  });
  after(() => t?.close());

  function open(options: Partial<DetectOptions> = {}) {
    const enqueued: Incident[] = [];
    const detect = createDetect({
      engine: createEngine(),
      tuning: tuning.parse({}),
      store: t.store,
      deliverer: { enqueue: async (incidents) => void enqueued.push(...incidents) },
      logger,
      ...options,
    });
    return { detect, enqueued };
  }

  async function stored(lineage: string, table = 'events'): Promise<number> {
    const rows = await t.store.query<{ n: string | number }>(
      `SELECT count() AS n FROM ${table} WHERE lineage = {lineage:String}`,
      { lineage },
    );
    return Number(rows[0]!.n);
  }

  it('stores events, findings and incidents and fills the outbox before it resolves', async () => {
    const { detect, enqueued } = open();
    const events = walk('key-a');
    for (let at = 0; at < events.length; at += 100)
      await detect.handle(events.slice(at, at + 100), `a/${at}`);
    assert.equal(await stored('key-a'), events.length);
    assert.equal(await stored('key-a', 'findings'), detect.counters.findings);
    assert.ok(detect.counters.findings > 0, 'the walk was found');
    const [incident] = (await t.store.incidents()).filter((one) => one.lineage === 'key-a');
    assert.ok(incident, 'there is an incident');
    assert.equal(incident.id, enqueued[0]!.id);
    assert.equal(enqueued[0]!.status, 'open');
  });

  it('keeps every tuning an incident names, before the incident', async () => {
    const { detect } = open();
    const events = walk('key-t');
    await detect.handle(events.slice(0, -300), 't/1');
    detect.setTuning(tuning.parse({ detectors: { D09: { distinctFloor: 60 } } }));
    await detect.handle(events.slice(-300), 't/2');
    const kept = await t.store.query<{ version: string; tuning: string }>(
      'SELECT version, tuning FROM tunings FINAL',
    );
    assert.equal(kept.length, 2);
    assert.ok(kept.some((row) => tuning.parse(JSON.parse(row.tuning)).detectors.D09?.distinctFloor === 60));
    for (const one of await t.store.incidents())
      assert.ok(
        kept.some((row) => row.version === one.tuning),
        one.tuning,
      );
  });

  it('judges and stores a repeated event once, in the same process and after a restart', async () => {
    const events = walk('key-b').slice(0, 50);
    const first = open();
    await first.detect.handle(events.slice(0, 30), 'b/1');
    await first.detect.handle(events.slice(10, 40), 'b/2');
    assert.deepEqual([first.detect.counters.events, first.detect.counters.duplicates], [40, 20]);
    const second = open();
    second.detect.doubt(1000);
    await second.detect.handle(events, 'b/3');
    assert.deepEqual([second.detect.counters.events, second.detect.counters.duplicates], [10, 40]);
    assert.equal(await stored('key-b'), 50);
  });

  it('after an outage it stores what was judged, without judging again', async () => {
    const events = walk('key-c');
    let outages = 3;
    const flaky: DetectOptions['store'] = {
      ...t.store,
      insertEvents: async (rows, token) => {
        if (outages-- > 0) throw new StoreUnavailable('away');
        await t.store.insertEvents(rows, token);
      },
    };
    const { detect } = open({ store: flaky });
    await assert.rejects(detect.handle(events, 'c/1'), StoreUnavailable);
    await assert.rejects(detect.handle(events, 'c/1'), StoreUnavailable);
    // The bus may deliver the same events in another batch by now.
    await assert.rejects(detect.handle(events.slice(0, 700), 'c/2'), StoreUnavailable);
    await detect.handle(events.slice(0, 700), 'c/2');
    await detect.handle(events.slice(700), 'c/3');
    assert.equal(detect.counters.events, events.length);
    assert.equal(await stored('key-c'), events.length);
    const clean = open();
    await clean.detect.handle(events, 'c/clean');
    assert.equal(await stored('key-c', 'findings FINAL'), clean.detect.counters.findings);
  });

  it('goes on after a restart with what it had learned', async () => {
    const events = walk('key-d');
    const first = open();
    await first.detect.handle(events.slice(0, 300), 'd/1');
    await first.detect.finish((row) => row.lineage === 'key-d');
    const engine = createEngine();
    const second = open({ engine });
    const result = await second.detect.restore((row) => row.lineage === 'key-d');
    assert.deepEqual(result, { restored: 1, ignored: 0 });
    const [known] = [...engine.credentials()].filter((one) => one.lineage === 'key-d');
    assert.equal(known!.events, 300);
  });

  it('stores an event that a detector fails on, counts it and goes on', async () => {
    const engine = createEngine();
    const { detect } = open({
      engine: {
        ...engine,
        tuningVersion: engine.tuningVersion,
        process(one) {
          if (one.objects[0]!.id === '100005') throw new Error('a bug');
          return engine.process(one);
        },
      },
    });
    await detect.handle(walk('key-e'), 'e/1');
    assert.equal(detect.counters.failed, 1);
    assert.equal(await stored('key-e'), 900);
  });

  it('takes a new tuning, and refuses a wrong one whole', () => {
    const engine = createEngine();
    const { detect } = open({ engine });
    detect.setTuning(tuning.parse({ version: 'next' }));
    assert.equal(engine.tuningVersion, 'next');
    assert.throws(() => detect.setTuning(tuning.parse({ detectors: { D08: { nothing: 1 } } })), /D08/);
    assert.equal(engine.tuningVersion, 'next');
  });
});

describe('messages to events', () => {
  const read = (values: (string | null)[]) =>
    readEvents({
      topic: 'api.events',
      partition: 3,
      token: 't',
      messages: values.map((value, i) => ({
        key: null,
        value: value === null ? null : Buffer.from(value),
        offset: String(40 + i),
      })),
    });

  it('gives events back as they were, and says of the rest why not, with secrets masked', () => {
    const good = event(1);
    const { events, rejections } = read([
      JSON.stringify(good),
      '{"half',
      null,
      JSON.stringify({ ...good, status: 'ok' }),
      '{"authorization":"Bearer abcdefghijklmnopqrstuvwxyz0123456789"}',
    ]);
    assert.deepEqual(events, [good]);
    assert.deepEqual(
      rejections.map(({ reason, position }) => [reason, position]),
      [
        ['invalid-json', 'api.events/3@41'],
        ['empty', 'api.events/3@42'],
        ['wrong-shape', 'api.events/3@43'],
        ['wrong-shape', 'api.events/3@44'],
      ],
    );
    assert.match(rejections[2]!.detail, /^status /);
    assert.doesNotMatch(JSON.stringify(rejections), /abcdefghijkl/);
  });
});
