// Addresses, request lines, escapes, envelopes and cookies: the parts every format is made of.

import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hopList, isIp, peerAddress } from '../../../schemas/gateways/address.ts';
import { newDraft } from '../../../schemas/gateways/draft.ts';
import { unwrap } from '../../../schemas/gateways/envelope.ts';
import { unescapeValue } from '../../../schemas/gateways/escapes.ts';
import { addCookies, addHeader } from '../../../schemas/gateways/request-headers.ts';
import { parseRequestLine } from '../../../schemas/gateways/request-line.ts';

describe('addresses', () => {
  it('agrees with the platform on what an address is', () => {
    const near = fc.string({ unit: fc.constantFrom(...'0123456789abcf.:'), maxLength: 24 });
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), near), (text) => {
        assert.equal(isIp(text), isIP(text) !== 0, text);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes off ports, brackets and zones', () => {
    assert.equal(peerAddress('10.0.0.1:4431'), '10.0.0.1');
    assert.equal(peerAddress('[2001:db8::1]:4431'), '2001:db8::1');
    assert.equal(peerAddress('[2001:db8::1]'), '2001:db8::1');
    assert.equal(peerAddress('2001:db8::1'), '2001:db8::1');
    assert.equal(peerAddress('fe80::1%eth0'), 'fe80::1');
    assert.equal(peerAddress('unix:'), '127.0.0.1');
    assert.equal(peerAddress('client.example.net'), null);
    assert.equal(peerAddress(''), null);
  });

  it('reads a hop list only when every hop is an address', () => {
    assert.deepEqual(hopList('203.0.113.7, [2001:db8::1]:80,10.0.0.1'), [
      '203.0.113.7',
      '2001:db8::1',
      '10.0.0.1',
    ]);
    assert.equal(hopList('203.0.113.7, unknown'), null);
    assert.equal(hopList(''), null);
  });
});

describe('request lines', () => {
  it('reads the four forms of a target', () => {
    assert.deepEqual(parseRequestLine('GET /a?b=1 HTTP/1.1'), {
      method: 'GET',
      target: '/a?b=1',
      host: null,
      protocol: 'HTTP/1.1',
    });
    assert.deepEqual(parseRequestLine('GET http://u:p@h.example:8080/a HTTP/1.1').host, 'h.example:8080');
    assert.equal(parseRequestLine('GET http://h.example HTTP/1.1').target, '/');
    assert.equal(parseRequestLine('GET http://h.example?x=1 HTTP/1.1').target, '/?x=1');
    assert.equal(parseRequestLine('OPTIONS * HTTP/1.1').target, '*');
    assert.equal(parseRequestLine('CONNECT h.example:443 HTTP/1.1').target, 'h.example:443');
  });

  it('keeps spaces inside a target and reads HTTP/0.9', () => {
    assert.equal(parseRequestLine('GET /a b c HTTP/1.1').target, '/a b c');
    assert.equal(parseRequestLine('GET /old').target, '/old');
  });

  it('marks what it cannot read', () => {
    for (const line of [
      '',
      '-',
      'GET',
      'GET ',
      '\\x16\\x03\\x01',
      'HELP',
      '1 /x HTTP/1.1',
      `${'A'.repeat(40)} / HTTP/1.1`,
    ]) {
      assert.deepEqual(
        parseRequestLine(line),
        { method: '-', target: '-', host: null, protocol: null },
        line,
      );
    }
  });
});

describe('escapes', () => {
  it('gives back quotes, backslashes and UTF-8, and leaves bytes alone', () => {
    assert.equal(unescapeValue('a\\x22b\\"c\\\\d'), 'a"b"c\\d');
    assert.equal(unescapeValue('caf\\xC3\\xA9'), 'café');
    assert.equal(unescapeValue('\\x16\\x03\\xff'), '\\x16\\x03\\xff');
    assert.equal(unescapeValue('\\xC3'), '\\xC3');
    assert.equal(unescapeValue('plain'), 'plain');
  });
});

describe('envelopes', () => {
  const line = '192.0.2.4 - - [22/Nov/2025:09:14:16 +0000] "GET / HTTP/1.1" 200 5 "-" "-"';
  const wrapped = [
    `<190>Nov 22 09:14:16 edge-1 nginx: ${line}`,
    `<190>Nov 22 09:14:16 nginx: ${line}`,
    `Nov 22 09:14:16 edge-1 nginx[123]: ${line}`,
    `2025-11-22T09:14:16+00:00 edge-1 nginx[123]: ${line}`,
    `<171>1 2025-11-22T09:14:16.000000+00:00 edge-1 nginx - - - ${line}`,
    `<171>1 2025-11-22T09:14:16Z edge-1 nginx 7 ID [a b="c]d"][e f="g"] ${line}`,
    `2025-11-22T09:14:16.493035218Z stdout F ${line}`,
    `${JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: 'x' })}`,
    `\uFEFF${line}\r`,
  ];
  for (const text of wrapped)
    it(`takes off ${JSON.stringify(text.slice(0, 40))}`, () => assert.equal(unwrap(text), line));

  it('leaves other lines alone', () => {
    for (const text of [line, '', '{"a":1}', '<b>html</b>', '[2025-11-22T09:14:16Z] "GET / HTTP/1.1" 200']) {
      assert.equal(unwrap(text), text);
    }
  });

  it('unwraps CRI around Docker around syslog', () => {
    const docker = JSON.stringify({ log: `<190>Nov 22 09:14:16 nginx: ${line}\n` });
    assert.equal(unwrap(`2025-11-22T09:14:16.4Z stdout F ${docker}`), line);
  });
});

describe('headers and cookies', () => {
  it('splits a Cookie header; the first value of a name wins', () => {
    const { record } = newDraft();
    addCookies(record, 'a=1; b="two" ;a=3;;=x; c; d=e=f; __proto__=p');
    assert.deepEqual({ ...record.cookies }, { a: '1', b: 'two', d: 'e=f', ['__proto__']: 'p' });
    assert.equal(Object.getPrototypeOf(record.cookies), null);
  });

  it('derives what a header implies', () => {
    const { record } = newDraft();
    addHeader(record, 'X-Forwarded-For', '203.0.113.7');
    addHeader(record, 'Cookie', 's=1');
    addHeader(record, 'X-Forwarded-Client-Cert', 'Hash=AB;Subject="CN=a,O=b",Hash=CD;Subject="CN=c;O=d"');
    assert.equal(record.forwardedFor, '203.0.113.7');
    assert.equal(record.cookies.s, '1');
    assert.equal(record.certificate?.fingerprint, 'cd');
    assert.equal(record.certificate?.subject, 'CN=c;O=d');
  });
});
