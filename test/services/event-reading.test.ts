// The fast way to read bus messages and the slow one give the same: for every event, and for whatever is nearly one.
// Messages lie in one memory between others, as those of one fetch do, and are read by one scanner, so that what it
// remembers of earlier messages takes part.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { apiEvent } from '../../schemas/event.ts';
import { readSlowly } from '../../services/detect/event-message.ts';
import { createEventScanner } from '../../services/detect/read/scan-event.ts';
import { arbitraryEvent } from '../arbitrary/event.ts';
import { event } from './store/fixtures.ts';

const scanner = createEventScanner();

/** Reads the message fast, which must give what slow reading gives or nothing; true when it gave something. */
function agree(message: string | Uint8Array): boolean {
  const bytes = Buffer.from(message);
  const memory = Buffer.concat([Buffer.from('"},"a":1'), bytes, Buffer.from('"}}]9,"b":2')]);
  const value = memory.subarray(8, 8 + bytes.length);
  const fast = scanner.scan(value);
  if (fast === null) return false;
  const slow = readSlowly(value);
  assert.ok('event' in slow, `read fast, refused slowly: ${JSON.stringify(slow)}: ${bytes.toString()}`);
  assert.deepStrictEqual(fast, slow.event);
  assert.equal(JSON.stringify(fast), JSON.stringify(slow.event));
  return true;
}

const json = arbitraryEvent.map((e) => JSON.stringify(e));
const ordinary = JSON.stringify(event(1));

/** Values and pieces put in place of values: each may only be read fast where JSON and the schema allow it. */
const PUT = [
  '-0',
  '-1',
  '0',
  '00',
  '01',
  '1.',
  '.5',
  '0.50',
  '1e3',
  '1E+2',
  '1.5',
  '12345678901234567890',
  '999999999999999.9',
  '0.1234567890123456',
  '1e999',
  'null',
  'true',
  '""',
  '"x"',
  '"\\u0041"',
  '"\\n"',
  '"é"',
  '"\u0001"',
  '{}',
  '[]',
  '[""]',
  '["a","b"]',
  '["a",]',
  '[{"collection":"c","id":"1"}]',
  '{"kind":"page","value":1,"limit":null}',
  '{"kind":"other","value":1,"limit":null}',
  ' 1',
  'NaN',
  '['.repeat(5000),
  '{"a":'.repeat(2000),
  '1,"at":2',
  '"x","host":"y"',
  '"x","__proto__":{}',
  '0,"status":1',
];

const VALUE = /(?<=:)(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|null|true|false|\[\]|\{[^{}]*\})/g;

describe('reading bus messages fast', () => {
  it('gives the event as it was written, whatever it holds', () => {
    fc.assert(
      fc.property(json, (text) => {
        agree(text);
        agree(text);
      }),
      { numRuns: 1500 },
    );
  });

  it('reads what is ordinary', () => {
    const token = { not_before: 1, audience: ['api', 'other'], actor: 'proxy' };
    const unusual = [
      event(1),
      event(2, {
        page: { kind: 'offset', value: 20, limit: 10 },
        items: 10,
        request_id: null,
        latency_ms: 0.125,
      }),
      event(3, {
        objects: [],
        query: 'a=b',
        credential: { scopes: ['read', 'write'], issued_at: 1, ...token },
      }),
      event(4, { client: { network: 'Telefónica', user_agent: 'a}b' } }),
      event(5, { credential: { lineage: 'x'.repeat(200), display: 'd'.repeat(900) } }),
    ];
    for (const e of [...unusual, ...unusual]) {
      const message = JSON.stringify(apiEvent.parse(e));
      assert.equal(agree(message), true, message);
    }
  });

  it('gives every event objects of its own', () => {
    const [first, second] = [1, 2].map((n) => scanner.scan(Buffer.from(JSON.stringify(event(n)))));
    first!.credential.scopes.push('changed');
    first!.client.ip = 'changed';
    first!.credential.display = 'changed';
    assert.deepEqual(second, event(2));
    assert.deepEqual(scanner.scan(Buffer.from(JSON.stringify(event(3)))), event(3));
  });

  it('agrees on events with any value replaced', () => {
    fc.assert(
      fc.property(json, fc.nat(), fc.constantFrom(...PUT), (text, n, put) => {
        const values = [...text.matchAll(VALUE)];
        const { index, 0: old } = values[n % values.length]!;
        agree(text.slice(0, index) + put + text.slice(index + old.length));
      }),
      { numRuns: 3000 },
    );
    for (const { index, 0: old } of ordinary.matchAll(VALUE))
      for (const put of PUT) agree(ordinary.slice(0, index) + put + ordinary.slice(index + old.length));
  });

  it('agrees on bytes flipped, put in and left out at every place', () => {
    const bytes = Buffer.from(ordinary);
    for (let at = 0; at < bytes.length; at++) {
      agree(bytes.subarray(0, at));
      agree(bytes.subarray(at));
      agree(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]));
      for (const byte of [0, 10, 32, 34, 44, 45, 46, 48, 57, 92, 93, 125, 0x7f, 0x80, 0xc3, 0xff]) {
        const flipped = Buffer.from(bytes);
        flipped[at] = byte;
        agree(flipped);
        agree(Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]));
      }
    }
  });

  it('agrees on keys repeated, moved, left out and added', () => {
    const members = Object.entries(event(1)).map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(members, { minLength: 1 }),
        fc.constantFrom(...members, '"more":1', '"__proto__":{}', '"constructor":null'),
        fc.nat(members.length),
        (some, extra, at) => {
          agree(`{${some.join(',')}}`);
          agree(`{${members.with(at % members.length, extra).join(',')}}`);
          agree(`{${members.toSpliced(at, 0, extra).join(',')}}`);
        },
      ),
      { numRuns: 500 },
    );
    assert.equal(agree(`{${members.join(',')}}`), true);
    assert.equal(agree(`{${members.join(', ')}}`), false);
  });

  it('agrees on garbage', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void agree(bytes)));
    fc.assert(fc.property(fc.json(), (text) => void agree(text)));
    assert.equal(agree(''), false);
  });
});
