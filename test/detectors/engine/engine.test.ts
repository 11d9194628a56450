// What the engine promises whatever the detectors: order, determinism, isolation, bounds, cadence, restart.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CATALOGUE } from '../../../detectors/catalogue.ts';
import { createEngine } from '../../../detectors/engine.ts';
import type { EngineOptions, StoredBaseline } from '../../../detectors/engine-contract.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { type Finding, finding as findingSchema } from '../../../schemas/finding.ts';
import { incident as incidentSchema } from '../../../schemas/incident.ts';
import { accusing, counting, looking } from './made-up-detectors.ts';
import { call, createRandom, DAY, HOUR, MINUTE, START, traffic } from './traffic.ts';

const DETECTORS = [...CATALOGUE, counting];

function findingsOf(events: readonly ApiEvent[], options: EngineOptions = {}): Finding[] {
  const engine = createEngine({ detectors: DETECTORS, ...options });
  return events.flatMap((event) => [...engine.process(event).findings]);
}

test('a detector sees the baseline before its event, and the next one what was learned', () => {
  const seen: unknown[] = [];
  const engine = createEngine({
    detectors: [
      looking((_, b) =>
        seen.push([b.seen, b.events, b.objects.novel, b.distinct.value, b.source.prefixKnown, b.routeKnown]),
      ),
    ],
  });
  for (let i = 0; i < 3; i++) engine.process(call({ at: START + i, objects: ['7'] }));
  assert.deepEqual(seen, [
    [0, 0, 1, 0, false, false],
    [1, 1, 0, 1, true, true],
    [2, 2, 0, 1, true, true],
  ]);
});

test('two runs give the same verdicts, and findings and incidents have their published shape', () => {
  const events = traffic({ events: 6000, seed: 3 });
  const run = () => {
    const engine = createEngine({ detectors: DETECTORS });
    const verdicts = events.map((event) => engine.process(event));
    return {
      verdicts,
      rest: engine.finish(),
      incidents: [...engine.incidents()],
      credentials: [...engine.credentials()],
    };
  };
  const first = run();
  assert.deepEqual(run(), first);
  const findings = first.verdicts.flatMap((verdict) => verdict.findings);
  assert.ok(findings.length > 20, `${findings.length} findings to compare`);
  for (const finding of findings) findingSchema.parse(finding);
  assert.ok(first.incidents.length > 0);
  for (const incident of first.incidents) incidentSchema.parse(incident);
});

test('nothing to report is one shared verdict, not a new object per event', () => {
  const engine = createEngine({ detectors: [] });
  const first = engine.process(call({ at: START }));
  assert.equal(engine.process(call({ at: START + 1 })), first);
});

test('other tenants change no finding', () => {
  const events = traffic({ events: 5000, seed: 4, tenants: 3 });
  const alone = findingsOf(events.filter((event) => event.tenant === 'tenant-1'));
  const among = findingsOf(events).filter((finding) => finding.tenant === 'tenant-1');
  assert.ok(alone.length > 3);
  assert.deepEqual(among, alone);
});

test('split anywhere: save, restore elsewhere and go on gives the same findings', () => {
  const events = traffic({ events: 1500, seed: 5 });
  const whole = findingsOf(events);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: events.length }), (cut) => {
      const before = createEngine({ detectors: DETECTORS });
      const findings = events.slice(0, cut).flatMap((event) => [...before.process(event).findings]);
      const after = createEngine({ detectors: DETECTORS });
      assert.equal(after.restore(before.snapshot()).ignored, 0);
      findings.push(...events.slice(cut).flatMap((event) => [...after.process(event).findings]));
      assert.deepEqual(findings, whole);
    }),
    { numRuns: 8 },
  );
});

test('a snapshot restores to equal bytes; rows of another layout are ignored and counted', () => {
  const engine = createEngine({ detectors: DETECTORS });
  for (const event of traffic({ events: 2000, seed: 6 })) engine.process(event);
  const rows = [...engine.snapshot()];
  const other = createEngine({ detectors: DETECTORS });
  assert.deepEqual(other.restore(rows), { restored: rows.length, ignored: 0 });
  assert.deepEqual([...other.snapshot()], rows);
  assert.deepEqual(
    [...other.credentials()].map((c) => [c.lineage, c.events, c.objects]),
    [...engine.credentials()].map((c) => [c.lineage, c.events, c.objects]),
  );
  const stranger = createEngine({ detectors: [] });
  const result = stranger.restore(rows);
  assert.ok(result.ignored >= rows.length - 2, 'all but clock and egress');
  assert.equal(stranger.statistics().credentials, 0);
});

test('an evicted credential that is restored goes on as if it had stayed', () => {
  const own = Array.from({ length: 240 }, (_, i) =>
    call({ at: START + i * MINUTE, objects: [`${i % 90}`], bytes: i }),
  );
  const whole = findingsOf(own, { detectors: [counting] });
  assert.ok(whole.length >= 3);
  const evicted = new Map<string, StoredBaseline>();
  const engine = createEngine({
    detectors: [counting],
    maxCredentials: 3,
    onEvict: (stored) => evicted.set(stored.lineage, stored),
  });
  const findings: Finding[] = [];
  for (const [i, event] of own.entries()) {
    // Strangers of another tenant push the credential out again and again.
    for (let k = 0; k < 3; k++)
      engine.process(call({ at: event.at, tenant: 'other', lineage: `s${i}-${k}` }));
    const stored = evicted.get('key:alpha');
    evicted.clear();
    if (stored) assert.deepEqual(engine.restore([stored]), { restored: 1, ignored: 0 });
    findings.push(...engine.process(event).findings);
  }
  assert.ok(engine.statistics().evictions > 600);
  assert.deepEqual(findings, whole);
});

test('shifting all times by whole weeks changes nothing but times', () => {
  const events = traffic({ events: 3000, seed: 7, stepMs: 30 * MINUTE });
  const weeks = 53 * 7 * DAY;
  const plain = findingsOf(events);
  const shifted = findingsOf(events.map((event) => ({ ...event, at: event.at + weeks })));
  assert.ok(plain.length > 10);
  const untimed = (finding: Finding) => ({ ...finding, evidence: [] });
  assert.deepEqual(
    shifted.map((f) => untimed({ ...f, at: f.at - weeks, since: f.since - weeks })),
    plain.map(untimed),
  );
});

test('state stays bounded under a hundred thousand credentials, each eviction counted', () => {
  const random = createRandom(8);
  let stored = 0;
  const engine = createEngine({ detectors: [counting], maxCredentials: 500, onEvict: () => stored++ });
  let most = 0;
  for (let i = 0; i < 100_000; i++) {
    const objects = random() < 0.3 ? Array.from({ length: 30 }, (_, k) => `${i}-${k}`) : [];
    const lineage = random() < 0.2 ? `busy-${Math.floor(random() * 400)}` : `random-${i}`;
    const route = `/r${Math.floor(random() * 1e6)}`;
    engine.process(call({ at: START + i * 1000, lineage, objects, route, client: `c${i % 5000}` }));
    if (i % 1000 === 0) most = Math.max(most, engine.statistics().stateBytes);
  }
  const { credentials, evictions, stateBytes } = engine.statistics();
  assert.ok(credentials <= 500);
  assert.equal(evictions, stored);
  assert.ok(evictions > 50_000);
  assert.ok(stateBytes <= 16 * 2 ** 20, `${stateBytes} bytes`);
});

test('finding cadence: again only when stronger and doubled, after six hours, or when it starts to page', () => {
  const plan = [
    { at: 0, logE: 5, pages: false, records: 10, expected: true },
    { at: 1, logE: 9, pages: false, records: 15, expected: false }, // stronger, not doubled
    { at: 2, logE: 6, pages: false, records: 50, expected: false }, // doubled, not stronger
    { at: 3, logE: 7, pages: false, records: 20, expected: true },
    { at: 4, logE: 7, pages: true, records: 20, expected: true }, // now pages
    { at: 5, logE: 7, pages: true, records: 20, expected: false },
    { at: 4 + 6 * 60 - 1, logE: 7, pages: true, records: 20, expected: false },
    { at: 4 + 6 * 60, logE: 7, pages: true, records: 20, expected: true },
  ];
  let step = plan[0]!;
  const engine = createEngine({
    detectors: [
      accusing(() => ({
        logE: step.logE,
        pages: step.pages,
        exposed: { records: step.records, bytes: 0, events: 1 },
      })),
    ],
  });
  for (step of plan) {
    const { findings } = engine.process(call({ at: START + step.at * MINUTE }));
    assert.equal(findings.length === 1, step.expected, `at minute ${step.at}`);
  }
  assert.equal(engine.statistics().findings, 4);
});

test('claims and evidence of a finding are bounded', () => {
  const item = { feature: 'f', observed: 1, expected: 1, unit: '', window: '' };
  const engine = createEngine({
    detectors: [
      accusing(() => ({
        claim: 'x'.repeat(9999),
        evidence: new Array(99).fill(item),
        rejected: new Array(99).fill('r'),
      })),
    ],
  });
  const [finding] = engine.process(call({ at: START })).findings;
  assert.equal(finding?.claim.length, 500);
  assert.equal(finding?.evidence.length, 20);
  assert.equal(finding?.rejected.length, 10);
});

test('descending, repeated and wildly wrong times neither crash nor corrupt', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.nat(400 * 24 * 60), fc.constantFrom(0, 2 ** 42, 4e15, Number.MAX_SAFE_INTEGER / 1e4)),
        { maxLength: 120 },
      ),
      (minutes) => {
        const engine = createEngine({
          detectors: [
            looking((_, b) => {
              for (const part of [b.bytes, b.requests, b.novelObjects])
                for (const value of [
                  part.thisHour,
                  part.today,
                  part.logMean,
                  part.logSd,
                  part.maxHour,
                  part.maxDay,
                ])
                  assert.ok(Number.isFinite(value) && value >= 0, String(value));
              assert.ok(b.source.probability > 0 && b.source.probability <= 1);
              assert.ok(b.novelShare >= 0 && b.novelShare <= 1);
              assert.ok(b.hourShare > 0 && b.hourShare <= 1);
              assert.ok(b.source.clusterAge >= 0);
            }),
            counting,
          ],
        });
        for (const minute of minutes)
          engine.process(call({ at: minute * MINUTE, objects: [`${minute % 9}`] }));
        assert.equal(engine.statistics().events, minutes.length);
        const total = [...engine.credentials()].reduce((sum, credential) => sum + credential.events, 0);
        assert.equal(total, minutes.length);
      },
    ),
    { numRuns: 60 },
  );
});

test('late events are judged and counted but not learned; the clock is set back after 64 in a row', () => {
  let judged = 0;
  let learned = 0;
  const engine = createEngine({
    detectors: [
      looking((_, b) => {
        judged++;
        learned = b.events;
      }),
    ],
  });
  for (let i = 0; i < 20; i++) engine.process(call({ at: START + 10 * DAY + i * MINUTE }));
  for (let i = 0; i < 64; i++) engine.process(call({ at: START + i * MINUTE }));
  assert.equal(judged, 84);
  assert.equal(engine.statistics().late, 64);
  engine.process(call({ at: START + HOUR + 5 * MINUTE }));
  engine.process(call({ at: START + HOUR + 6 * MINUTE }));
  assert.equal(learned, 21, 'the event after the reset was learned');
  assert.equal(engine.statistics().late, 64);
});

test('anonymous calls are counted but no credential detector judges them', () => {
  let judged = 0;
  const engine = createEngine({ detectors: [looking(() => judged++)] });
  for (let i = 0; i < 5; i++)
    engine.process(call({ at: START + i, lineage: 'anonymous', kind: 'anonymous', objects: [`${i}`] }));
  assert.equal(judged, 0);
  const [summary] = [...engine.credentials()];
  assert.deepEqual([summary?.events, summary?.objects, summary?.risk], [5, 5, 0]);
});

test('credentials are summarised exactly while they are small', () => {
  const engine = createEngine({ detectors: [] });
  for (let i = 0; i < 200; i++)
    engine.process(
      call({
        at: START + i * MINUTE,
        objects: [`${i % 150}`],
        prefix: `10.0.${i % 30}.0/24`,
        route: `/r${i % 25}`,
        bytes: 10,
      }),
    );
  const [summary] = [...engine.credentials()];
  assert.deepEqual(summary, {
    tenant: 'acme',
    lineage: 'key:alpha',
    kind: 'api-key',
    display: 'key:alpha',
    events: 200,
    objects: 150,
    sources: 30,
    routes: 25,
    bytes: 2000,
    risk: summary?.risk,
    incidents: [],
    readiness: { ready: [], waiting: [] },
    first_at: START,
    last_at: START + 199 * MINUTE,
  });
});

test('risk ranks an incident above a finding above habits', () => {
  const engine = createEngine({
    detectors: [
      accusing((event) => {
        if (event.credential.lineage === 'pages')
          return { logE: 12, pages: true, exposed: { records: 900, bytes: 1, events: 9 } };
        return event.credential.lineage === 'supports' ? { logE: 6, pages: false } : null;
      }),
    ],
  });
  for (let i = 0; i < 40; i++)
    for (const lineage of ['quiet', 'supports', 'pages'])
      engine.process(
        call({ at: START + i * MINUTE, lineage, objects: [lineage === 'quiet' ? '1' : `${i}`] }),
      );
  const ranked = [...engine.credentials()].sort((a, b) => b.risk - a.risk);
  assert.deepEqual(
    ranked.map((c) => c.lineage),
    ['pages', 'supports', 'quiet'],
  );
  assert.ok(ranked[0]!.risk >= 100 && ranked[1]!.risk < 100);
  assert.equal(ranked[0]!.incidents.length, 1);
});

test('a wrong tuning is refused whole and the old one stays in force', () => {
  const engine = createEngine({
    detectors: [counting],
    tuning: { version: 'one', detectors: {}, overrides: [] },
  });
  assert.throws(
    () => engine.setTuning({ version: 'two', detectors: { D92: { every: 0 } }, overrides: [] }),
    /every = 0/,
  );
  assert.equal(engine.tuningVersion, 'one');
  engine.setTuning({ version: 'two', detectors: { D92: { every: 1 } }, overrides: [] });
  const { findings } = engine.process(call({ at: START }));
  assert.equal(findings[0]?.tuning, 'two');
});
