// The normaliser as a whole: the format is found in spite of a preamble, and numbers of a log never break the store.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRouteLearner } from '../../../detectors/routes/learner.ts';
import { DEFAULT_EXTRACTORS } from '../../../schemas/config.ts';
import { apiEvent } from '../../../schemas/event.ts';
import { createNormaliser } from '../../../services/ingest/normalise.ts';
import { eventOf, HMAC_KEY } from './record.ts';

type Options = Parameters<typeof createNormaliser>[0];

const normaliserOf = (format: Options['format']) =>
  createNormaliser({
    format,
    formatOptions: {},
    extractors: DEFAULT_EXTRACTORS,
    hmacKey: HMAC_KEY,
    tenant: 'default',
    environment: 'test',
    trustedProxies: [],
    routes: createRouteLearner(),
    sources: { lookup: (ip) => ({ prefix: `${ip}/32`, asn: 0, network: 'test', country: 'ZZ' }) },
  });

const line = (n: number) =>
  `198.51.100.7 - ines [10/Mar/2026:10:00:00 +0000] "GET /v1/orders/${n} HTTP/1.1" 200 512 "-" "curl/8"`;

test('with auto no good line is lost to the lines before it', () => {
  for (const junk of [0, 1, 3, 15, 100]) {
    const lines = [
      ...Array.from({ length: junk }, (_, i) => `starting worker ${i}`),
      ...Array.from({ length: 3 }, (_, i) => line(i)),
    ];
    const entries = lines.map((text) => ({ bytes: Buffer.from(text) }));
    const normaliser = normaliserOf('auto');
    normaliser.lookAhead(entries);
    const events = entries.filter(({ bytes }, i) => 'event' in normaliser.normalise(bytes, `a.log:${i}`));
    assert.equal(events.length, 3, `after ${junk} lines of something else`);
  }
});

test('property: whatever number a log has, the event holds one that can be stored', () => {
  const number = fc.oneof(fc.double(), fc.constantFrom(1.5, 1e19, 9e30, -5, Number.NaN, Number.MAX_VALUE));
  fc.assert(
    fc.property(number, (value) => {
      const event = apiEvent.parse(
        eventOf({ bytesIn: value, bytesOut: value, items: value, latencyMs: value }),
      );
      assert.ok(Number.isSafeInteger(event.bytes_in) && Number.isSafeInteger(event.bytes_out));
    }),
  );
});

test('of an entry that its reader refused, the excerpt is masked as of any other, also where it was cut', () => {
  const key = 'ak-4hJ8kL2mN4pQ6rS8';
  const normaliser = normaliserOf('kong');
  const entry = Buffer.from(
    `{"request":{"uri":"/v1/keys/${key}","headers":{"x-api-key":"${key}"}},"note":"${key.slice(0, 9)}`,
  );
  const outcome = normaliser.normalise(entry, 'a.log:1', { reason: 'too-long', detail: 'too long' });
  assert.ok('rejection' in outcome);
  assert.equal(outcome.rejection.reason, 'too-long');
  assert.doesNotMatch(outcome.rejection.excerpt, /ak-4hJ8/);
});

test('of lines that lost their end and run into the next, the secrets go with them', () => {
  // Made of shapes that hostile lines took; each is a record cut short, glued to another.
  const glued = {
    combined: [
      '198.51.100.7 - ines 2026:10:00:00 +0000] "GET /v1/things HTTP/1.1" 200 512 "https://a.example/?user=ines&password=Form-Pa55-w0rd" "cov 192.0.2.4 - - [22/Nov/2025:09:14:16 +0000] "GET /syslog HTTP/1.1" 200 5 "-" "-"',
      '198.51.100.7 - ines "GET /v1/things HTTP/1.1" 200 512 "https://a.example/?sig=Form-Pa55-w0rd" "curl100.7 - ines [10/Mar/2026:10:00:00 +0000] "GET /v1/things HTTP/1.1" 200 512 "-" "curl/8"',
    ],
    'aws-apigateway': [
      '198.51.100.6 AIDAEXAMPLE ci [22/Nov/2025:09:14:07 +0000]"GET /customers/{id} HTTP/1.1" 200 1842 c1","authorization":"ApiKey Form-Pa55-w0rd"}},"response":{"status":"bad"}}',
      '198.51.100.6 AIDAEXAMPLE ci [22/Nov/2025:09:14:07 +0000]"GET /customers/{id} HTTP/1.1" 200 1842 Form-Pa55-w0rd"}},"response":{"status":"bad"}}',
    ],
  } as const;
  for (const [format, lines] of Object.entries(glued))
    for (const text of lines) {
      const normaliser = normaliserOf(format as Options['format']);
      const outcome = JSON.stringify(normaliser.normalise(Buffer.from(text), 'a.log:1'));
      assert.ok(!outcome.includes('Form-Pa55-w0rd'), outcome);
    }
});
