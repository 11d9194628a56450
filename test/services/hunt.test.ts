// Hunts against a real ClickHouse: they find what the engine's watches find in the same events, window after window, once, and by one.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { CATALOGUE } from '../../detectors/catalogue.ts';
import { createEngine } from '../../detectors/engine.ts';
import { createKnowledge } from '../../detectors/knowledge.ts';
import type { ApiEvent } from '../../schemas/event.ts';
import { fact } from '../../schemas/fact.ts';
import type { Finding } from '../../schemas/finding.ts';
import { type Incident, incident } from '../../schemas/incident.ts';
import { tuning } from '../../schemas/tuning.ts';
import { createJudge, HUNTS, type Hunt } from '../../services/hunt/hunts.ts';
import { createHunter, type Found, type HuntParts, huntWindow } from '../../services/hunt/run-hunt.ts';
import { casesOf } from '../detectors/catalogue-files.ts';
import { findingsOf } from '../detectors/run-case.ts';
import { openTestStore, type TestStore } from './store/fixtures.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
let t: TestStore;
before(async () => {
  t = await openTestStore();
});
after(() => t.close());

/** Every case has a tenant of its own, so that all can be in one store. */
const asTenant = (events: readonly ApiEvent[], tenant: string): ApiEvent[] =>
  events.map((event, i) => ({
    ...event,
    tenant,
    id: `${tenant.padEnd(8, '0')}${String(i).padStart(24, '0')}`,
  }));
const parts = (facts: HuntParts['facts'] = []): HuntParts => ({
  store: t.store,
  hunts: t.store.hunts,
  deliverer: { enqueue: async () => {} },
  facts,
  tuning: tuning.parse({}),
  knowledge: createKnowledge(facts),
  pagesPerDay: 20,
  owner: 'test',
});
const store = async (events: readonly ApiEvent[]): Promise<void> => {
  for (let from = 0; from < events.length; from += 5000)
    await t.store.insertEvents(events.slice(from, from + 5000), `${events[0]!.tenant}/${from}`);
};
const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ lineage, claim, log_e }) => `${lineage} ${log_e.toFixed(3)} ${claim}`);
const detectorOf = (hunt: Hunt) => CATALOGUE.find(({ meta }) => meta.id === hunt.detector)!;

for (const hunt of HUNTS)
  test(`${hunt.name}: the hunt and the engine agree on every case of ${hunt.detector}`, async () => {
    const detector = detectorOf(hunt);
    let fired = 0;
    for (const [n, one] of (await casesOf(detector.meta)).entries()) {
      const tenant = `${hunt.detector.toLowerCase()}-${n}`;
      const facts = (one.facts ?? []).map((given) => fact.parse({ ...given, tenant }));
      const events = asTenant(one.events(), tenant);
      await store(events);
      const engine = findingsOf(events, { facts, detectors: [detector] }).map(({ finding }) => finding);
      const p = parts(facts);
      const from = events[0]!.at;
      const until = events.at(-1)!.at + 1;
      const tenants = {
        ...p.hunts,
        events: (sql: string, o: object) => only(tenant, p.hunts.events(sql, { ...o })),
      };
      const judge = createJudge(hunt, p);
      const found = await huntWindow(hunt, { judge, parts: { ...p, hunts: tenants }, from, until });
      assert.deepEqual(told(found.findings), told(engine), one.name);
      assert.equal(
        found.findings.some(({ pages }) => pages),
        one.expect.pages,
        one.name,
      );
      fired += found.findings.length > 0 ? 1 : 0;
    }
    assert.ok(fired > 0);
  });

async function* only<T extends { tenant: string }>(
  tenant: string,
  rows: AsyncIterable<T>,
): AsyncGenerator<T> {
  for await (const row of rows) if (row.tenant === tenant) yield row;
}

test('the judge takes its own part of a tuning, overrides too, and names the whole', () => {
  const whole = tuning.parse({
    detectors: { D08: { excessFloor: 500 }, D14: { recordFloor: 700 } },
    overrides: [
      { scope: { tenant: 'a' }, detectors: { D08: { excessFloor: 900 } }, reason: 'imports' },
      { scope: { tenant: 'a' }, detectors: { D14: { recordFloor: 900 }, D08: {} }, reason: 'imports' },
    ],
  });
  const hunt = HUNTS.find(({ detector }) => detector === 'D14')!;
  const judge = createJudge(hunt, { ...parts(), tuning: whole });
  assert.equal(judge.tuningVersion, createEngine({ tuning: whole }).tuningVersion);
});

/** A spread walk of today, so that windows of ten minutes are due until some minutes ago. */
async function attackOfToday(hunt: Hunt, tenant: string): Promise<{ events: ApiEvent[]; end: number }> {
  const cases = await casesOf(detectorOf(hunt).meta);
  const given = cases.find(({ kind }) => kind === 'fires')!.events();
  const end = Math.floor(Date.now() / (10 * MINUTE)) * 10 * MINUTE - 20 * MINUTE;
  const shift = Math.floor((end - given.at(-1)!.at) / DAY) * DAY;
  return { events: asTenant(given, tenant).map((event) => ({ ...event, at: event.at + shift })), end };
}
const all = async (due: AsyncIterable<Found>): Promise<Found[]> => {
  const found: Found[] = [];
  for await (const one of due) found.push(one);
  return found;
};

test('window by window, with a restart after each, it finds the incident once, and the store holds it once', async () => {
  const fresh = await openTestStore();
  try {
    const hunt = HUNTS.find(({ detector }) => detector === 'D14')!;
    const { events } = await attackOfToday(hunt, 'windows');
    await fresh.store.insertEvents(events, 'all');
    const p: HuntParts = { ...parts(), store: fresh.store, hunts: fresh.store.hunts };
    const whole = findingsOf(events, { detectors: [detectorOf(hunt)] });
    assert.ok(whole.some(({ finding }) => finding.pages));
    const found: Found[] = [];
    for (;;) {
      // A process of its own for each window: what it knows comes from the store.
      const due = createHunter(hunt, p).due(Date.now());
      const next = await due.next();
      await due.return(undefined);
      if (next.done) break;
      found.push(next.value);
    }
    assert.ok(found.length > 10);
    const ids = (list: readonly Finding[]): string[] =>
      list.map(({ lineage, claim }) => `${lineage} ${claim}`);
    assert.deepEqual(ids(found.flatMap((one) => one.findings)), ids(whole.map(({ finding }) => finding)));
    const incidents: Incident[] = await fresh.store.incidents();
    assert.equal(new Set(incidents.map(({ id }) => id)).size, incidents.length);
    assert.deepEqual([...new Set(incidents.map(({ detectors }) => detectors.join()))], ['D14']);
    // Nothing is left to do, and doing it again changes nothing.
    assert.deepEqual(await all(createHunter(hunt, p).due(Date.now())), []);
    assert.equal((await fresh.store.incidents()).length, incidents.length);
  } finally {
    await fresh.close();
  }
});

test('a clock that jumps ahead by a day hunts no hours that are yet to come', async () => {
  const fresh = await openTestStore();
  try {
    const hunt = HUNTS.find(({ detector }) => detector === 'D14')!;
    const whole = (await attackOfToday(hunt, 'jump')).events;
    const until = Math.floor(whole.at(-1)!.at / (10 * MINUTE)) * 10 * MINUTE;
    const events = whole.filter(({ at }) => at >= until - 30 * MINUTE);
    const [first, rest] = [events.filter(({ at }) => at < until), events.filter(({ at }) => at >= until)];
    assert.ok(rest.length > 0);
    await fresh.store.insertEvents(first, 'first');
    const p: HuntParts = { ...parts(), store: fresh.store, hunts: fresh.store.hunts };
    const before = await all(createHunter(hunt, p).due(until + DAY));
    assert.equal(before.at(-1)!.until, until);
    await fresh.store.insertEvents(rest, 'rest');
    const after = await all(createHunter(hunt, p).due(until + 20 * MINUTE));
    const hunted = (found: readonly Found[]) => found.reduce((sum, one) => sum + one.events, 0);
    const undisturbed = await huntWindow(hunt, {
      judge: createJudge(hunt, p),
      parts: p,
      from: 0,
      until: until + DAY,
    });
    assert.equal(hunted(before) + hunted(after), undisturbed.events);
  } finally {
    await fresh.close();
  }
});

test('a window that another process runs is left alone until its claim expires', async () => {
  const { hunts } = t.store;
  const claim = { hunt: 'first-touch', from: 1000, now: Date.now(), leaseMs: MINUTE };
  assert.equal(await hunts.claim({ ...claim, owner: 'a' }), true);
  assert.equal(await hunts.claim({ ...claim, owner: 'b' }), false);
  assert.equal(await hunts.claim({ ...claim, owner: 'a' }), true);
  assert.equal(await hunts.claim({ ...claim, owner: 'b', now: claim.now + 2 * MINUTE }), true);
});

test('a claim from before the clock was set back by a day holds up nobody', async () => {
  const { hunts } = t.store;
  const claim = { hunt: 'first-touch', from: 3000, now: Date.now(), leaseMs: MINUTE };
  assert.equal(await hunts.claim({ ...claim, owner: 'a', now: claim.now + 24 * 60 * MINUTE }), true);
  assert.equal(await hunts.claim({ ...claim, owner: 'b' }), true);
});

test('two processes at once: each window is hunted by one of them', async () => {
  const fresh = await openTestStore();
  try {
    const hunt = HUNTS.find(({ detector }) => detector === 'D12')!;
    const { events } = await attackOfToday(hunt, 'both');
    await fresh.store.insertEvents(events, 'all');
    const p = { ...parts(), store: fresh.store, hunts: fresh.store.hunts };
    const runs = await Promise.all(
      ['a', 'b'].map((owner) => all(createHunter(hunt, { ...p, owner }).due(Date.now()))),
    );
    const windows = runs.flat().map(({ from }) => from);
    assert.ok(windows.length > 0);
    assert.deepEqual([...windows].sort(), [...new Set(windows)].sort());
  } finally {
    await fresh.close();
  }
});

test('keytrail hunt: makes up for what is due as NDJSON, and looks at the past without storing anything', async () => {
  const fresh = await openTestStore();
  try {
    const { server } = fresh;
    const hunt = HUNTS.find(({ detector }) => detector === 'D14')!;
    const { events } = await attackOfToday(hunt, 'cli');
    await fresh.store.insertEvents(events, 'all');
    const run = async (...args: string[]): Promise<string> => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', 'services/main.ts', 'hunt', '--hunt', hunt.name, ...args],
        {
          env: {
            ...process.env,
            CLICKHOUSE_URL: server.url,
            CLICKHOUSE_USER: server.username,
            CLICKHOUSE_PASSWORD: server.password,
            KEYTRAIL_DATA: fresh.dir,
          },
          maxBuffer: 1e8,
        },
      );
      return stdout;
    };
    const [from, to] = [events[0]!.at, events.at(-1)!.at + 1].map((at) => new Date(at).toISOString());
    const past = await run('--from', from!, '--to', to!);
    assert.match(past, /first-touch {2}\d{4}-.+ events, \d+ incident\(s\)\n {2}\w+ {2}GET /);
    assert.deepEqual(await fresh.store.incidents(), []);
    const told = (await run('--once', '--json')).trim().split('\n');
    const incidents = told.map((line) => incident.parse(JSON.parse(line)));
    assert.ok(incidents.length > 0);
    assert.deepEqual(
      new Set((await fresh.store.incidents()).map(({ id }) => id)),
      new Set(incidents.map(({ id }) => id)),
    );
    assert.equal((await run('--once', '--json')).trim(), '');
  } finally {
    await fresh.close();
  }
});
