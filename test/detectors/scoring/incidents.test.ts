// Findings fold into incidents: one attack, one incident, told again only when it matters.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { incident as incidentSchema } from '../../../schemas/incident.ts';
import { DAY, HOUR, START, type Story, type Told, tell } from './story.ts';

const D08: Told = { detector: 'D08', since: START, records: 1, bytes: 1000 };

/** `count` reads of new objects, one a second, from `from` on. */
function walk(
  story: Story,
  o: { from: number; count: number; first?: number; cluster?: number; lineage?: string },
) {
  for (let i = 0; i < o.count; i++)
    story.call({
      at: o.from + i * 1000,
      objects: [`c-${(o.first ?? 0) + i}`],
      ...(o.cluster === undefined ? {} : { cluster: o.cluster }),
      ...(o.lineage === undefined ? {} : { lineage: o.lineage }),
    });
}

test('the first paging finding opens; what follows folds into the same incident', () => {
  const story = tell();
  walk(story, { from: START, count: 20 });
  story.call({ at: START + 20_000, objects: ['c-20'] }, [{ ...D08, records: 21, bytes: 21_000 }]);
  const [opened] = story.emitted;
  assert.ok(opened);
  assert.equal(opened.status, 'open');
  assert.equal(opened.family, 'enumeration');
  assert.deepEqual(opened.detectors, ['D08']);
  assert.equal(opened.opened_at, new Date(START + 20_000).toISOString());
  assert.equal(opened.first_event_at, new Date(START).toISOString());
  assert.deepEqual(opened.exposed, { records: 21, low: 21, high: 22, bytes: 21_000 });
  assert.deepEqual(opened.samples, [...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `req-${n}`), 'req-21']);
  assert.equal(opened.title, 'partner-key enumerated 21 records');
  assert.match(opened.summary, /^partner-key did what D08 looks for\. Taken so far: 21 distinct records/);
  for (let i = 0; i < 50; i++)
    story.call({ at: START + 60_000 + i, objects: [`d-${i}`] }, [{ ...D08, logE: 20 + i }]);
  assert.equal(new Set(story.emitted.map((i) => i.id)).size, 1);
  assert.equal(story.emitted.length, 1, 'nothing worth telling again');
  assert.equal([...story.incidents.all()].length, 1);
});

test('supporting findings wait, join when it opens and never open one themselves', () => {
  const story = tell();
  story.call({ at: START }, [{ detector: 'D24', pages: false, logE: 5 }]);
  story.call({ at: START + HOUR }, [{ detector: 'D09', pages: false, logE: 2.9 }]);
  assert.deepEqual(story.emitted, []);
  assert.equal(story.incidents.statistics().waiting, 1);
  story.call({ at: START + 2 * HOUR }, [D08]);
  assert.deepEqual(story.latest()[0]?.detectors, ['D08', 'D24']);
  assert.equal(story.incidents.statistics().waiting, 0);
});

test('supporting findings older than a day do not join', () => {
  const story = tell();
  story.call({ at: START }, [{ detector: 'D24', pages: false, logE: 5 }]);
  story.call({ at: START + DAY + 1 }, [{ ...D08, since: START + DAY }]);
  assert.deepEqual(story.latest()[0]?.detectors, ['D08']);
});

test('a gap under a day merges, a longer one closes and the next opens another', () => {
  const story = tell();
  story.call({ at: START }, [D08]);
  story.call({ at: START + DAY - 1 }, [D08]);
  assert.equal(story.latest().length, 1);
  story.until(START + 2 * DAY - 2);
  assert.equal(story.latest()[0]?.status, 'open');
  story.until(START + 2 * DAY + 60_000);
  assert.equal(story.latest()[0]?.status, 'closed');
  story.call({ at: START + 3 * DAY }, [{ ...D08, since: START + 3 * DAY }]);
  const states = story.latest().map((i) => i.status);
  assert.deepEqual(states, ['closed', 'open']);
  assert.equal(story.incidents.statistics().closed, 1);
});

test('a long silence closes also when the watermark was not told before the next finding', () => {
  const story = tell();
  story.call({ at: START }, [D08]);
  story.call({ at: START + 5 * DAY }, [{ ...D08, since: START + 5 * DAY }]);
  assert.deepEqual(
    story.emitted.map((i) => i.status),
    ['open', 'open', 'closed'],
  );
  assert.equal(story.latest().length, 2);
});

test('told again: severity, ten times the records, a new paging detector; never for mere repetition', () => {
  const story = tell();
  story.call({ at: START, objects: ['a'] }, [{ ...D08, logE: 100 }]);
  for (let i = 0; i < 100; i++) story.call({ at: START + 1000 + i }, [{ ...D08, logE: 100 }]);
  assert.equal(story.emitted.length, 1);
  story.call({ at: START + 2000 }, [{ detector: 'D24', pages: false, logE: 9 }]);
  assert.equal(story.emitted.length, 1, 'a supporting detector joins silently');
  story.call({ at: START + 3000 }, [{ detector: 'D09' }]);
  assert.equal(story.emitted.length, 2);
  assert.equal(story.emitted[1]?.status, 'updated');
  assert.deepEqual(story.emitted[1]?.detectors, ['D08', 'D09', 'D24']);
  walk(story, { from: START + 10_000, count: 2000 });
  const records = story.emitted.slice(2).map((i) => i.exposed.records);
  assert.ok(records.length >= 2 && records.length <= 4, String(records));
  assert.ok(records.some((n) => n >= 10));
});

test('what joins on the opening event is part of the opening', () => {
  const story = tell();
  story.call({ at: START }, [D08, { detector: 'D09' }]);
  assert.deepEqual(
    story.emitted.map((i) => [i.status, i.detectors.length]),
    [
      ['open', 1],
      ['open', 2],
    ],
  );
});

test('families of one tactic do not split, and the specific one names the incident', () => {
  const cases: [string[], string][] = [
    [['D24', 'D08'], 'enumeration'],
    [['D08', 'D17'], 'scraping'],
    [['D17', 'D08', 'D24'], 'scraping'],
    [['D24'], 'volume'],
    [['D08', 'D10'], 'enumeration'],
    [['D08', 'D02'], 'replay'],
  ];
  for (const [detectors, family] of cases) {
    const story = tell();
    for (const [i, detector] of detectors.entries())
      story.call({ at: START + i * 1000, objects: [`o${i}`] }, [{ detector, since: START }]);
    const latest = story.latest();
    assert.equal(latest.length, 1, detectors.join());
    assert.equal(latest[0]?.family, family, detectors.join());
    assert.deepEqual([...(latest[0]?.detectors ?? [])].sort(), [...detectors].sort());
  }
});

test('a thief who walks ids is one incident: the walk joins the replay, counted for the thief alone', () => {
  const story = tell();
  const thief = 7;
  for (let i = 0; i < 40; i++) story.call({ at: START + i * 1000, objects: [`own-${i % 5}`], cluster: 1 });
  story.call({ at: START + 41_000, objects: ['x'], cluster: thief }, [
    { detector: 'D02', since: START + 41_000 },
  ]);
  walk(story, { from: START + 42_000, count: 400, cluster: thief });
  for (let i = 0; i < 100; i++) story.call({ at: START + 450_000 + i, objects: [`own-${i}`], cluster: 1 });
  walk(story, { from: START + 500_000, count: 100, first: 400, cluster: thief });
  story.call({ at: START + 600_000, objects: ['c-500'], cluster: thief }, [
    { ...D08, since: START + 500_000, records: 100 },
  ]);
  const latest = story.latest();
  assert.equal(latest.length, 1);
  assert.equal(latest[0]?.family, 'replay');
  assert.deepEqual([...(latest[0]?.detectors ?? [])].sort(), ['D02', 'D08']);
  assert.equal(latest[0]?.exposed.records, 502, 'x and c-0 to c-500, not what the owner read');
  assert.equal(latest[0]?.sources.length, 1);
  assert.equal(latest[0]?.title, 'partner-key is used by somebody else, who took 502 records');
});

test('the other way round: a replay found later joins the walk that came from its source', () => {
  const story = tell();
  walk(story, { from: START, count: 300, cluster: 7 });
  story.call({ at: START + 300_000, objects: ['c-300'], cluster: 7 }, [{ ...D08, records: 301 }]);
  story.call({ at: START + 301_000, objects: ['c-301'], cluster: 7 }, [{ detector: 'D02' }]);
  assert.equal(story.latest().length, 1);
  assert.equal(story.latest()[0]?.family, 'replay');
});

test('a replay from one source and a walk from another are two incidents', () => {
  const story = tell();
  story.call({ at: START, objects: ['x'], cluster: 7 }, [{ detector: 'D02' }]);
  walk(story, { from: START + 1000, count: 300, cluster: 1 });
  story.call({ at: START + 301_000, objects: ['c-300'], cluster: 1 }, [{ ...D08, records: 301 }]);
  assert.deepEqual(
    story
      .latest()
      .map((i) => i.family)
      .sort(),
    ['enumeration', 'replay'],
  );
});

test('a posture finding stays apart from an attack; credentials and tenants never mix', () => {
  const story = tell();
  story.call({ at: START }, [D08]);
  story.call({ at: START + 1 }, [{ detector: 'D26' }]);
  story.call({ at: START + 2, lineage: 'key-2' }, [D08]);
  story.call({ at: START + 3, tenant: 'other' }, [D08]);
  assert.equal(story.latest().length, 4);
  assert.equal(story.incidents.of('acme', 'key-1').length, 2);
  assert.equal(story.incidents.of('other', 'key-1').length, 1);
  assert.equal(story.incidents.of('other', 'key-2').length, 0);
});

test('after the attack the ordinary calls of the credential are not counted', () => {
  const story = tell();
  story.call({ at: START, objects: ['a'] }, [D08]);
  walk(story, { from: START + HOUR, count: 10 });
  walk(story, { from: START + 9 * HOUR, count: 10, first: 100 });
  assert.equal([...story.incidents.all()][0]?.exposed.records, 11);
});

test('listing pages count their items once each, with what is not known in the interval', () => {
  const story = tell();
  story.call({ at: START, page: 1, items: 50 }, [{ detector: 'D17', records: 50, bytes: 1000 }]);
  for (const page of [2, 3, 3, 4, 4, 4]) story.call({ at: START + page * 1000, page, items: 50 });
  story.call({ at: START + 9000, page: 5, items: 7 });
  assert.deepEqual([...story.incidents.all()][0]?.exposed.records, 207);
  story.call({ at: START + 10_000, page: 6 });
  const exposed = [...story.incidents.all()][0]?.exposed;
  assert.equal(exposed?.records, 257);
  assert.equal(exposed?.low, 208);
});

test('a list asked for by a record counts its items, not the record', () => {
  const story = tell();
  story.call({ at: START, objects: ['c'], page: 1, items: 50 }, [{ detector: 'D17', records: 50 }]);
  for (const page of [2, 3]) story.call({ at: START + page * 1000, objects: ['c'], page, items: 50 });
  assert.equal([...story.incidents.all()][0]?.exposed.records, 150);
});

test('the lists that an agent reads are its own; ordinary probing is told without them until a list reader joins', () => {
  const agent = tell();
  agent.call({ at: START, page: 1, items: 50 }, [{ detector: 'D29', records: 50 }]);
  agent.call({ at: START + 1000, page: 2, items: 50 });
  assert.equal([...agent.incidents.all()][0]?.exposed.records, 100);

  const probe = tell();
  probe.call({ at: START }, [{ detector: 'D10', records: 0 }]);
  for (const page of [1, 2, 3]) probe.call({ at: START + page * 1000, page, items: 50 });
  assert.equal([...probe.incidents.all()][0]?.exposed.records, 0);
  probe.call({ at: START + 4000, page: 4, items: 50 }, [{ detector: 'D17', records: 200 }]);
  for (const page of [2, 3, 5]) probe.call({ at: START + 5000 + page, page, items: 50 });
  assert.equal([...probe.incidents.all()][0]?.exposed.records, 250, 'pages 2 and 3 were counted by D17');
});

test('a walk most of which comes from a known thief joins, and takes nothing of the owner with it', () => {
  const story = tell();
  story.call({ at: START, objects: ['x'], cluster: 7 }, [{ detector: 'D02' }]);
  for (let i = 0; i < 60; i++)
    story.call({ at: START + 1000 + i * 1000, objects: [`o-${i}`], cluster: i % 3 === 0 ? 1 : 7 });
  story.call({ at: START + 70_000, objects: ['own'], cluster: 1 }, [
    { ...D08, since: START + 1000, records: 61 },
  ]);
  assert.equal(story.latest().length, 1);
  assert.equal(story.latest()[0]?.exposed.records, 41);
});

test('claims about many that share callers are one incident, and add up over what they are about', () => {
  const story = tell();
  const about = (route: string, attributed: string[]): Told => ({
    detector: 'D10',
    route,
    attributed,
    records: 30,
  });
  story.call({ at: START }, [about('/v1/a', ['k1', 'k2', 'k3', 'k4', 'k5'])]);
  story.call({ at: START + 1000 }, [about('/v1/b', ['k4', 'k5', 'k6', 'k7', 'k8'])]);
  story.call({ at: START + 2000 }, [about('/v1/c', ['k8', 'k9'])]);
  assert.equal(story.latest().length, 2, 'one caller in common may be chance');
  const [first] = [...story.incidents.all()];
  assert.equal(first?.exposed.records, 60);
  assert.equal(first?.attributed.length, 8);
});

test('finish returns what changed since it was last returned, and closes nothing', () => {
  const story = tell();
  story.call({ at: START, objects: ['a'] }, [{ ...D08, logE: 100 }]);
  assert.deepEqual(story.incidents.finish(), []);
  story.call({ at: START + 1000, objects: ['b'] });
  const [last] = story.incidents.finish();
  assert.equal(last?.status, 'updated');
  assert.equal(last?.exposed.records, 2);
  assert.deepEqual(story.incidents.finish(), []);
});

test('odds and the cost of blocking come from the ordinary past', () => {
  const past = {
    events: 12_400,
    firstAt: START - 31 * DAY,
    lastAt: START,
    routes: 14,
    maxNovelPerDay: 0,
    maxRequestsPerDay: 0,
    maxBytesPerDay: 0,
    peers: 12,
    owner: 'Anna',
  };
  const story = tell({}, past);
  story.call({ at: START }, [{ ...D08, logE: 20 }]);
  const [incident] = story.emitted;
  assert.equal(incident?.odds, "expected at most once in 332 years of this credential's traffic");
  assert.deepEqual(incident?.response.at(-1), {
    action: 'Before blocking the credential, tell whoever depends on it',
    effect: 'It also made 12,400 ordinary calls on 14 routes in the 31 days before; these stop as well.',
  });
});

test('hostile text is cleaned and bounded', () => {
  const story = tell();
  const nasty = `\u001b[31mred\u001b]0;title\u0007\r\nforged line\u202eevil\u0000${'x'.repeat(5000)}`;
  story.call({ at: START, display: nasty }, [{ ...D08, claim: nasty, rejected: [nasty] }]);
  const text = JSON.stringify(story.emitted[0]);
  assert.ok(!/\\u00[01]|\\r|\\n|\u202e/.test(text));
  assert.ok(text.length < 5000);
  assert.match(story.emitted[0]?.credential.display ?? '', /^red forged line evil x+…$/);
});

test('bounds: open incidents, waiting credentials and kept closed ones; each overflow is counted', () => {
  const story = tell({ maxOpen: 3, maxClosed: 2, maxWaiting: 2 });
  for (let i = 0; i < 7; i++) story.call({ at: START + i * 2 * HOUR, lineage: `k${i}` }, [D08]);
  assert.equal(story.incidents.statistics().open, 3);
  assert.equal(story.incidents.statistics().openOverflow, 4);
  assert.equal(story.incidents.statistics().closed, 2);
  assert.equal(story.incidents.statistics().closedDropped, 2);
  assert.equal(story.emitted.filter((i) => i.status === 'closed').length, 4);
  for (let i = 0; i < 5; i++)
    story.call({ at: START + 13 * HOUR + i, lineage: `w${i}` }, [{ detector: 'D24', pages: false, logE: 5 }]);
  assert.equal(story.incidents.statistics().waiting, 2);
  assert.equal(story.incidents.statistics().supportingDropped, 3);
});

test('an incident that was closed early by a bound opens again under the same id', () => {
  const story = tell({ maxOpen: 1 });
  story.call({ at: START, lineage: 'a' }, [D08]);
  story.call({ at: START + 1, lineage: 'b' }, [D08]);
  story.call({ at: START + 2, lineage: 'a' }, [D08]);
  assert.equal(story.latest().length, 2);
  assert.equal(story.incidents.of('acme', 'a').length, 1);
});

const step = fc.record({
  gap: fc.oneof(
    { weight: 20, arbitrary: fc.nat({ max: 60_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: HOUR, max: 3 * DAY }) },
  ),
  lineage: fc.constantFrom('k1', 'k2', 'k3'),
  cluster: fc.integer({ min: 1, max: 4 }),
  objects: fc.array(fc.nat({ max: 60 }).map(String), { maxLength: 3 }),
  status: fc.constantFrom(200, 200, 200, 404),
  findings: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.record({
          detector: fc.constantFrom('D01', 'D02', 'D08', 'D09', 'D10', 'D17', 'D24', 'D26'),
          pages: fc.boolean(),
          logE: fc.double({ min: 0, max: 800, noNaN: true }),
          records: fc.nat({ max: 2000 }),
        }),
        { maxLength: 3 },
      ),
    },
  ),
});

test('any stream: valid, deterministic, bounded, each incident opens once and severity never falls', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const play = (): Story => {
        const story = tell({ maxOpen: 4, maxClosed: 50, exactLimit: 16, exactSlots: 256 });
        let at = START;
        for (const { gap, findings, ...call } of steps) {
          at += gap;
          story.call({ ...call, at }, findings);
          assert.ok(story.incidents.statistics().open <= 4);
        }
        story.emitted.push(...story.incidents.finish());
        return story;
      };
      const story = play();
      assert.deepEqual(play().emitted, story.emitted);
      const order = ['info', 'low', 'medium', 'high', 'critical'];
      const last = new Map<string, { status: string; severity: string; records: number }>();
      for (const incident of [...story.emitted, ...story.incidents.all()]) {
        incidentSchema.parse(incident);
        const { low, records, high } = incident.exposed;
        assert.ok(low <= records && records <= high);
        assert.ok(incident.first_event_at <= incident.opened_at);
        assert.ok(incident.opened_at <= incident.last_event_at);
        assert.ok(incident.samples.length >= 1 && incident.samples.length <= 10);
      }
      for (const incident of story.emitted) {
        const before = last.get(incident.id);
        if (before && before.status !== 'closed') {
          assert.ok(order.indexOf(incident.severity) >= order.indexOf(before.severity));
          assert.ok(incident.exposed.records >= before.records);
          if (before.status === 'updated') assert.notEqual(incident.status, 'open');
        } else assert.equal(incident.status, 'open');
        last.set(incident.id, { ...incident, records: incident.exposed.records });
      }
    }),
    { numRuns: 150 },
  );
});

test('records are exact against the truth, re-reads and misses excluded, below and above the sketch', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: fc.nat({ max: 400 }), ok: fc.boolean() }), { maxLength: 600 }),
      fc.constantFrom(10_000, 64),
      (reads, exactLimit) => {
        const story = tell({ exactLimit });
        story.call({ at: START, objects: ['first'] }, [D08]);
        const touched = new Set(['first']);
        const truth = new Set(['first']);
        for (const [i, { id, ok }] of reads.entries()) {
          const object = String(id);
          if (ok && !touched.has(object)) truth.add(object);
          touched.add(object);
          story.call({ at: START + 1000 + i, objects: [object], status: ok ? 200 : 404 });
        }
        const exposed = [...story.incidents.all()][0]?.exposed;
        assert.ok(exposed);
        const error = Math.abs(exposed.records - truth.size);
        assert.ok(
          error <= (exactLimit === 64 ? Math.max(4, truth.size * 0.03) : 0),
          `${error} of ${truth.size}`,
        );
        assert.ok(exposed.high >= truth.size - 4);
      },
    ),
    { numRuns: 40 },
  );
});
