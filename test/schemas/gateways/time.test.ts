import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  compileTimePattern,
  parseClfTime,
  parseEpoch,
  parseIsoTime,
  parseTime,
} from '../../../schemas/gateways/time.ts';

const AT = Date.UTC(2021, 8, 29, 12, 11, 34);

/** Any moment a log may hold, in whole seconds. */
const moments = fc
  .integer({ min: Date.UTC(1990, 0, 1) / 1000, max: Date.UTC(2099, 11, 31) / 1000 })
  .map((s) => s * 1000);

function two(n: number): string {
  return String(n).padStart(2, '0');
}

describe('common log time', () => {
  it('reads zones with and without a colon, names and none', () => {
    assert.equal(parseClfTime('29/Sep/2021:14:11:34 +0200'), AT);
    assert.equal(parseClfTime('29/Sep/2021:14:11:34 +02:00'), AT);
    assert.equal(parseClfTime('29/Sep/2021:12:11:34 UTC'), AT);
    assert.equal(parseClfTime('29/Sep/2021:12:11:34'), AT);
    assert.equal(parseClfTime('29/Sep/2021:05:11:34.250 -0700'), AT + 250);
  });

  it('refuses days and hours that do not exist', () => {
    for (const text of [
      '31/Feb/2021:00:00:00 +0000',
      '29/Feb/2021:00:00:00 +0000',
      '00/Jan/2021:00:00:00 +0000',
    ]) {
      assert.equal(parseClfTime(text), null, text);
    }
    assert.equal(parseClfTime('01/Foo/2021:00:00:00 +0000'), null);
    assert.equal(parseClfTime('01/Jan/2021:24:00:00 +0000'), null);
    assert.equal(parseClfTime('01/Jan/2021:00:00:00 +9900'), null);
    assert.equal(parseClfTime('01/Jan/1970:00:00:00 +0000'), null, 'before 1990');
    assert.equal(parseClfTime('01/Jan/9999:00:00:00 +0000'), null, 'after 2100');
  });

  it('counts a leap second as the second after it', () => {
    assert.equal(parseClfTime('31/Dec/2016:23:59:60 +0000'), Date.UTC(2017, 0, 1));
  });

  it('inverts what a server writes', () => {
    const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
    fc.assert(
      fc.property(moments, (at) => {
        const d = new Date(at);
        const day = `${two(d.getUTCDate())}/${names[d.getUTCMonth()]}/${d.getUTCFullYear()}`;
        const clock = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
        assert.equal(parseClfTime(`${day}:${clock} +0000`), at);
      }),
    );
  });
});

describe('ISO 8601 and epochs', () => {
  it('inverts toISOString', () => {
    fc.assert(fc.property(moments, (at) => assert.equal(parseIsoTime(new Date(at).toISOString()), at)));
  });

  it('cuts fractions finer than a millisecond', () => {
    assert.equal(parseIsoTime('2021-09-29T12:11:34.123999999Z'), AT + 123);
    assert.equal(parseIsoTime('2021-09-29 12:11:34,5+00:00'), AT + 500);
  });

  it('tells the unit of an epoch by its magnitude', () => {
    const seconds = AT / 1000;
    assert.equal(parseEpoch(seconds), AT);
    assert.equal(parseEpoch(AT), AT);
    assert.equal(parseEpoch(AT * 1000), AT);
    assert.equal(parseEpoch(AT * 1e6), AT);
    assert.equal(parseTime(String(seconds)), AT);
    assert.equal(parseTime(`${seconds}.250`), AT + 250);
    assert.equal(parseTime(Number.NaN), null);
    assert.equal(parseTime({}), null);
    assert.equal(parseTime(-1), null);
  });
});

describe('strftime patterns', () => {
  it('reads the patterns people give to %{…}t', () => {
    const cases: [string, string, number][] = [
      ['%Y-%m-%dT%H:%M:%S%z', '2021-09-29T14:11:34+0200', AT],
      ['%Y-%m-%dT%T.msec_frac%z', '2021-09-29T14:11:34.250+0200', AT + 250],
      ['%F %T', '2021-09-29 12:11:34', AT],
      ['%d/%b/%Y:%H:%M:%S.usec_frac', '29/Sep/2021:12:11:34.123456', AT + 123],
      ['sec', String(AT / 1000), AT],
      ['msec', String(AT), AT],
      ['usec', String(AT * 1000), AT],
      ['begin:%s', String(AT / 1000), AT],
    ];
    for (const [pattern, text, at] of cases)
      assert.equal(compileTimePattern(pattern).parse(text), at, pattern);
  });

  it('refuses a letter that cannot be read back, by name', () => {
    assert.throws(() => compileTimePattern('%Y %G'), /%G/);
  });

  it('gives null for text that does not follow the pattern', () => {
    const pattern = compileTimePattern('%Y-%m-%d');
    for (const text of ['', '2021', '2021-9-29', '2021-13-01', '2021-09-29x'])
      assert.equal(pattern.parse(text), null, text);
  });
});
