// Plain lines read by what is known of their callers give the events that parsing them gives: for ordinary lines, for lines that are
// nearly those, and for lines with secrets. Both ways see the same lines in the same order, for routes are learned from them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createRouteLearner } from '../../../detectors/routes/learner.ts';
import { DEFAULT_EXTRACTORS } from '../../../schemas/config.ts';
import { formatByName } from '../../../schemas/gateways/catalogue.ts';
import { createEntryMemory } from '../../../services/ingest/entry-memory.ts';
import { createFamiliarLines } from '../../../services/ingest/familiar/familiar.ts';
import { createNormaliser } from '../../../services/ingest/normalise.ts';
import { openSourceFacts } from '../../../services/ingest/source/lookup.ts';
import { createEventBuilder } from '../../../services/ingest/to-event.ts';
import { leaksIn, PLANTED } from '../../planted-secrets.ts';

const combined = formatByName('combined');
const golden = readFileSync('test/golden/gateways/combined.lines', 'utf8').split('\n').filter(Boolean);
const AGENTS = [
  'curl/8.5.0',
  'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/126.0',
  '-',
  'okhttp/4.12.0',
];
const WHO = [
  '203.0.113.9 - acme',
  '203.0.113.9 - -',
  '2001:db8::7 - bob',
  '10.1.2.3 ident partner-7',
  '198.51.100.7 - -',
];
const CALLS = [
  ['GET /v1/customers/4711 HTTP/1.1', '200 1843'],
  ['GET /v1/orders?limit=50&offset=100 HTTP/2.0', '200 12'],
  ['PATCH /v1/orders/9c1185a5c5e9fc54612808977ee8f548 HTTP/1.0', '404 -'],
  ['OPTIONS /v1/x HTTP/3', '204 0'],
] as const;
const ordinary = WHO.flatMap((who, w) =>
  CALLS.map(([request, answer], c) => {
    const time = `22/Nov/2025:09:1${w}:0${c} +0${c}00`;
    return `${who} [${time}] "${request}" ${answer} "${c === 1 ? 'https://console.example/a' : '-'}" "${AGENTS[(w + c) % AGENTS.length]}"`;
  }),
);
const common = ordinary.map((line) => line.replace(/ "[^"]*" "[^"]*"$/, ''));
const bases = [...ordinary, ...common, ...golden, ...PLANTED.combined!];

const settings = (extractors: readonly string[]) => ({
  extractors,
  hmacKey: Buffer.alloc(32, 7),
  tenant: 'default',
  environment: 'test',
  trustedProxies: ['10.0.0.0/8'],
  sources: openSourceFacts({}),
});

/** Both ways, as for one source of lines. */
function bothWays(extractors: readonly string[] = DEFAULT_EXTRACTORS) {
  const same = settings(extractors);
  const fast = createNormaliser({
    ...same,
    format: 'combined',
    formatOptions: {},
    routes: createRouteLearner(),
  });
  const builder = createEventBuilder({ ...same, routes: createRouteLearner() });
  const parse = combined.parser({});
  const memory = createEntryMemory();
  return (line: string) => {
    const bytes = Buffer.from(line);
    const outcome = fast.normalise(bytes, 'a.log:1');
    if ('rejection' in outcome && ['binary', 'empty'].includes(outcome.rejection.reason)) return;
    const parsed = parse(bytes.toString());
    memory.hold('a.log:1', bytes);
    const slow = parsed.ok ? builder.toEvent(parsed.record, memory.id(), 'combined') : parsed;
    const expected = 'event' in slow ? slow.event : slow.reason;
    assert.deepStrictEqual('event' in outcome ? outcome.event : outcome.rejection.reason, expected, line);
  };
}

const PUT = [
  '',
  ' ',
  '  ',
  '-',
  '"',
  '\\',
  '\\"',
  '[',
  ']',
  '[x]',
  '\t',
  'é',
  '\u00a0',
  '\u007f',
  '\u0000',
  '\r',
  '\n',
  '0',
  '00',
  '099',
  '99',
  '600',
  '200',
  '-1',
  '1e3',
  '999999999999999',
  '9999999999999999',
  'GET',
  'get',
  'PROPFIND',
  '/',
  '//',
  '/a b',
  '*',
  '?',
  '#',
  '#x?y=1',
  'http://h.example/x',
  'HTTP/1.1',
  'HTTP/1.',
  'HTTP/',
  'http/1.1',
  '31/Feb/2025',
  '22/nov/2025',
  '22/Nov/1925',
  '24:00:00',
  '23:59:60',
  '+0230',
  '+02:30',
  '-1500',
  'Z',
  '22/Nov/2025:09:14:03',
  '10.1.2.3',
  '10.1.2.3,',
  '256.1.1.1',
  '010.1.1.1',
  '::ffff:10.0.0.1',
  'fe80::1',
  'cafe',
  'localhost',
  'bob smith',
  '9c1185a5c5e9fc54612808977ee8f548',
  '?api_key=ak-Query-7rT3vX9zB1dF',
  '/reset-password/abcdefghijklmnop123',
  '?X-Amz-Credential=AKIAEXAMPLE000000001/20250101/eu/s3/aws4_request',
  'Bearer bt-9fK2mQ7xW4vR8nL1pZ6s',
  'aB3dE5fG7hJ9kL1mN3pQ',
  '0.125',
  'rt=0.5',
  '"198.51.100.23"',
  'Jan  1 00:00:00 host tag: ',
  '2025-11-22T09:14:03Z ',
];

/** One of the pieces in place of a word or between two. */
const replaced = fc
  .tuple(
    fc.constantFrom(...bases),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...PUT), fc.boolean()), { minLength: 1, maxLength: 2 }),
  )
  .map(([line, edits]) => edits.reduce(replace, line));

function replace(line: string, [n, put, whole]: [number, string, boolean]): string {
  const words = [...line.matchAll(/[^\s"[\]?]+|["[\]?]/g)];
  const word = words[n % (words.length || 1)];
  if (word === undefined) return line;
  return line.slice(0, word.index) + put + line.slice(word.index + (whole ? word[0].length : 0));
}

const cutUp = fc
  .tuple(fc.constantFrom(...bases), fc.nat(), fc.constantFrom(...PUT.slice(0, 20)), fc.nat({ max: 3 }))
  .map(
    ([line, at, put, more]) => line.slice(0, at % line.length) + put + line.slice((at % line.length) + more),
  );

describe('plain lines', () => {
  it('give the events that parsing gives, also when a part of a line is another', () => {
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
      { numRuns: 2500 },
    );
  });

  it('give the same whatever identity is read from', () => {
    for (const extractors of [
      ['header:referer', ...DEFAULT_EXTRACTORS],
      ['header:user-agent', 'field:ident', ...DEFAULT_EXTRACTORS],
      ['query:limit', 'client'],
    ]) {
      const check = bothWays(extractors);
      const moved = ordinary.map((line) => line.replace('"-" "', '"https://b.example/" "'));
      for (const line of [...bases, ...bases, ...bases, ...moved, ...bases]) check(line);
    }
  });

  it('are read without parsing, except where a secret is among the words of the caller', () => {
    const builder = createEventBuilder({ ...settings(DEFAULT_EXTRACTORS), routes: createRouteLearner() });
    const lines = createFamiliarLines(combined, {}, [])!;
    const parse = combined.parser({});
    const readable = (line: string): boolean => {
      for (let i = 0; i < 3; i++) {
        const bytes = Buffer.from(line);
        if (lines.read(bytes) !== null) return true;
        const parsed = parse(line);
        if (parsed.ok) lines.learn(bytes, parsed.record, builder.callerOf);
      }
      return false;
    };
    for (const line of [...ordinary, ...common]) assert.ok(readable(line), line);
    const keeping = (line: string) => line.replace(/\[.*\] "[^"]*" \S+ \S+( "[^"]*")?/, '');
    const withSecret = PLANTED.combined!.filter((line) => leaksIn(keeping(line)).length > 0);
    assert.ok(withSecret.length > 0);
    for (const line of withSecret) assert.equal(readable(line), false, line);
    assert.equal(createFamiliarLines(combined, {}, ['Referer']), null);
    assert.equal(createFamiliarLines(combined, { logFormat: '%h %t "%r" %>s %b' }, []), null);
  });
});
