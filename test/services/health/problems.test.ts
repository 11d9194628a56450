// What is wrong, in words: which figures give which problems, and that each says what to do next.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figures, JudgingFigures } from '../../../services/health/figures.ts';
import { bytesInWords, reasonsInWords, spanInWords, worstOf } from '../../../services/health/problem.ts';
import { problemsOf } from '../../../services/health/problems.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
const LIMITS = { silentMinutes: 30 };

const JUDGING: JudgingFigures = {
  events: 10_000,
  duplicates: 0,
  findings: 1,
  failed: 0,
  credentials: 100,
  openIncidents: 0,
  evictions: 0,
  late: 0,
  quarantined: 0,
  stateBytes: 1,
  checkpoints: 9,
  lastCheckpointAt: NOW - 1000,
  waitingSince: NOW - 1000,
  lastHour: { events: 10_000, rejected: 0, evictions: 0 },
};
const STORE = { place: 'ch:8123', trouble: null, troubleSince: null, disks: [] };
const KAFKA = { place: 'k:9092', trouble: null, troubleSince: null };
const PARTITION = { partition: 3, waiting: 50, behindMs: 0 };

const figures = (o: Partial<Figures>): Figures => ({
  service: 'detect',
  now: NOW,
  startedAt: NOW - 60 * MINUTE,
  store: STORE,
  ...o,
});
const judging = (o: Partial<JudgingFigures>): JudgingFigures => ({ ...JUDGING, ...o });
const lastHour = { events: 10_000, rejected: 0, evictions: 0 };
const outbox = {
  destination: 'siem',
  configured: true,
  pending: 3,
  oldestAt: NOW - 20 * MINUTE,
  lastError: 'HTTP 500',
  dead: 0,
};
const away = { trouble: 'connect ECONNREFUSED', troubleSince: NOW - 90_000 };

const CASES: {
  name: string;
  figures: Partial<Figures>;
  says: [name: string, level: string, what: RegExp][];
}[] = [
  {
    name: 'a process that keeps up has none',
    figures: {
      judging: JUDGING,
      kafka: { ...KAFKA, partitions: [PARTITION] },
      outbox: [{ ...outbox, oldestAt: NOW - MINUTE }],
      gateways: [{ gateway: 'kong', lastAt: NOW - 29 * MINUTE }],
      detectors: { off: [], misCalibrated: [] },
      configProblem: null,
    },
    says: [],
  },
  {
    name: 'ClickHouse away: what follows from it is not told beside it',
    figures: {
      store: { ...STORE, ...away },
      judging: judging({ waitingSince: NOW - 5 * MINUTE }),
      kafka: { ...KAFKA, partitions: [{ ...PARTITION, behindMs: 10 * MINUTE }] },
      gateways: [{ gateway: 'kong', lastAt: NOW - 40 * MINUTE }],
    },
    says: [['store-away', 'fail', /^ClickHouse at ch:8123 has not answered for 90 s: connect ECONNREFUSED$/]],
  },
  {
    name: 'one missed answer is no outage',
    figures: { store: { ...STORE, trouble: 'no answer', troubleSince: NOW - 1000 } },
    says: [],
  },
  {
    name: 'Kafka away',
    figures: { judging: JUDGING, kafka: { ...KAFKA, ...away, partitions: [] } },
    says: [['kafka-away', 'fail', /^Kafka at k:9092 has not answered for 90 s/]],
  },
  {
    name: 'a checkpoint that is not made',
    figures: { judging: judging({ waitingSince: NOW - 3 * MINUTE, lastCheckpointAt: NOW - 4 * MINUTE }) },
    says: [['checkpoint-stuck', 'fail', /waited 3 min for a checkpoint; the last was 4 min ago/]],
  },
  {
    name: 'no partition',
    figures: { judging: JUDGING, kafka: { ...KAFKA, partitions: [] } },
    says: [['no-partitions', 'warn', /has no partition/]],
  },
  {
    name: 'behind, while working',
    figures: {
      judging: JUDGING,
      kafka: { ...KAFKA, partitions: [PARTITION, { partition: 4, waiting: 9_000, behindMs: 7 * MINUTE }] },
    },
    says: [['behind', 'warn', /at least 7 min behind: 9,050 events wait in partition 4$/]],
  },
  {
    name: 'behind, while nothing is read',
    figures: {
      judging: judging({ waitingSince: null, lastCheckpointAt: NOW - 8 * MINUTE }),
      kafka: { ...KAFKA, partitions: [{ ...PARTITION, behindMs: 7 * MINUTE }] },
    },
    says: [['not-consuming', 'fail', /at least 7 min behind/]],
  },
  {
    name: 'each silent gateway',
    figures: {
      gateways: [
        { gateway: 'kong', lastAt: NOW - 47 * MINUTE },
        { gateway: 'envoy', lastAt: NOW },
      ],
    },
    says: [['gateway-silent', 'warn', /^no events from gateway kong for 47 minutes$/]],
  },
  {
    name: 'many lines that cannot be read, not a few',
    figures: {
      judging: judging({ lastHour: { ...lastHour, rejected: 500 } }),
      rejected: { empty: 2, 'invalid-json': 498 },
    },
    says: [['dead-letters', 'warn', /500 of 10,500 lines in the last hour .* invalid-json 498, empty 2\)/]],
  },
  {
    name: 'a few lines that cannot be read',
    figures: { judging: judging({ lastHour: { ...lastHour, rejected: 19 } }), rejected: { empty: 19 } },
    says: [],
  },
  {
    name: 'a detector that fails, and memory that holds too few',
    figures: { judging: judging({ failed: 2, lastHour: { ...lastHour, evictions: 5_000 } }) },
    says: [
      ['judging-failed', 'warn', /a detector failed on 2 events/],
      ['evictions', 'warn', /5,000 credentials were moved out of memory/],
    ],
  },
  {
    name: 'the outbox',
    figures: {
      outbox: [
        { ...outbox, dead: 1 },
        { ...outbox, destination: 'gone', configured: false, lastError: '' },
      ],
    },
    says: [
      ['outbox-old', 'warn', /^3 webhook deliveries to siem wait, the oldest for 20 min; .*HTTP 500$/],
      ['deliveries-dead', 'warn', /^1 webhook delivery to siem given up within a day/],
      ['outbox-old', 'warn', /^3 webhook deliveries to gone wait/],
    ],
  },
  {
    name: 'disks',
    figures: {
      store: {
        ...STORE,
        disks: [
          { disk: 'a', free: 1.5 * 2 ** 30, total: 2 ** 40 },
          { disk: 'b', free: 2 ** 39, total: 2 ** 40 },
          { disk: 'c', free: 2 ** 36, total: 2 ** 40 },
          { disk: 'remote', free: 0, total: 0 },
        ],
      },
    },
    says: [
      ['disk-full', 'fail', /disk a has 1\.5 GiB of 1\.0 TiB left/],
      ['disk-full', 'warn', /disk c has 64\.0 GiB/],
    ],
  },
  {
    name: 'hunts that do not run',
    figures: { service: 'hunt', lastHuntAt: NOW - 45 * MINUTE },
    says: [['hunts-late', 'warn', /for 45 min/]],
  },
  {
    name: 'the first hunt may take its time, but not for ever',
    figures: { service: 'hunt', lastHuntAt: null },
    says: [['hunts-late', 'warn', /for 60 min/]],
  },
  {
    name: 'detectors and configuration',
    figures: { detectors: { off: ['D08', 'D09'], misCalibrated: ['D24'] }, configProblem: 'bad: wrong' },
    says: [
      ['config-refused', 'warn', /refused, the thresholds before stay in force: bad: wrong/],
      ['detectors-off', 'warn', /^D08, D09 are off for everybody/],
      ['detectors-mis-calibrated', 'warn', /D24/],
    ],
  },
];

for (const { name, figures: given, says } of CASES)
  test(name, () => {
    const problems = problemsOf(figures(given), LIMITS);
    assert.deepEqual(
      problems.map((problem) => [problem.name, problem.level]),
      says.map(([problem, level]) => [problem, level]),
    );
    problems.forEach(({ what, next }, i) => {
      assert.match(what, says[i]![2]);
      assert.ok(next.length > 20, `${what}: says what to do next`);
    });
  });

test('a silence of 0 minutes is never reported', () => {
  const given = figures({ gateways: [{ gateway: 'kong', lastAt: 0 }] });
  assert.deepEqual(problemsOf(given, { silentMinutes: 0 }), []);
});

test('the worst decides', () => {
  const one = { name: 'x', about: '', what: '', next: '' };
  assert.equal(worstOf([]), 'ok');
  assert.equal(worstOf([{ ...one, level: 'warn' }]), 'warn');
  assert.equal(
    worstOf([
      { ...one, level: 'warn' },
      { ...one, level: 'fail' },
    ]),
    'fail',
  );
});

test('spans, bytes and reasons read well', () => {
  assert.deepEqual(
    [0, 90_000, 121_000, 3 * 60 * MINUTE, 125 * MINUTE, 49 * 60 * MINUTE, 72 * 60 * MINUTE].map(spanInWords),
    ['0 s', '90 s', '2 min', '3 h', '2 h 5 min', '2 d 1 h', '3 d'],
  );
  assert.deepEqual([0, 1023, 1536, 200 * 2 ** 20].map(bytesInWords), ['0 B', '1023 B', '1.5 KiB', '200 MiB']);
  assert.equal(reasonsInWords({ a: 1, b: 3, c: 0, d: 2 }, 2), 'b 3, d 2, …');
});
