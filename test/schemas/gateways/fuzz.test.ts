// No input makes a parser throw, and none takes more than time in proportion to its length.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isIp } from '../../../schemas/gateways/address.ts';
import { FORMATS, sniffFormat } from '../../../schemas/gateways/catalogue.ts';
import { combined } from '../../../schemas/gateways/combined.ts';
import type { LineParser, ParseOutcome } from '../../../schemas/gateways/gateway-format.ts';
import { REJECTION_REASONS } from '../../../schemas/rejection.ts';

const FOLDER = new URL('../../golden/gateways/', import.meta.url);
const LINES = FORMATS.flatMap((f) =>
  readFileSync(new URL(`${f.name}.lines`, FOLDER), 'utf8')
    .trimEnd()
    .split('\n'),
);

const CUSTOM = [
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_cookie" $upstream_addr "$http_user_agent"',
  '{"t":"$time_iso8601","ip":"$remote_addr","r":"$request","s":$status,"u":"$uri$is_args$args"}',
  '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %{X-Forwarded-For}i %D',
];
const PARSERS: readonly LineParser[] = [
  ...FORMATS.map((f) => f.parser({})),
  ...CUSTOM.map((logFormat) => combined.parser({ logFormat })),
];

/** What must hold of every outcome. */
function check(outcome: ParseOutcome): void {
  if (!outcome.ok) {
    assert.ok(outcome.reason in REJECTION_REASONS, outcome.reason);
    assert.ok(outcome.detail !== '');
    return;
  }
  const r = outcome.record;
  assert.ok(Number.isInteger(r.at) && r.at > 0);
  assert.ok(r.status === 0 || (r.status >= 100 && r.status <= 599));
  assert.ok(isIp(r.ip));
  assert.ok(r.method !== '' && r.target !== '');
  for (const n of [r.bytesIn, r.bytesOut, r.latencyMs, r.items])
    assert.ok(n === null || (Number.isFinite(n) && n >= 0));
  for (const f of [r.headers, r.cookies, r.claims, r.gateway, r.extra]) {
    assert.equal(Object.getPrototypeOf(f), null);
    for (const value of Object.values(f)) assert.equal(typeof value, 'string');
  }
}

function tryAll(line: string): void {
  for (const parse of PARSERS) check(parse(line));
  sniffFormat([line]);
}

describe('any input', () => {
  it('arbitrary text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'[]"\\/:- {},x0123') }),
    );
    fc.assert(fc.property(text, tryAll), { numRuns: 1500 });
  });

  it('arbitrary JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => tryAll(JSON.stringify(value))),
      { numRuns: 500 },
    );
  });

  it('records whose known fields hold arbitrary JSON', () => {
    const templates = LINES.filter((l) => l.startsWith('{') && l.endsWith('}')).flatMap((l) => {
      try {
        return [JSON.parse(l) as Record<string, unknown>];
      } catch {
        return [];
      }
    });
    const property = fc.property(
      fc.constantFrom(...templates),
      fc.nat(),
      fc.nat(),
      fc.jsonValue(),
      (template, a, b, value) => {
        const copy = structuredClone(template);
        const keys = Object.keys(copy);
        const key = keys[a % keys.length] as string;
        const inner = copy[key];
        if (typeof inner === 'object' && inner !== null && b % 3 !== 0) {
          const innerKeys = Object.keys(inner);
          (inner as Record<string, unknown>)[innerKeys[b % Math.max(1, innerKeys.length)] ?? 'x'] = value;
        } else copy[key] = value;
        tryAll(JSON.stringify(copy));
      },
    );
    fc.assert(property, { numRuns: 1500 });
  });

  it('valid lines with characters cut, doubled and replaced', () => {
    const edit = fc.record({
      at: fc.nat(400),
      cut: fc.nat(20),
      put: fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('"', '\\', '[', ']', '\u0000', ' ', '-')),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...LINES),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (line, edits) => {
          let text = line;
          for (const e of edits) text = text.slice(0, e.at) + e.put + text.slice(e.at + e.cut);
          tryAll(text);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('long hostile lines', () => {
  const head = '192.0.2.1 - - [22/Nov/2025:09:14:03 +0000] "GET / HTTP/1.1" 200 5 ';
  const units: readonly string[] = [
    '"',
    '\\',
    '\\"',
    '[',
    ']',
    '" 2',
    '[22/Nov/2025:',
    ', ',
    ' ',
    ': ',
    '=',
    ';',
    'a=b;',
    '{"log":"',
    '\\x22',
    '\\x',
    '-',
    '%',
    '/',
    '1,',
    '<1>',
    '" "',
    '. ',
  ];
  for (const unit of units) {
    // Quadratic work at this size would be 10¹⁰ steps for each of 1,400 calls: hours. The run takes seconds.
    it(`repeated ${JSON.stringify(unit)}`, () => {
      const run = unit.repeat(Math.ceil(100_000 / unit.length));
      tryAll(run);
      tryAll(head + run);
      tryAll(`${head}"-" "${run}"`);
      tryAll(`192.0.2.1 ${run} [22/Nov/2025:09:14:03 +0000] "GET ${run} HTTP/1.1" 200 5`);
      tryAll(`[2025-11-22T09:14:03.354Z] "GET ${run} HTTP/1.1" 200 - ${run}`);
      tryAll(
        JSON.stringify({
          started_at: 1763802843123,
          client_ip: run,
          request: { method: 'GET', uri: run, headers: { cookie: run, 'x-forwarded-client-cert': run } },
          response: { status: 200 },
          route: { paths: [`~/${run}$`] },
          start_time: run,
          response_code: 200,
          eventSource: run,
          eventName: 'X',
          sourceIPAddress: run,
        }),
      );
    });
  }
});
