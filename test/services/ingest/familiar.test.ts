// Lines read by what is known of their callers give the events that parsing them gives: for ordinary lines, for lines that are nearly
// those, and for lines with secrets. Both ways see the same lines in the same order, for routes are learned from them.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createRouteLearner } from '../../../detectors/routes/learner.ts';
import { DEFAULT_EXTRACTORS } from '../../../schemas/config.ts';
import { formatByName } from '../../../schemas/gateways/catalogue.ts';
import { createEntryMemory } from '../../../services/ingest/entry-memory.ts';
import { createFamiliarLines } from '../../../services/ingest/familiar/familiar.ts';
import { takeApart } from '../../../services/ingest/familiar/leaves.ts';
import { createNormaliser } from '../../../services/ingest/normalise.ts';
import { openSourceFacts } from '../../../services/ingest/source/lookup.ts';
import { createEventBuilder } from '../../../services/ingest/to-event.ts';
import { leaksIn, PLANTED, SECRETS } from '../../planted-secrets.ts';

const kong = formatByName('kong');
const sample = gunzipSync(readFileSync('samples/larkfield-kong.ndjson.gz')).toString().split('\n');
const golden = readFileSync('test/golden/gateways/kong.lines', 'utf8').split('\n').filter(Boolean);
const ordinary = Array.from({ length: 60 }, (_, i) => sample[i * 900]!);
const bases = [...ordinary, ...golden, ...PLANTED.kong!];

/** Both ways, as for one source of lines. */
function bothWays(extractors: readonly string[] = DEFAULT_EXTRACTORS) {
  const common = {
    extractors,
    hmacKey: Buffer.alloc(32, 7),
    tenant: 'default',
    environment: 'test',
    trustedProxies: ['10.0.0.0/8'],
    sources: openSourceFacts({}),
  };
  const fast = createNormaliser({
    ...common,
    format: 'kong',
    formatOptions: {},
    routes: createRouteLearner(),
  });
  const builder = createEventBuilder({ ...common, routes: createRouteLearner() });
  const parse = kong.parser({});
  const memory = createEntryMemory();
  return (line: string) => {
    const bytes = Buffer.from(line);
    const outcome = fast.normalise(bytes, 'k:1');
    if ('rejection' in outcome && outcome.rejection.reason === 'binary') return;
    const parsed = parse(bytes.toString());
    memory.hold('k:1', bytes);
    const slow = parsed.ok ? builder.toEvent(parsed.record, memory.id(), 'kong') : parsed;
    const expected = 'event' in slow ? slow.event : slow.reason;
    assert.deepStrictEqual('event' in outcome ? outcome.event : outcome.rejection.reason, expected, line);
  };
}

const PUT = [
  '"x"',
  '""',
  '"-"',
  '" x "',
  '"a b"',
  '"%41"',
  '"é"',
  '"\\u0041"',
  '"\\n"',
  '"\u007f"',
  '0',
  '-0',
  '-1',
  '01',
  '1.5',
  '1.',
  '1e3',
  '1763802843123',
  '99999999999999999999',
  'null',
  'true',
  '[]',
  '{}',
  '["a"]',
  '"GET"',
  '"get"',
  '"/v1/customers/77"',
  '"/v1/orders?limit=5&page=2"',
  '"/v1/x?api_key=ak-Query-7rT3vX9zB1dF"',
  '"/v1/x?X-Amz-Credential=AKIAEXAMPLE000000001/20250101/eu/s3/aws4_request"',
  '"//a/../b"',
  '"/reset-password/abcdefghijklmnop123"',
  '"https://h.example/v1/x"',
  '"*"',
  '"10.1.2.3"',
  '"203.0.113.9, 10.0.0.1"',
  '"2001:db8::1"',
  '"REDACTED"',
  '"Bearer bt-9fK2mQ7xW4vR8nL1pZ6s"',
  '"ak-Header-5hJ8kL2mN4pQ"',
  '200',
  '404',
  '999',
  '"200"',
  '"acme"',
  '1,"more":2',
  '"x","id":"y"',
  '"x","__proto__":1',
];

const replaced = fc
  .tuple(
    fc.constantFrom(...bases),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...PUT)), { minLength: 1, maxLength: 2 }),
  )
  .map(([line, edits]) => edits.reduce(replace, line));

function replace(line: string, [n, put]: [number, string]): string {
  const leaves = takeApart(line)?.leaves ?? [];
  const leaf = leaves[n % (leaves.length || 1)];
  if (leaf === undefined) return line;
  const around = leaf.kind === 'text' ? 1 : 0;
  return line.slice(0, leaf.from - around) + put + line.slice(leaf.to + around);
}

const cutUp = fc
  .tuple(
    fc.constantFrom(...bases),
    fc.nat(),
    fc.constantFrom('', '"', '{', '}', ',', ':', ' ', '0', '\\', 'a', '\n', '\u0000', '\r'),
  )
  .map(([line, at, put]) => line.slice(0, at % line.length) + put + line.slice((at % line.length) + 1));

describe('familiar lines', () => {
  it('give the events that parsing gives, also when much of a line is another', () => {
    const check = bothWays();
    for (const line of [...bases, ...bases, ...bases]) check(line);
    fc.assert(
      fc.property(
        fc.oneof({ weight: 3, arbitrary: replaced }, cutUp),
        fc.constantFrom(...bases),
        (line, base) => {
          // Thrice, for a caller is known from its second line on; what is known of one must not reach another.
          for (const each of [line, line, line, base]) check(each);
        },
      ),
      { numRuns: 1200 },
    );
  });

  it('give the same where members make the query, and where words stand in place of values', () => {
    const check = bothWays();
    const plain = ordinary.find((line) => line.includes('"querystring":{}'))!;
    const puts = [
      '{"a":true}',
      '{"a":"1","b":true}',
      '{"a":["1","2"]}',
      '{}',
      'null',
      '[]',
      '"x"',
      '{"a":{}}',
    ];
    const variants = [
      ...puts.map((put) => plain.replace('"querystring":{}', `"querystring":${put}`)),
      ...puts.map((put) => plain.replace('"url":"', `"flag":${put},"url":"`)),
      ...puts.map((put) => plain.replace(/"consumer":\{[^}]*\}/, `"consumer":${put}`)),
      ...puts.map((put) => plain.replace(/"paths":\[[^\]]*\]/, `"paths":${put}`)),
      plain.replace(/"paths":\[[^\]]*\]/, String.raw`"paths":["~/v1/customers/(?<id>\\d+)$"]`),
    ];
    const moved = variants.map((line) => line.replace('"uri":"/v1/', '"uri":"/v1/more/'));
    for (const line of [...variants, ...variants, ...variants, ...moved, ...variants]) check(line);
  });

  it('give the same whatever identity is read from', () => {
    const check = bothWays([
      'field:upstream_uri',
      'header:x-request-id',
      'query:limit',
      'claim:sub',
      ...DEFAULT_EXTRACTORS,
    ]);
    const traced = ordinary.map((line) =>
      line.replace('"headers":{', '"headers":{"X-Request-Id":"partner-7",'),
    );
    const other = traced.map((line) => line.replace('partner-7', 'partner-8'));
    for (const line of [...traced, ...traced, ...traced, ...other, ...traced, ...bases]) check(line);
    fc.assert(
      fc.property(replaced, (line) => [line, line, line].forEach(check)),
      { numRuns: 150 },
    );
  });

  it('have the id that position and bytes give, however they are read', () => {
    const memory = createEntryMemory();
    for (const position of ['a.log:1', 'über.log:2', 'x'.repeat(9000), ''])
      for (const line of ['', 'é', 'ab', 'cd', ordinary[0]!, 'y'.repeat(40_000), 'ef']) {
        assert.equal(memory.hold(position, Buffer.from(line)).toString(), line);
        assert.equal(memory.id(), hash('sha256', `${position}\0${line}`, 'hex').slice(0, 32));
      }
  });

  it('are read without parsing, except where a secret is in them', () => {
    const lines = createFamiliarLines(kong, {}, [])!;
    const builder = createEventBuilder({
      extractors: DEFAULT_EXTRACTORS,
      hmacKey: Buffer.alloc(32),
      tenant: 'default',
      environment: 'test',
      trustedProxies: [],
      sources: openSourceFacts({}),
      routes: createRouteLearner(),
    });
    const parse = kong.parser({});
    const readable = (line: string): boolean => {
      for (let i = 0; i < 4; i++) {
        const bytes = Buffer.from(line);
        if (lines.read(bytes) !== null) return true;
        const parsed = parse(line);
        if (parsed.ok) lines.learn(bytes, parsed.record, builder.callerOf);
      }
      return false;
    };
    const read = ordinary.filter(readable).length;
    assert.ok(read > 0.9 * ordinary.length, `${read} of ${ordinary.length}`);
    /** All that would be kept of the line: keys, and values that are the caller's. */
    const kept = (line: string): string => {
      const { leaves, keys } = takeApart(line) ?? { leaves: [], keys: [] };
      const own = leaves.filter(({ path }) => [null, 'route'].includes(kong.calls!.of(path, () => false)));
      return [...keys, ...own.map(({ from, to }) => line.slice(from, to))].join('\n');
    };
    const withSecret = [
      ...PLANTED.kong!,
      ordinary[0]!.replace('"querystring":{', `"querystring":{"${SECRETS.stripeKey}":true,`),
      ordinary[0]!.replace('"apikey":"REDACTED"', `"x-other":"${SECRETS.githubToken}"`),
      ordinary[0]!.replace('"apikey":"REDACTED"', `"apikey":"${SECRETS.apiKeyHeader}"`),
    ].filter((line) => leaksIn(kept(line)).length > 0);
    assert.ok(withSecret.length >= 5, String(withSecret.length));
    for (const line of withSecret) assert.equal(readable(line), false, line);
  });
});
