// Lag as a time, arrivals of gateways, problems that begin and end, the listener and its metrics.

import assert from 'node:assert/strict';
import { get } from 'node:http';
import { test } from 'node:test';
import pino from 'pino';
import { config } from '../../../schemas/config.ts';
import { createArrivals } from '../../../services/health/arrivals.ts';
import { within } from '../../../services/health/deadline.ts';
import type { Figures } from '../../../services/health/figures.ts';
import { createHealth } from '../../../services/health/health.ts';
import { createLagClock } from '../../../services/health/lag-clock.ts';
import { serveHealth } from '../../../services/health/listener.ts';
import { event } from '../store/fixtures.ts';

const MINUTE = 60_000;
const logger = pino({ level: 'silent' });

const figures = (o: Partial<Figures> = {}): Figures => ({
  service: 'detect',
  now: Date.now(),
  startedAt: 0,
  store: { place: 'ch:8123', trouble: null, troubleSince: null, disks: [] },
  ...o,
});
const settings = (health: object) => config.parse({ health });

test('lag is the time since the topic ended where we are', () => {
  const clock = createLagClock();
  const look = (now: number, at: number, end: number) => clock.look(now, new Map([[0, { at, end }]]))[0]!;
  assert.deepEqual(look(0, 0, 1_000), { partition: 0, waiting: 1_000, behindMs: 0 });
  // Never where the topic ended at the first look: at least since then.
  assert.equal(look(10 * MINUTE, 900, 9_000).behindMs, 10 * MINUTE);
  // All that was there ten minutes ago is durable, what came since is not.
  assert.equal(look(20 * MINUTE, 9_000, 20_000).behindMs, 10 * MINUTE);
  assert.equal(look(20 * MINUTE + 15_000, 20_000, 20_500).behindMs, 0, 'one look behind is keeping up');
  assert.equal(look(30 * MINUTE, 20_500, 20_500).behindMs, 0);
  const grown = clock.look(31 * MINUTE, new Map([[1, { at: 5, end: 9 }]]));
  assert.deepEqual(grown, [{ partition: 1, waiting: 4, behindMs: 0 }], 'a partition has no past of another');
});

test('gateways count as silent by the clock, and other processes are asked before', async () => {
  let now = 1_000;
  let asked = 0;
  const elsewhere = async () => {
    asked++;
    if (asked === 2) throw new Error('away');
    return asked === 1 ? [{ gateway: 'envoy', lastAt: now - 5 }] : [{ gateway: 'kong', lastAt: now }];
  };
  const arrivals = createArrivals({ now: () => now, elsewhere });
  const ages = async () =>
    Object.fromEntries((await arrivals.figures(30 * MINUTE)).map((one) => [one.gateway, now - one.lastAt]));
  // The time in an event does not matter.
  arrivals.came([event(1, { gateway: 'kong', at: 12 })]);
  assert.deepEqual(await ages(), { kong: 0, envoy: 5 });
  now += 29 * MINUTE;
  await ages();
  assert.equal(asked, 1, 'nobody is asked while none is silent');
  now += MINUTE;
  assert.equal((await ages()).kong, 30 * MINUTE, 'an unanswered question is no news');
  assert.equal((await ages()).kong, 0, 'the gateway’s events come in another process’s partitions');
  await ages();
  assert.equal(asked, 3, 'the silent one that is left is asked about once a minute');
  now += 8 * 24 * 60 * MINUTE;
  assert.deepEqual(await createArrivals({ now: () => now }).figures(1), []);
  assert.deepEqual(Object.keys(await ages()), ['kong'], 'silent for a week: not expected any more');
});

test('a problem that begins and ends is logged once', async () => {
  const said: string[] = [];
  const say = (level: string) => (_: unknown, text?: string) => void said.push(`${level}: ${text}`);
  const states: Partial<Figures>[] = [
    {},
    { configProblem: 'wrong' },
    { configProblem: 'still wrong' },
    { configProblem: null },
  ];
  // Looks that are hours apart, so that each is a new one.
  const health = createHealth({
    read: async () => figures({ ...states.shift(), now: 0 }),
    limits: { silentMinutes: 30 },
    logger: { info: say('info'), warn: say('warn'), error: say('error') } as never,
  });
  for (let i = 0; i < 4; i++) await health.look();
  health.close();
  assert.equal(said.length, 2);
  assert.match(said[0]!, /^warn: the configuration file on disk is refused.*: wrong$/);
  assert.equal(said[1], 'info: a problem has gone');
});

test('an answer that does not come is an error in words', async () => {
  await assert.rejects(
    within(10, () => new Promise(() => undefined)),
    /no answer within 0\.01 s/,
  );
  assert.equal(await within(10_000, async () => 7), 7);
});

test('the listener: 200 with warnings, 503 when it does not work, metrics, another port when its own is taken', async (t) => {
  let now: Partial<Figures> = {
    gateways: [{ gateway: 'kong"\n', lastAt: Date.now() - 40 * MINUTE }],
    rejected: { 'bad-time': 3 },
    kafka: {
      place: 'k',
      trouble: null,
      troubleSince: null,
      partitions: [{ partition: 2, waiting: 7, behindMs: 0 }],
    },
  };
  const read = async () => figures({ ...now, now: Date.now() - 3_000 });
  const first = await serveHealth({
    service: 'detect',
    settings: settings({ ports: { detect: 0 } }),
    read,
    logger,
  });
  t.after(() => first.close());
  const answer = await fetch(`${first.url}/healthz`);
  assert.equal(answer.status, 200);
  const body = (await answer.json()) as { status: string; service: string; problems: { name: string }[] };
  assert.deepEqual(
    [body.status, body.service, body.problems.map(({ name }) => name)],
    ['warn', 'detect', ['gateway-silent']],
  );
  const text = await (await fetch(`${first.url}/metrics`)).text();
  for (const line of [
    'keytrail_consumer_lag{partition="2"} 7',
    'keytrail_rejected_total{reason="bad-time"} 3',
    'keytrail_neighbour_up{neighbour="clickhouse"} 1',
    'keytrail_problems{name="gateway-silent",level="warn"} 1',
    '# TYPE keytrail_events_total counter',
  ])
    assert.ok(text.includes(line), `${line} in\n${text}`);
  assert.doesNotMatch(text, /^keytrail_events_total \d/m, 'what this process has not is left out');
  assert.match(text, /keytrail_gateway_event_age_seconds\{gateway="kong\\"\\n"\} 239\d/);

  now = {
    store: { place: 'ch:8123', trouble: 'ECONNREFUSED', troubleSince: Date.now() - MINUTE, disks: [] },
  };
  const failing = await fetch(`${first.url}/healthz`);
  assert.equal(failing.status, 503);
  assert.match(await failing.text(), /ClickHouse at ch:8123 has not answered/);
  assert.match(
    await (await fetch(`${first.url}/metrics`)).text(),
    /^keytrail_neighbour_up\{neighbour="clickhouse"\} 0$/m,
  );

  assert.deepEqual(
    await Promise.all(['evil.example', 'localhost:1'].map((host) => statusFor(`${first.url}/metrics`, host))),
    [421, 200],
    'a page of another site cannot read it under a name of its own',
  );

  const taken = Number(new URL(first.url!).port);
  const second = await serveHealth({
    service: 'deliver',
    settings: settings({ ports: { deliver: taken } }),
    read,
    logger,
  });
  assert.notEqual(new URL(second.url!).port, String(taken));
  assert.equal((await fetch(`${second.url}/nothing`)).status, 404);
  await second.close();
  const off = await serveHealth({ service: 'hunt', settings: settings({ enabled: false }), read, logger });
  assert.equal(off.url, null);
  await off.close();
});

/** fetch() does not let a caller choose the Host header; a rebound browser does. */
function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on('error', reject);
  });
}
