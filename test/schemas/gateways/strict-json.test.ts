import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_DEPTH, parseJson } from '../../../schemas/gateways/strict-json.ts';

/** JSON text of a value with whitespace strewn in, so that the scanner is not shown only compact text. */
function spaced(value: unknown, gaps: readonly string[]): string {
  const compact = JSON.stringify(value);
  let out = '';
  let inString = false;
  for (let i = 0; i < compact.length; i++) {
    const c = compact[i] as string;
    out += c;
    if (c === '\\') out += compact[++i];
    else if (c === '"') inString = !inString;
    if (!inString && '{}[],:'.includes(c)) out += gaps[i % gaps.length] ?? '';
  }
  return out;
}

function reasonOf(text: string): string {
  const outcome = parseJson(text);
  return outcome.ok ? 'ok' : outcome.reason;
}

describe('strict JSON', () => {
  it('gives what JSON.parse gives for unambiguous text', () => {
    const gaps = fc.array(fc.constantFrom('', ' ', '\n', '\t '), { minLength: 1, maxLength: 5 });
    const values = fc
      .jsonValue({ maxDepth: 6 })
      .map((v) => JSON.parse(JSON.stringify(v).replaceAll('__proto__', 'proto')) as unknown);
    fc.assert(
      fc.property(values, gaps, (value, gap) => {
        const outcome = parseJson(spaced(value, gap));
        assert.deepEqual(outcome, { ok: true, value });
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, and refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}[]",:\\u00e9 -1tnf') })),
        (text) => {
          const outcome = parseJson(text);
          let valid = true;
          try {
            JSON.parse(text);
          } catch {
            valid = false;
          }
          if (!valid) assert.equal(outcome.ok, false);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds a key given twice at any place, whatever its escapes', () => {
    const objects = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1, maxKeys: 6 });
    fc.assert(
      fc.property(objects, fc.nat(), (object, pick) => {
        const keys = Object.keys(object).filter((k) => k !== '__proto__');
        fc.pre(keys.length > 0 && !JSON.stringify(object).includes('__proto__'));
        const key = keys[pick % keys.length] as string;
        const escaped = [...key]
          .map((c) => (c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c))
          .join('');
        const text = `{"outer":${JSON.stringify(object).slice(0, -1)},"${escaped}":1}}`;
        assert.equal(reasonOf(text), 'duplicate-key');
      }),
    );
  });

  it('allows the same key in different objects', () => {
    assert.equal(reasonOf('{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":"a"}'), 'ok');
    assert.equal(reasonOf('{"a":"b","b":"a"}'), 'ok');
  });

  it('refuses keys that reach into prototypes', () => {
    assert.equal(reasonOf('{"x":{"__proto__":{}}}'), 'unsafe-key');
    assert.equal(reasonOf('{"\\u005f_proto__":1}'), 'unsafe-key');
    assert.equal(reasonOf('{"constructor":{"prototype":{}}}'), 'unsafe-key');
    assert.equal(reasonOf('{"constructor":"Smith","prototype":"v2"}'), 'ok');
    assert.equal(reasonOf('{"constructor":"x","y":{"prototype":1}}'), 'ok');
    assert.equal(reasonOf('{"value":"__proto__"}'), 'ok');
  });

  it('allows 32 levels and not one more', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    assert.equal(reasonOf(nested(MAX_DEPTH)), 'ok');
    assert.equal(reasonOf(nested(MAX_DEPTH + 1)), 'too-deep');
    assert.equal(reasonOf(`${'{"a":'.repeat(MAX_DEPTH + 1)}1${'}'.repeat(MAX_DEPTH + 1)}`), 'too-deep');
    assert.equal(reasonOf(nested(500_000)), 'too-deep');
    assert.equal(reasonOf('['.repeat(500_000)), 'invalid-json');
  });
});
