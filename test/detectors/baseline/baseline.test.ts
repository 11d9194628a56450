// What the baseline learns and does not learn, seen through the real engine as a detector sees it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Baseline, Peers } from '../../../detectors/baseline/view.ts';
import { createEngine } from '../../../detectors/engine.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { accusing, looking } from '../engine/made-up-detectors.ts';
import { type Call, call, createRandom, DAY, HOUR, MINUTE, START } from '../engine/traffic.ts';

/** Feeds calls and returns what `read` saw at the last one. */
function at<T>(calls: readonly Call[], read: (baseline: Baseline, peers: Peers, event: ApiEvent) => T): T {
  let seen: T | undefined;
  const engine = createEngine({
    detectors: [
      looking((event, baseline, peers) => {
        seen = read(baseline, peers, event);
      }),
    ],
  });
  for (const one of calls) engine.process(call(one));
  return seen as T;
}
const repeat = (n: number, make: (i: number) => Call): Call[] => Array.from({ length: n }, (_, i) => make(i));

test('objects: exact while few, within the interval when many, an old one never new again while remembered', () => {
  const random = createRandom(1);
  for (const [distinct, tolerance] of [
    [10, 0],
    [300, 0.015],
    [5000, 0.04],
  ] as const) {
    const ids = repeat(distinct * 2, (i) => ({
      at: START + i * 1000,
      objects: [String(i < distinct ? i : Math.floor(random() * distinct))],
    }));
    let again = 0;
    const engine = createEngine({
      detectors: [
        looking((event, b) => (again += event.at >= START + distinct * 1000 ? b.objects.novel : 0)),
      ],
    });
    for (const one of ids) engine.process(call(one));
    const estimate = at([...ids, { at: START + DAY }], (b) => ({ ...b.distinct }));
    assert.equal(again, 0, `${distinct} objects`);
    assert.ok(Math.abs(estimate.value / distinct - 1) <= tolerance, JSON.stringify(estimate));
    assert.ok(estimate.low <= distinct && distinct <= estimate.high, JSON.stringify(estimate));
  }
});

test('objects: fewer than 2 in 100 new ones are missed, and an id twice in an event counts once', () => {
  let found = 0;
  const engine = createEngine({ detectors: [looking((_, b) => (found += b.objects.novel))] });
  for (let i = 0; i < 16_000; i++)
    engine.process(call({ at: START + i * 1000, objects: [`id-${i}`, `id-${i}`] }));
  assert.ok(found > 0.98 * 16_000 && found <= 16_000, String(found));
});

test('hours and days: sums before the event, statistics of complete hours only', () => {
  const calls = [
    ...repeat(3, (i) => ({ at: START + i * MINUTE, bytes: 100, objects: [`a${i}`] })),
    { at: START + HOUR, bytes: 50 },
    { at: START + HOUR + MINUTE, bytes: 7 },
  ];
  const seen = at(calls, (b) => ({
    bytes: { ...spread(b.bytes) },
    novel: spread(b.novelObjects),
    novelToday: b.novelToday,
  }));
  assert.equal(seen.bytes.thisHour, 50);
  assert.equal(seen.bytes.today, 350);
  assert.equal(seen.bytes.hours, 1);
  assert.equal(seen.bytes.maxHour, 300);
  assert.ok(Math.abs(seen.bytes.logMean - Math.log1p(300)) < 1e-6);
  assert.equal(seen.novel.maxHour, 3);
  assert.equal(seen.novelToday, 3);
  const nextDay = at([...calls, { at: START + DAY }], (b) => ({
    day: b.bytes.maxDay,
    novel: b.maxNovelPerDay,
    today: b.bytes.today,
    days: b.activeDays,
  }));
  assert.deepEqual(nextDay, { day: 357, novel: 3, today: 0, days: 2 });
});

function spread(h: Baseline['bytes']) {
  const { thisHour, today, hours, logMean, logSd, maxHour, maxDay } = h;
  return { thisHour, today, hours, logMean, logSd, maxHour, maxDay };
}

test('hourly mean and spread recover those of the traffic, one wild hour barely moves them', () => {
  const random = createRandom(2);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const hours = repeat(400, (i) => ({
    at: START + i * HOUR,
    bytes: Math.round(Math.exp(8 + 0.5 * normal())),
  }));
  const before = at([...hours, { at: START + 400 * HOUR }], (b) => spread(b.bytes));
  assert.ok(
    Math.abs(before.logMean - 8) < 0.15 && Math.abs(before.logSd - 0.5) < 0.12,
    JSON.stringify(before),
  );
  const after = at([...hours, { at: START + 400 * HOUR, bytes: 1e12 }, { at: START + 401 * HOUR }], (b) =>
    spread(b.bytes),
  );
  assert.ok(after.logMean - before.logMean < 0.02);
});

test('a mature level rises at most 15 % a week, however patient the attacker', () => {
  const steady = repeat(24 * 28, (i) => ({ at: START + i * HOUR, bytes: 1_000_000 }));
  const weeks = 3;
  const creeping = repeat(24 * 7 * weeks, (i) => ({
    at: START + (24 * 28 + i) * HOUR,
    bytes: 1_000_000 * 1.01 ** i,
  }));
  const { logMean, maxDay } = at([...steady, ...creeping, { at: START + (28 + 7 * weeks) * DAY }], (b) =>
    spread(b.bytes),
  );
  assert.ok(logMean <= Math.log(1_000_000) + (weeks + 1) * Math.log(1.15), String(logMean));
  assert.ok(maxDay <= 24_000_000 * 1.16 ** (weeks + 1), String(maxDay));
});

test('sources: known places are recognised level by level', () => {
  const home = repeat(30, (i) => ({ at: START + i * HOUR }));
  const facts = (last: Partial<Call>) =>
    at([...home, { at: START + 40 * HOUR, ...last }], ({ source: s }) => ({
      known: [s.prefixKnown, s.asnKnown, s.countryKnown, s.clientKnown],
      age: s.clusterAge,
      probability: s.probability,
      client: s.clientProbability,
    }));
  const same = facts({});
  const prefix = facts({ prefix: '203.0.114.0/24' });
  const network = facts({ prefix: '198.51.100.0/24', asn: 64999 });
  const country = facts({ prefix: '198.51.100.0/24', asn: 64999, country: 'BR' });
  const client = facts({ ua: 'curl' });
  assert.deepEqual(same.known, [true, true, true, true]);
  assert.equal(same.age, 40 * HOUR);
  assert.deepEqual(prefix.known, [false, true, true, true]);
  assert.equal(prefix.age, 40 * HOUR, 'the same network and client is the same cluster');
  assert.deepEqual(network.known, [false, false, true, true]);
  assert.equal(network.age, 0);
  assert.deepEqual(country.known, [false, false, false, true]);
  assert.deepEqual(client.known, [true, true, true, false]);
  assert.ok(same.probability > 0.8);
  assert.ok(
    same.probability > prefix.probability &&
      prefix.probability > network.probability &&
      network.probability > country.probability,
  );
  assert.ok(client.client < 0.05 && same.client > 0.9);
});

test('a place the peers use is likelier than one nobody uses, for an old and a young credential', () => {
  const peers = repeat(40, (i) => ({
    at: START + i * MINUTE,
    lineage: `key:${i % 20}`,
    client: 'app',
    prefix: `10.0.${i % 2}.0/24`,
    asn: 64500,
  }));
  const own = repeat(30, (i) => ({ at: START + (60 + i) * MINUTE, client: 'app', prefix: '10.0.0.0/24' }));
  const probability = (history: Call[], last: Partial<Call>) =>
    at([...history, { at: START + 3 * HOUR, client: 'app', ...last }], ({ source: s }) => ({
      own: s.probability,
      peers: s.peerProbability,
      floor: s.floorProbability,
      shared: s.prefixTenants,
    }));
  for (const history of [[...peers, ...own], peers]) {
    const shared = probability(history, { prefix: '10.0.1.0/24' });
    const strange = probability(history, { prefix: '198.51.100.0/24', asn: 65001, country: 'BR' });
    assert.ok(shared.own > 100 * strange.own && shared.peers > 100 * strange.peers);
    assert.ok(shared.shared >= 9 && shared.shared <= 11, 'ten credentials behind the prefix');
    assert.equal(strange.shared, 0);
    assert.ok(strange.own > 0);
  }
});

test('the source table keeps the busy places when strangers come by', () => {
  const calls = repeat(600, (i) => ({
    at: START + i * HOUR,
    ...(i % 3 ? {} : { prefix: `100.64.${i % 251}.0/24`, asn: 65000 + i }),
  }));
  const sources = at(calls, (b) => ({
    size: b.sources.size,
    main: Array.from({ length: b.sources.size }, (_, i) => b.sources.at(i))
      .filter((s) => s.prefix === '203.0.113.0/24')
      .map((s) => ({ count: s.count, country: s.country, asn: s.asn, firstAt: s.firstAt })),
  }));
  assert.equal(sources.size, 16);
  assert.equal(sources.main.length, 1);
  assert.ok(sources.main[0]!.count > 250);
  assert.equal(sources.main[0]!.firstAt, START + HOUR);
  assert.deepEqual([sources.main[0]!.country, sources.main[0]!.asn], ['DE', 64500]);
});

test('quarantine keeps an attack out of rates, sources, hours and routes but not out of the ledger', () => {
  const attackFrom = START + 5 * DAY;
  const isAttack = (event: ApiEvent): boolean => event.at >= attackFrom && event.at < attackFrom + 8 * HOUR;
  let seen: Record<string, unknown> = {};
  const run = (withAttack: boolean) => {
    const engine = createEngine({
      detectors: [
        accusing((event) => (isAttack(event) ? { logE: 5, pages: false } : null)),
        looking((_, b) => {
          seen = {
            novelShare: b.novelShare.toFixed(6),
            mean: b.bytes.logMean,
            maxDay: b.bytes.maxDay,
            sources: b.sources.size,
            route: b.routeKnown,
            miss: b.missShare,
            events: b.events,
            maxNovel: b.maxNovelPerDay,
          };
        }),
      ],
    });
    for (let i = 0; i < 5 * 24 * 4; i++)
      engine.process(call({ at: START + i * 15 * MINUTE, objects: [`${i % 20}`], bytes: 100 }));
    if (withAttack)
      for (let i = 0; i < 4000; i++)
        engine.process(
          call({
            at: attackFrom + i * 6000,
            objects: [`x${i}`],
            bytes: 1e6,
            prefix: '198.51.100.0/24',
            asn: 65001,
            country: 'BR',
            route: '/v1/export',
            status: 404,
          }),
        );
    engine.process(call({ at: START + 7 * DAY, route: '/v1/export' }));
    const [summary] = [...engine.credentials()];
    return { seen, objects: summary!.objects, quarantined: engine.statistics().quarantined };
  };
  const calm = run(false);
  const attacked = run(true);
  assert.deepEqual(attacked.seen, calm.seen);
  assert.equal(attacked.quarantined, 4000);
  assert.ok(Math.abs(attacked.objects / 4020 - 1) < 0.04, 'the ledger counts every object');
});

test('quarantine ends after seven days at most, and a calm day ends an episode', () => {
  const learned: number[] = [];
  const engine = createEngine({
    detectors: [accusing(() => ({ logE: 4, pages: false })), looking((_, b) => learned.push(b.events))],
  });
  for (let hour = 0; hour <= 8 * 24; hour++) engine.process(call({ at: START + hour * HOUR }));
  assert.equal(learned[7 * 24], 0);
  assert.equal(learned[8 * 24], 24);
  engine.process(call({ at: START + 10 * DAY }));
  engine.process(call({ at: START + 10 * DAY + HOUR }));
  assert.equal(learned.at(-1), 25, 'a new episode is quarantined again');
});

test('evidence a detector only mentions quarantines too', () => {
  const engine = createEngine({ detectors: [looking((_, __, ___, context) => context.suspect(3.5))] });
  engine.process(call({ at: START }));
  assert.equal(engine.statistics().quarantined, 1);
});

test('a late event changes no hour already complete', () => {
  const calls = [
    { at: START, bytes: 10 },
    { at: START + HOUR, bytes: 20 },
    { at: START + HOUR - MINUTE, bytes: 5_000_000 },
    { at: START + HOUR + MINUTE, bytes: 1 },
  ];
  const seen = at(calls, (b) => spread(b.bytes));
  assert.equal(seen.thisHour, 20);
  assert.equal(seen.maxHour, 10);
});

test('maturity: 200 learned requests over three days, or fourteen days', () => {
  const mature = (calls: Call[]): boolean => at(calls, (b) => b.mature);
  assert.equal(mature(repeat(500, (i) => ({ at: START + i * MINUTE }))), false);
  assert.equal(mature(repeat(201, (i) => ({ at: START + i * 15 * MINUTE }))), true);
  assert.equal(mature([{ at: START }, { at: START + 13 * DAY }]), false);
  assert.equal(mature([{ at: START }, { at: START + 14 * DAY }]), true);
});

test('routes, query shapes and hours of the week become known', () => {
  const calls = repeat(24 * 21, (i) => ({
    at: START + i * HOUR,
    route: `/r${i % 3}`,
    shape: i % 2 ? 'a=int' : '',
  })).filter((c) => (c.at / HOUR) % 24 < 8);
  const known = (last: Partial<Call>) =>
    at([...calls, { at: START + 21 * DAY + 3 * HOUR, ...last }], (b) => [
      b.routeKnown,
      b.queryShapeKnown,
      b.routes,
    ]);
  assert.deepEqual(known({ route: '/r1', shape: 'a=int' }), [true, true, 3]);
  assert.deepEqual(known({ route: '/r1', shape: 'b=text' }), [true, false, 3]);
  assert.deepEqual(known({ route: '/r9' }), [false, false, 3]);
  const share = (hour: number) => at([...calls, { at: START + 21 * DAY + hour * HOUR }], (b) => b.hourShare);
  assert.ok(share(3) > 2 * share(15));
});

test('peers: pooled per client once it has five credentials, else per tenant; each hour counts once', () => {
  const hours = 30;
  const calls = repeat(hours * 8, (i) => ({
    at: START + Math.floor(i / 8) * HOUR + (i % 8) * MINUTE,
    lineage: `key:${i % 8}`,
    client: i % 8 < 6 ? 'big' : 'small',
    bytes: i % 8 < 6 ? 1000 : 100_000,
  }));
  const seen = (client: string) =>
    at([...calls, { at: START + hours * HOUR, lineage: 'new', client }], (_, p) => ({
      size: p.size,
      mean: p.bytesLogMean,
      requests: p.requestsLogMean,
    }));
  const big = seen('big');
  const small = seen('small');
  assert.equal(big.size, 6);
  assert.ok(Math.abs(big.mean - Math.log1p(1000)) < 0.01);
  assert.ok(Math.abs(big.requests - Math.log1p(1)) < 0.01);
  assert.equal(small.size, 8, 'two credentials are no group: the tenant stands in');
  assert.ok(small.mean > big.mean);
});

test('peers: the growth curve knows what is usual at an age, and says 0 when it does not', () => {
  const calls = repeat(30 * 128, (i) => ({
    at: START + i * 1000,
    lineage: `key:${i % 30}`,
    objects: [`${i % 30}-${Math.floor(i / 30) % 40}`],
  }));
  const p99 = (made: number) =>
    at(
      [...calls, ...repeat(made + 1, (i) => ({ at: START + DAY + i, lineage: 'new' }))],
      (_, p) => p.distinctP99,
    );
  const at100 = p99(100);
  assert.ok(at100 >= 40 && at100 < 80, String(at100));
  assert.ok(p99(10) < at100);
  assert.equal(p99(1000), 0);
});
