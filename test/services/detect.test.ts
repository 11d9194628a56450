// Detection as a service over a real store: everything durable before it resolves, nothing judged twice, outages
// survived, baselines kept over a restart.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pino from 'pino';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import type { Detector } from '../../detectors/detector.ts';
import { createEngine } from '../../detectors/engine.ts';
import { hash128 } from '../../detectors/hash.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import type { Incident } from '../../schemas/incident.ts';
import { tuning } from '../../schemas/tuning.ts';
import { createDetect, type DetectOptions, Superseded } from '../../services/detect/detect.ts';
import { readEvents } from '../../services/detect/event-message.ts';
import { createResidency } from '../../services/detect/residency.ts';
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

/** What an engine that nothing disturbs finds. */
function findingsOf(events: readonly ApiEvent[]): string[] {
  const engine = createEngine();
  return events.flatMap((event) => engine.process(event).findings.map(({ id }) => id));
}

describe('detect', () => {
  let t: TestStore;
  before(async () => {
    t = await openTestStore();
  });
  after(() => t?.close());

  /** A process that starts: it takes up what another one left. */
  async function open(
    options: Partial<DetectOptions> = {},
    maxCredentials = 1000,
    shared = '',
    detectors: readonly Detector[] = CATALOGUE,
  ) {
    const enqueued: Incident[] = [];
    const residency = createResidency(t.store);
    const { onEvict, recall } = residency;
    const engine = createEngine({ maxCredentials, onEvict, recall, detectors });
    const detect = createDetect({
      engine,
      residency,
      tuning: tuning.parse({}),
      store: t.store,
      deliverer: { enqueue: async (incidents) => void enqueued.push(...incidents) },
      logger,
      ...options,
    });
    if (shared !== '') await detect.share(shared, () => null);
    if (options.partOf === undefined) await detect.adopt(['']);
    return { detect, enqueued, engine, residency };
  }

  async function stored(lineage: string, table = 'events'): Promise<number> {
    const rows = await t.store.query<{ n: string | number }>(
      `SELECT count() AS n FROM ${table} WHERE lineage = {lineage:String}`,
      { lineage },
    );
    return Number(rows[0]!.n);
  }

  it('stores events, findings and incidents and fills the outbox before it resolves', async () => {
    const { detect, enqueued } = await open();
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

  it('goes on with what is open after a restart, and closes it once it is over', async () => {
    const events = walk('key-o');
    // So many that the stream's clock follows them.
    const later = Array.from({ length: 20 }, (_, i) =>
      event(9_000 + i, {
        id: hash128(`key-o later ${i}`),
        at: events.at(-1)!.at + 2 * DAY + i,
        credential: { lineage: 'key-o-other', display: 'other' },
      }),
    );
    const told = (incidents: readonly Incident[]): string[] =>
      incidents.filter(({ lineage }) => lineage === 'key-o').map(({ id, status }) => `${id} ${status}`);
    const undisturbed = createEngine();
    const all = [...events, ...later];
    const expected = all.flatMap((one) => told(undisturbed.process(one).incidents));
    assert.ok(expected.some((one) => one.endsWith('open')) && expected.at(-1)!.endsWith('closed'));

    const first = await open();
    await first.detect.share('shared/o', () => null);
    const cut = events.length - 250;
    await first.detect.handle(events.slice(0, cut), 'o/1');
    assert.deepEqual(told(first.enqueued), expected.slice(0, 1), 'it is open');
    const second = await open({}, 1000, 'shared/o');
    assert.equal(second.engine.statistics().openIncidents, first.engine.statistics().openIncidents);
    await second.detect.handle(events.slice(cut), 'o/2');
    const third = await open({}, 1000, 'shared/o');
    await third.detect.handle(later, 'o/3');
    // The last checkpoint is told again to an outbox that knows what it has.
    const heard = told([...first.enqueued, ...second.enqueued, ...third.enqueued]);
    assert.deepEqual([...new Set(heard)], [...new Set(expected)]);
    const fourth = await open({}, 1000, 'shared/o');
    assert.equal(fourth.engine.statistics().openIncidents, third.engine.statistics().openIncidents);
    assert.ok(fourth.engine.statistics().openIncidents < second.engine.statistics().openIncidents);
  });

  it('goes on with what another version with other detectors has learned', async () => {
    const events = walk('key-v').slice(0, 250);
    const older = CATALOGUE.filter(({ meta }) => meta.id !== 'D09').reverse();
    const first = await open({}, 1000, '', older);
    await first.detect.handle(events.slice(0, 200), 'v/1');
    const second = await open();
    await second.detect.handle(events.slice(200), 'v/2');
    const [credential] = [...second.engine.credentials()].filter(({ lineage }) => lineage === 'key-v');
    assert.equal(credential?.events, 250);
  });

  it('keeps every tuning an incident names, before the incident', async () => {
    const { detect } = await open();
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
    const first = await open();
    await first.detect.handle(events.slice(0, 30), 'b/1');
    await first.detect.handle(events.slice(10, 40), 'b/2');
    assert.deepEqual([first.detect.counters.events, first.detect.counters.duplicates], [40, 20]);
    const second = await open();
    second.detect.doubt(1000);
    await second.detect.handle(events, 'b/3');
    assert.deepEqual([second.detect.counters.events, second.detect.counters.duplicates], [10, 40]);
    assert.equal(await stored('key-b'), 50);
  });

  it('after an outage it stores what was judged, without judging again', async () => {
    const events = walk('key-c');
    let outages = 0;
    const flaky: DetectOptions['store'] = {
      ...t.store,
      insertEvents: async (rows, token) => {
        if (outages-- > 0) throw new StoreUnavailable('away');
        await t.store.insertEvents(rows, token);
      },
    };
    const { detect } = await open({ store: flaky });
    outages = 3;
    await assert.rejects(detect.handle(events, 'c/1'), StoreUnavailable);
    await assert.rejects(detect.handle(events, 'c/1'), StoreUnavailable);
    // The bus may deliver the same events in another batch by now.
    await assert.rejects(detect.handle(events.slice(0, 700), 'c/2'), StoreUnavailable);
    await detect.handle(events.slice(0, 700), 'c/2');
    await detect.handle(events.slice(700), 'c/3');
    assert.equal(detect.counters.events, events.length);
    assert.equal(await stored('key-c'), events.length);
    assert.equal(await stored('key-c', 'findings'), findingsOf(events).length);
  });

  it('a part that is given up and comes back while its checkpoint is under way goes on after that', async () => {
    const events = walk('key-back').slice(0, 200);
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { learned } = t.store;
    const save: typeof learned.save = async (rows, token) => {
      await gate;
      await learned.save(rows, token);
    };
    const { detect } = await open({
      store: { ...t.store, learned: { ...learned, save } },
      partOf: () => 'topic-back/0',
      pace: { events: 1 },
    });
    const part = 'topic-back/0';
    await detect.take({ part, from: 0, to: 100, events: events.slice(0, 100) });
    await detect.abandon([part]);
    // Nobody adopted it: the group goes on where it committed last.
    const again = assert.rejects(
      detect.take({ part, from: 0, to: 50, events: events.slice(0, 50) }),
      Superseded,
    );
    // Long enough for what would not wait.
    for (let i = 0; i < 5; i++) await t.store.query('SELECT 1');
    release();
    await again;
    assert.equal(detect.position(part), 100);
    await detect.take({ part, from: 100, to: 200, events: events.slice(100) });
    await detect.checkpoint();
    const [row] = await learned.find('', [{ tenant: events[0]!.tenant, lineage: 'key-back' }]);
    assert.deepEqual([row?.version, row?.position], [200, 200]);
    assert.equal(await stored('key-back'), 200);
  });

  it('goes on after a restart with what it had learned', async () => {
    const events = walk('key-d');
    const first = await open();
    await first.detect.handle(events.slice(0, 300), 'd/1');
    const second = await open();
    await second.detect.handle(events.slice(300, 310), 'd/2');
    const [known] = [...second.engine.credentials()].filter((one) => one.lineage === 'key-d');
    assert.equal(known!.events, 310);
  });

  it('a process that dies before, in the middle of or after a checkpoint loses nothing and repeats nothing', async () => {
    const events = walk('key-k');
    const expected = findingsOf(events);
    for (const [n, dies] of (
      ['learned', 'insertFindings', 'insertIncidents', 'insertEvents', 'none'] as const
    ).entries()) {
      const tenant = `crash-${dies}`;
      const own = events.map((one) => ({ ...one, tenant, id: hash128(`${tenant} ${one.id}`) }));
      const part = `topic/${n}`;
      const batches = Array.from({ length: 9 }, (_, i) => ({
        part,
        from: i * 100,
        to: (i + 1) * 100,
        events: own.slice(i * 100, (i + 1) * 100),
      }));
      let alive = true;
      const dying = {
        ...t.store,
        learned: {
          ...t.store.learned,
          save: async (...given: Parameters<typeof t.store.learned.save>) => {
            if (dies === 'learned' && !alive) throw new Error('killed');
            await t.store.learned.save(...given);
          },
        },
        ...(dies === 'learned' || dies === 'none'
          ? {}
          : {
              [dies]: async (rows: never, token: string) => {
                if (!alive) throw new Error('killed');
                await t.store[dies](rows, token);
              },
            }),
      };
      const first = await open({ store: dying, partOf: () => part, pace: { ms: 1e9, findingsMs: 1e9 } });
      await first.detect.share(`shared/${tenant}`, () => null);
      for (const batch of batches.slice(0, 4)) await first.detect.take(batch);
      await first.detect.checkpoint();
      for (const batch of batches.slice(4, 7)) await first.detect.take(batch);
      if (dies === 'none') await first.detect.checkpoint();
      alive = false;
      if (dies !== 'none') await assert.rejects(first.detect.checkpoint(), /killed/);

      const second = await open({ partOf: () => part });
      await second.detect.share(`shared/${tenant}`, () => null);
      const [position] = await second.detect.adopt([part]);
      assert.equal(position!.position, dies === 'learned' ? 400 : 700, dies);
      for (const batch of batches.filter(({ to }) => to > position!.position))
        await second.detect.take(batch);
      await second.detect.checkpoint();

      const count = async (table: string): Promise<number> => {
        const [row] = await t.store.query<{ n: number }>(
          `SELECT count() AS n FROM ${table} WHERE tenant = {tenant:String}`,
          { tenant },
        );
        return Number(row!.n);
      };
      assert.equal(await count('events'), events.length, `events, ${dies}`);
      assert.equal(await count('findings'), expected.length, `findings, ${dies}`);
    }
  });

  it('knows credentials that had to leave memory when they come back', async () => {
    const lineages = Array.from({ length: 300 }, (_, n) => `crowd-${n}`);
    const calls = lineages.flatMap((lineage) => walk(lineage).slice(0, 3));
    calls.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
    const few = await open({}, 64);
    for (let at = 0; at < calls.length; at += 150)
      await few.detect.handle(calls.slice(at, at + 150), `crowd/${at}`);
    assert.ok(few.engine.statistics().evictions > 300);
    const rows = await t.store.learned.find(
      '',
      lineages.map((lineage) => ({ tenant: 'default', lineage })),
    );
    assert.deepEqual(new Set(rows.map(({ version }) => version)), new Set([3]), 'each learned three calls');
    assert.equal(rows.length, lineages.length);
  });

  it('sees that another process has judged further, and judges nothing', async () => {
    const events = walk('key-s').slice(0, 40);
    const batch = (from: number, to: number) => ({ part: 's/0', from, to, events: events.slice(from, to) });
    const first = await open({ partOf: () => 's/0' });
    await first.detect.take(batch(0, 20));
    await first.detect.checkpoint();
    const old = await open({ partOf: () => 's/0' });
    await old.detect.adopt(['s/0']);
    await first.detect.take(batch(20, 30));
    await first.detect.checkpoint();
    await assert.rejects(old.detect.take(batch(20, 25)), Superseded);
    assert.equal(old.detect.counters.events, 0);
    await old.detect.abandon(['s/0']);
    assert.deepEqual(await old.detect.adopt(['s/0']), [{ part: 's/0', position: 30 }]);
    await old.detect.take(batch(30, 40));
    await old.detect.checkpoint();
    assert.equal(await stored('key-s'), 40);
    const [row] = await t.store.learned.find('', [{ tenant: 'default', lineage: 'key-s' }]);
    assert.equal(row!.version, 40);
  });

  it('stores an event that a detector fails on, counts it and goes on', async () => {
    const engine = createEngine();
    const { detect } = await open({
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

  it('takes a new tuning, and refuses a wrong one whole', async () => {
    const engine = createEngine();
    const { detect } = await open({ engine });
    detect.setTuning(tuning.parse({ version: 'next' }));
    assert.equal(engine.tuningVersion, 'next');
    assert.throws(() => detect.setTuning(tuning.parse({ detectors: { D08: { nothing: 1 } } })), /D08/);
    assert.equal(engine.tuningVersion, 'next');
  });

  it('says so when another process writes to the same store without positions', async () => {
    const events = walk('key-u').slice(0, 20);
    const one = await open();
    const other = await open();
    await one.detect.handle(events.slice(0, 10), 'u/1');
    await assert.rejects(other.detect.handle(events.slice(10), 'u/2'), /another Keytrail process/);
    assert.equal(await stored('key-u'), 10);
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
