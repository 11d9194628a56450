import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FORMATS, formatByName, sniffFormat } from '../../../schemas/gateways/catalogue.ts';
import { generic } from '../../../schemas/gateways/generic.ts';

describe('the catalogue', () => {
  it('has unique names, a snippet and notes for each', () => {
    assert.equal(new Set(FORMATS.map((f) => f.name)).size, FORMATS.length);
    for (const f of FORMATS) assert.ok(f.title !== '' && f.snippet !== '' && f.notes !== '', f.name);
  });

  it('names what is allowed when asked for a format it does not have', () => {
    assert.throws(() => formatByName('konk'), /"konk"; allowed are auto, combined, kong/);
    assert.equal(formatByName('kong').name, 'kong');
  });

  it('guesses nothing from nothing', () => {
    assert.equal(sniffFormat([]), null);
    assert.equal(sniffFormat(['', '# comment', 'hello world', '{"a":1}']), null);
  });

  it('is not misled by a few stray lines', () => {
    const kong =
      '{"request":{"method":"GET","uri":"/"},"response":{"status":200},"client_ip":"192.0.2.1","started_at":1763802844000}';
    const sample = ['2025/11/22 09:14:03 [notice] 1#1: start', ...Array<string>(5).fill(kong), 'Traceback:'];
    assert.equal(sniffFormat(sample)?.format.name, 'kong');
  });
});

describe('the generic mapping', () => {
  const line = JSON.stringify({
    when: '2025-11-22T09:14:03Z',
    call: { verb: 'GET', url: '/v1/a?b=1', 'res.code': 200 },
    who: { address: '203.0.113.7', key: 'k-1', sub: 'user-1', session: 's-1' },
    size: { out: '12' },
  });
  const mapping = {
    at: 'when',
    method: 'call.verb',
    target: 'call.url',
    status: 'call.res.code',
    ip: 'who.address',
    bytes_out: 'size.out',
    'header:X-Api-Key': 'who.key',
    'claim:sub': 'who.sub',
    'cookie:sid': 'who.session',
    'gateway:consumer_id': 'who.sub',
    'field:raw': 'who.key',
  };

  it('reads each kind of field from its path', () => {
    const outcome = generic.parser({ mapping })(line);
    assert.ok(outcome.ok);
    const r = outcome.record;
    assert.equal(r.target, '/v1/a?b=1');
    assert.equal(r.status, 200);
    assert.equal(r.bytesOut, 12);
    assert.equal(r.headers['x-api-key'], 'k-1');
    assert.equal(r.claims.sub, 'user-1');
    assert.equal(r.cookies.sid, 's-1');
    assert.equal(r.gateway.consumer_id, 'user-1');
    assert.equal(r.extra.raw, 'k-1');
  });

  it('refuses fields and paths that cannot work', () => {
    assert.throws(() => generic.parser({ mapping: { statuss: 'a' } }), /statuss; allowed are at, request/);
    assert.throws(
      () => generic.parser({ mapping: { 'headers:x': 'a' } }),
      /headers:x; allowed are header:NAME/,
    );
    assert.throws(() => generic.parser({ mapping: { status: '' } }), /path/);
    assert.throws(() => generic.parser({ mapping: { 'header:': 'a' } }), /header:/);
  });
});
