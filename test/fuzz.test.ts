// Hostile input through the reader, every format and the normaliser: never a crash, never a hang, never a silent skip.
// Always: entries read = events + rejections.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createEngine } from '../detectors/engine.ts';
import { createRouteLearner } from '../detectors/routes/learner.ts';
import { DEFAULT_EXTRACTORS } from '../schemas/config.ts';
import { apiEvent } from '../schemas/event.ts';
import { FORMATS } from '../schemas/gateways/catalogue.ts';
import { rejection } from '../schemas/rejection.ts';
import { createNormaliser } from '../services/ingest/normalise.ts';
import { readEntries } from '../services/ingest/read/read.ts';
import { openSourceFacts } from '../services/ingest/source/lookup.ts';
import { PLANTED } from './planted-secrets.ts';

const sources = openSourceFacts({});
const hmacKey = randomBytes(32);

/** Runs bytes through everything up to the engine; checks every event and rejection against its schema. */
async function through(bytes: Uint8Array, format: string) {
  const normaliser = createNormaliser({
    format,
    formatOptions: {},
    extractors: DEFAULT_EXTRACTORS,
    hmacKey,
    tenant: 'default',
    environment: 'test',
    trustedProxies: [],
    routes: createRouteLearner(),
    sources,
  });
  const engine = createEngine();
  const counts = { entries: 0, events: 0, rejected: {} as Record<string, number> };
  for await (const batch of readEntries(Readable.from([Buffer.from(bytes)]), { name: 'fuzz' })) {
    for (const entry of batch.entries) {
      counts.entries += 1;
      const outcome = normaliser.normalise(entry.bytes, entry.position, entry.fault);
      if ('event' in outcome) {
        counts.events += 1;
        engine.process(apiEvent.parse(outcome.event));
      } else {
        const { reason } = rejection.parse(outcome.rejection);
        counts.rejected[reason] = (counts.rejected[reason] ?? 0) + 1;
      }
    }
  }
  const rejected = Object.values(counts.rejected).reduce((sum, count) => sum + count, 0);
  assert.equal(counts.entries, counts.events + rejected);
  return counts;
}

const formats = ['auto', ...FORMATS.map((format) => format.name)];
const valid = Object.values(PLANTED).flat();

/** A valid line with some of its characters replaced, removed or repeated. */
const mutated = fc
  .tuple(
    fc.constantFrom(...valid),
    fc.array(
      fc.tuple(fc.nat(3000), fc.constantFrom('', '"', '\\', '{', '[', '\u0000', '9', '-', '\u{1F600}', '\n')),
      { maxLength: 6 },
    ),
  )
  .map(([line, edits]) =>
    edits.reduce(
      (text, [at, put]) => text.slice(0, at % text.length) + put + text.slice((at % text.length) + 1),
      line,
    ),
  );

const junk = fc.oneof(
  fc.uint8Array({ maxLength: 600 }),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  fc.array(mutated, { maxLength: 5 }).map((lines) => Buffer.from(lines.join('\n'))),
  fc.array(mutated, { maxLength: 5 }).map((lines) => gzipSync(lines.join('\n'))),
  fc
    .array(mutated, { minLength: 1, maxLength: 5 })
    .map((lines) => gzipSync(lines.join('\n')).subarray(0, 40)),
);

test('arbitrary bytes in every format', async () => {
  await fc.assert(
    fc.asyncProperty(junk, fc.constantFrom(...formats), async (bytes, format) => {
      await through(bytes, format);
    }),
    { numRuns: 600 },
  );
});

const KONG = PLANTED.kong![0]!;

test('each kind of bad line is rejected for its reason', async () => {
  const bad: [string, Buffer][] = [
    ['empty', Buffer.from('   ')],
    ['too-long', Buffer.alloc(10 << 20, 0x61)],
    ['binary', Buffer.from(`${KONG.slice(0, 40)}\u0000${KONG.slice(40)}`)],
    [
      'invalid-utf8',
      Buffer.concat([Buffer.from(KONG.slice(0, 40)), Buffer.from([0xff, 0xfe]), Buffer.from(KONG.slice(40))]),
    ],
    ['invalid-json', Buffer.from(KONG.slice(0, 100))],
    ['too-deep', Buffer.from(`{"request":${'['.repeat(5000)}${']'.repeat(5000)}}`)],
    ['duplicate-key', Buffer.from(KONG.replace('"client_ip":', '"client_ip":"10.0.0.1","client_ip":'))],
    ['unsafe-key', Buffer.from(KONG.replace('"client_ip":', '"__proto__":{"polluted":1},"client_ip":'))],
    ['bad-time', Buffer.from(KONG.replace('1773136800000', '"the day before yesterday"'))],
    ['bad-status', Buffer.from(KONG.replace('"status":200', '"status":12345'))],
    ['bad-address', Buffer.from(KONG.replace('198.51.100.7', '998.51.100.7'))],
    ['missing-field', Buffer.from(KONG.replace(/"started_at":\d+/, '"other":1'))],
  ];
  for (const [reason, line] of bad) {
    const { events, rejected } = await through(line, 'kong');
    assert.deepEqual([reason, events, rejected], [reason, 0, { [reason]: 1 }]);
  }
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

test('a truncated gzip gives what it held, then one rejection', async () => {
  const whole = gzipSync(`${KONG}\n`.repeat(20_000), { level: 1 });
  const { events, rejected } = await through(whole.subarray(0, Math.floor(whole.length / 2)), 'kong');
  assert.ok(events > 1000, `${events} events`);
  assert.equal(rejected.truncated, 1);
});

test('empty input and descending time are not errors', async () => {
  assert.deepEqual(await through(new Uint8Array(), 'auto'), { entries: 0, events: 0, rejected: {} });
  const lines = Array.from({ length: 300 }, (_, index) =>
    KONG.replace('1773136800000', String(1773136800000 - index * 60_000)),
  );
  assert.equal((await through(Buffer.from(lines.join('\n')), 'kong')).events, 300);
});
