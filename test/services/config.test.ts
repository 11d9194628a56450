// Configuration: defaults, environment, and a wrong file refused whole with every problem named.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigError, loadSettings } from '../../services/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytrail-config-'));
after(() => rmSync(folder, { recursive: true }));

function load(yaml: string, environment: Record<string, string> = {}) {
  const file = join(folder, 'keytrail.yaml');
  writeFileSync(file, yaml);
  return loadSettings({ file, environment });
}

function problemsOf(yaml: string, environment: Record<string, string> = {}): readonly string[] {
  try {
    load(yaml, environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems;
  }
  assert.fail('accepted');
}

test('an empty file gives the defaults, all on loopback', () => {
  const settings = load('');
  assert.equal(settings.console.host, '127.0.0.1');
  assert.equal(settings.ingest.http.host, '127.0.0.1');
  assert.deepEqual(settings.webhooks, []);
});

test('the shipped example is valid', () => {
  assert.equal(loadSettings({ file: 'keytrail.example.yaml', environment: {} }).tenant, 'default');
});

test('every problem is named at once, with its place', () => {
  const problems = problemsOf(`
tenant: ''
console: { port: 99999 }
colour: red
identity: { extractors: [magic] }
ingest: { trustedProxies: [10.0.0.0/8, office] }
detectors: { D99: { a: 1 }, D08: { excessFloor: -1 } }
`);
  assert.equal(problems.length, 7, problems.join('\n'));
  for (const place of [
    'tenant',
    'console.port',
    'colour',
    'identity.extractors.0',
    'ingest.trustedProxies.1',
    'D99',
    'D08.excessFloor',
  ]) {
    assert.ok(
      problems.some((problem) => problem.includes(place)),
      `${place} in\n${problems.join('\n')}`,
    );
  }
});

test('a format, log format, mapping or data file that cannot be used is a problem', () => {
  for (const [yaml, says] of [
    ['ingest: { format: foo }', /unknown format/],
    ['ingest: { logFormat: "$remote_addr $foo" }', /ingest: /],
    ['ingest: { mapping: { foo: bar } }', /unknown field foo/],
    ['ingest: { format: kong, logFormat: "$remote_addr" }', /for format: combined/],
    ['geo: { asn: /no/such/file.mmdb }', /geo\.asn/],
  ] as const)
    assert.match(problemsOf(yaml).join('\n'), says);
});

test('detector parameters are checked against the detectors', () => {
  const problems = problemsOf('detectors: { D99: { a: 1 }, D08: { nonsense: 2 } }');
  assert.equal(problems.length, 2, problems.join('\n'));
});

test('YAML errors say line and column', () => {
  assert.match(problemsOf('tenant: a\ntenant: b\n')[0] ?? '', /line 2/);
});

test('env: references are resolved, and a missing variable is a problem', () => {
  const yaml = 'webhooks: [{ name: siem, url: "https://siem.example.com/", secret: env:HOOK }]';
  assert.equal(load(yaml, { HOOK: 'whsec_abc' }).webhooks[0]?.secret, 'whsec_abc');
  assert.match(problemsOf(yaml)[0] ?? '', /webhooks\.0\.secret: environment variable HOOK is not set/);
});

test('every secret of the configuration may come from the environment', () => {
  const settings = load(
    `
ingest: { http: { token: env:TOKEN } }
kafka: { sasl: { mechanism: plain, username: keytrail, password: env:KAFKA } }
clickhouse: { password: env:STORE }
webhooks: [{ name: siem, url: "https://siem.example.com/", secret: env:HOOK, previousSecret: env:OLD }]
`,
    { TOKEN: 't', KAFKA: 'k', STORE: 's', HOOK: 'whsec_h', OLD: 'whsec_o' },
  );
  assert.deepEqual(
    [
      settings.ingest.http.token,
      settings.kafka.sasl?.password,
      settings.clickhouse.password,
      settings.webhooks[0]?.secret,
      settings.webhooks[0]?.previousSecret,
    ],
    ['t', 'k', 's', 'whsec_h', 'whsec_o'],
  );
});

test('the environment points at Kafka, ClickHouse and the data directory', () => {
  const settings = load('', {
    KAFKA_BROKERS: 'a:1, b:2',
    CLICKHOUSE_URL: 'http://ch:8123',
    KEYTRAIL_DATA: folder,
  });
  assert.deepEqual(settings.kafka.brokers, ['a:1', 'b:2']);
  assert.equal(settings.clickhouse.url, 'http://ch:8123');
  assert.equal(settings.dataDirectory, folder);
});

test('a missing file is named', () => {
  assert.throws(
    () => loadSettings({ file: join(folder, 'nowhere.yaml'), environment: {} }),
    /nowhere\.yaml.*\n.*no such file/,
  );
});
