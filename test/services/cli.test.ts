// The command line as a user meets it: exit codes, what goes to stdout and what to stderr, one clear message per error.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { scanCredential, scanEvent, scanRoute, scanSummary } from '../../schemas/scan.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytrail-cli-'));
after(() => rmSync(folder, { recursive: true }));
const PROGRAM = ['--import', 'tsx', 'services/main.ts'];
const env = { ...process.env, KEYTRAIL_DATA: join(folder, 'data'), KAFKA_BROKERS: '', CLICKHOUSE_URL: '' };

function keytrail(args: string[], input?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...PROGRAM, ...args], {
    encoding: 'utf8',
    env,
    ...(input === undefined ? {} : { input }),
  });
  return { status, stdout, stderr };
}

const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const line = (second: number, target: string) =>
  `198.51.100.7 - ines [10/Mar/2021:10:00:${String(second).padStart(2, '0')} +0000] "GET ${target} HTTP/1.1" 200 512 "-" "curl/8"`;
const LOG = `${[0, 1, 2, 3].map((n) => line(n, `/v1/orders/${1000 + n}?api_key=k1234567890abcdef`)).join('\n')}\nnot a log line\n`;

test('scan: counts add up, time is the log’s, the three files say how the log was understood', () => {
  const log = file('access.log', LOG);
  const out = (name: string) => join(folder, name);
  const { status, stdout, stderr } = keytrail([
    ...['scan', '--summary-json', '--verbose', log],
    ...['--events', out('e'), '--credentials', out('c'), '--routes', out('r')],
  ]);
  assert.equal(status, 0, stderr);
  const summary = scanSummary.parse(JSON.parse(stdout));
  assert.deepEqual([summary.lines, summary.events], [5, 4]);
  assert.equal(
    Object.values(summary.rejected).reduce((a, b) => a + b, 0),
    1,
  );
  assert.equal(summary.first_event_at, '2021-03-10T10:00:00.000Z');
  assert.match(stderr, /access\.log:5: /, 'the rejected line is named');
  const rows = (name: string) =>
    readFileSync(out(name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
  assert.deepEqual(
    rows('e').map((row) => scanEvent.parse(row).objects),
    ['1000', '1001', '1002', '1003'].map((id) => [id]),
  );
  assert.equal(scanCredential.parse(rows('c')[0]).events, 4);
  assert.equal(scanRoute.parse(rows('r')[0]).events, 4);
});

test('scan reads standard input and several files', () => {
  const { status, stdout } = keytrail(['scan', '--summary-json', file('one.log', LOG), '-'], LOG);
  assert.equal(status, 0);
  assert.equal(scanSummary.parse(JSON.parse(stdout)).lines, 10);
});

const wrong: { name: string; args: () => string[]; status: number; says: RegExp }[] = [
  {
    name: 'no such file',
    args: () => ['scan', join(folder, 'nowhere.log')],
    status: 1,
    says: /nowhere\.log/,
  },
  { name: 'a directory', args: () => ['scan', folder], status: 1, says: /directory/ },
  // Opens, but every read fails (there is no such file on macOS, which is an error as well).
  {
    name: 'a file that cannot be read',
    args: () => ['scan', '/proc/self/mem'],
    status: 1,
    says: /\/proc\/self\/mem/,
  },
  { name: 'no file named', args: () => ['scan'], status: 2, says: /path/ },
  {
    name: 'an unknown format',
    args: () => ['scan', '--format', 'magic', '-'],
    status: 2,
    says: /magic[\s\S]*combined/,
  },
  {
    name: 'an unknown severity',
    args: () => ['scan', '--fail-on', 'awful', '-'],
    status: 2,
    says: /critical/,
  },
  {
    name: 'a wrong identity',
    args: () => ['scan', '--identity', 'magic', '-'],
    status: 2,
    says: /cookie:NAME/,
  },
  {
    name: 'a wrong proxy range',
    args: () => ['scan', '--trusted-proxy', 'office', '-'],
    status: 2,
    says: /CIDR range/,
  },
  {
    name: 'an output that is the input',
    args: () => ['scan', '--events', join(folder, '.', 'in.log'), file('in.log', LOG)],
    status: 2,
    says: /would overwrite/,
  },
  { name: 'a hunt nobody knows', args: () => ['hunt', '--hunt', 'fox'], status: 2, says: /first-touch/ },
  { name: 'no time', args: () => ['hunt', '--from', 'yesterday'], status: 2, says: /ISO 8601/ },
  {
    name: 'an end before the beginning',
    args: () => ['hunt', '--from', '2026-03-02T00:00:00Z', '--to', '2026-03-01T00:00:00Z'],
    status: 2,
    says: /must lie before/,
  },
  {
    name: 'a hunt without a server',
    args: () => ['hunt', '--once'],
    status: 1,
    says: /CLICKHOUSE_URL/,
  },
  {
    name: 'two outputs in one file',
    args: () => ['scan', '--events', join(folder, 'o'), '--routes', join(folder, 'o'), file('in.log', LOG)],
    status: 2,
    says: /--routes .* would overwrite/,
  },
  { name: 'standard input twice', args: () => ['scan', '-', '-'], status: 2, says: /once/ },
  {
    name: 'the same log twice',
    args: () => ['scan', file('in.log', LOG), `${folder}/./in.log`],
    status: 2,
    says: /twice/,
  },
  {
    name: 'a log format without a variable',
    args: () => ['scan', '--log-format', 'xx', '-'],
    status: 2,
    says: /no variable/,
  },
  { name: 'a wrong mapping', args: () => ['scan', '--map', 'foo=bar', '-'], status: 2, says: /foo/ },
  { name: 'an unknown format name', args: () => ['formats', 'magic'], status: 2, says: /magic.*kong/ },
  { name: 'a port that is none', args: () => ['up', '--port', 'abc'], status: 2, says: /65535/ },
  { name: 'an unknown option', args: () => ['scan', '--colour', '-'], status: 2, says: /--colour/ },
  { name: 'an unknown command', args: () => ['scam'], status: 2, says: /scan/ },
  {
    name: 'a configuration with three mistakes',
    args: () => ['config', file('three.yaml', 'tenant: ""\nconsole: { port: -1 }\ncolour: red\n')],
    status: 1,
    says: /tenant[\s\S]*console\.port[\s\S]*colour/,
  },
  { name: 'ingest without Kafka', args: () => ['ingest'], status: 2, says: /KAFKA_BROKERS/ },
  { name: 'detect without Kafka', args: () => ['detect'], status: 2, says: /KAFKA_BROKERS/ },
  { name: 'deliver without ClickHouse', args: () => ['deliver'], status: 2, says: /CLICKHOUSE_URL/ },
  {
    name: 'an output that cannot be written',
    args: () => ['scan', '--events', join(folder, 'no', 'such', 'folder'), file('ok.log', LOG)],
    status: 1,
    says: /no\/such\/folder/,
  },
];

for (const { name, args, status, says } of wrong)
  test(`${name}: one clear message, exit ${status}`, () => {
    const result = keytrail(args(), '');
    assert.equal(result.status, status, result.stderr);
    assert.match(result.stderr, says);
    assert.equal(result.stdout, '');
    assert.doesNotMatch(result.stderr, /\n\s+at /, 'no stack');
  });

test('a log that was not understood is said to be so, in every form of output', () => {
  for (const form of [[], ['--json'], ['--summary-json']]) {
    const { status, stderr } = keytrail(['scan', '--format', 'kong', ...form, file('other.log', LOG)]);
    assert.equal(status, 0);
    assert.match(stderr, /rejected: 5 invalid-json[\s\S]*nothing was judged/);
  }
  assert.equal(readFileSync(join(folder, 'other.log'), 'utf8'), LOG);
});

test('every command has help with an example', () => {
  for (const command of ['scan', 'up', 'ingest', 'detect', 'deliver', 'formats', 'config']) {
    const { status, stdout } = keytrail(['help', command]);
    assert.equal(status, 0, command);
    assert.match(stdout, /Examples?:\n/, command);
  }
});

test('a reader that goes away ends the program without a word', async () => {
  mkdirSync(join(folder, 'data'), { recursive: true });
  const child = spawn(process.execPath, [...PROGRAM, 'formats'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => {
    stderr += text;
  });
  await once(child, 'close');
  assert.equal(stderr, '');
});
