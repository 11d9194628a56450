// Which credential a record is attributed to, and under which name its state is kept.

import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventCredential } from '../../../schemas/event.ts';
import { parseExtractors } from '../../../services/ingest/identify/extractors.ts';
import { createFingerprinter } from '../../../services/ingest/identify/fingerprint.ts';
import { bounded, delegatedLineage, lineageOf } from '../../../services/ingest/identify/lineage.ts';
import { basic, eventOf, HMAC_KEY, jwt, type RecordPatch } from './record.ts';

const lineage = (patch: RecordPatch, extractors?: string[]) => eventOf(patch, extractors).credential.lineage;
const bearer = (token: string): RecordPatch => ({ headers: { authorization: `Bearer ${token}` } });

test('extractors are read in order, without repeats, and a wrong one is named', () => {
  assert.deepEqual(parseExtractors(' cookie:PHPSESSID, basic ,client,basic'), [
    'cookie:PHPSESSID',
    'basic',
    'client',
  ]);
  assert.throws(
    () => parseExtractors('basic,coookie:x'),
    /"coookie:x" is not an identity extractor; allowed: header:NAME/,
  );
  assert.throws(() => parseExtractors(' , '), /no identity extractor given/);
});

test('the first extractor that finds something decides, the others complete', () => {
  const token = jwt({ sub: 'svc', client_id: 'svc', scope: 'read write', exp: 1_800_000_000, jti: 'j1' });
  const { credential } = eventOf(
    {
      headers: { authorization: `Bearer ${token}` },
      gateway: { consumer_id: 'c-17', consumer_username: 'acme-portal' },
      certificate: { fingerprint: 'ab'.repeat(32), subject: null, issuer: null, serial: null },
    },
    ['consumer', 'jwt'],
  );
  assert.deepEqual(credential, {
    lineage: 'consumer:c-17',
    fingerprint: null,
    kind: 'consumer',
    weak: false,
    subject: 'acme-portal',
    client: 'c-17',
    display: 'acme-portal',
    scopes: ['read', 'write'],
    issued_at: null,
    expires_at: 1_800_000_000_000,
    jti: 'j1',
    cnf: null,
    certificate: 'ab'.repeat(32),
  });
});

test('a token says for whom it is, from when, and who acts; one that does not has none of it', () => {
  const more = { nbf: 1_800_000_000, aud: ['orders', 'invoices'], act: { sub: 'assistant' } };
  const { credential } = eventOf({
    headers: { authorization: `Bearer ${jwt({ sub: 'u1', client_id: 'app', ...more })}` },
  });
  assert.equal(credential.not_before, 1_800_000_000_000);
  assert.deepEqual(credential.audience, ['orders', 'invoices']);
  assert.equal(credential.actor, 'assistant');
  const plain = eventOf({
    headers: { authorization: `Bearer ${jwt({ sub: 'u1', client_id: 'app', nbf: 'x', aud: 7, act: 'y' })}` },
  }).credential;
  for (const name of ['not_before', 'audience', 'actor']) assert.ok(!Object.hasOwn(plain, name), name);
});

test('an API key is known by its fingerprint, the same wherever it was sent', () => {
  const header = eventOf({ headers: { 'x-api-key': 'k-9f8e7d6c5b4a' } }).credential;
  const query = eventOf({ target: '/v1/x?API_KEY=k-9f8e7d6c5b4a' }).credential;
  assert.equal(header.kind, 'api-key');
  assert.match(header.lineage, /^api-key:[0-9a-f]{16}$/);
  assert.equal(header.fingerprint?.slice(0, 16), header.lineage.slice(8));
  assert.equal(query.lineage, header.lineage);
  assert.equal(
    eventOf({ headers: { 'x-api-key': 'another-key' } }).credential.lineage === header.lineage,
    false,
  );
});

test('the fingerprint is HMAC-SHA256(key, SHA-256(secret)), and depends on the key', () => {
  for (const key of [HMAC_KEY, new Uint8Array(100).fill(9)]) {
    const digest = createHash('sha256').update('sécret').digest();
    const expected = createHmac('sha256', key).update(digest).digest('hex').slice(0, 32);
    assert.equal(createFingerprinter(key)('sécret'), expected);
  }
});

test('a token that is renewed keeps its lineage', () => {
  const first = jwt({ client_id: 'billing', sub: 'billing', jti: '1', exp: 1_700_000_000 });
  const second = jwt({ client_id: 'billing', sub: 'billing', jti: '2', exp: 1_700_003_600 }, 'YW5vdGhlcg');
  assert.equal(lineage(bearer(first)), 'client:billing');
  assert.equal(lineage(bearer(second)), 'client:billing');
  assert.notEqual(
    eventOf(bearer(first)).credential.fingerprint,
    eventOf(bearer(second)).credential.fingerprint,
  );
});

test('users of one application are told apart, and the application’s own tokens are not', () => {
  assert.equal(lineage(bearer(jwt({ azp: 'web', sub: 'u1' }))), 'client:web/sub:u1');
  assert.equal(lineage(bearer(jwt({ azp: 'web', sub: 'u2' }))), 'client:web/sub:u2');
  assert.equal(lineage(bearer(jwt({ sub: 'u1' }))), 'sub:u1');
  assert.equal(lineage(bearer(jwt({ azp: 'job' }))), 'client:job');
  assert.equal(
    lineage(bearer(jwt({ azp: 'job', sub: 'job@clients', gty: 'client-credentials' }))),
    'client:job',
  );
  assert.equal(
    lineage(bearer(jwt({ azp: 'job', sub: 'f2b1', preferred_username: 'service-account-job' }))),
    'client:job',
  );
  assert.match(lineage(bearer(jwt({ scope: 'read' }))), /^jwt:[0-9a-f]{16}$/);
});

test('claims are read with their units, and the wrong types are ignored', () => {
  const { credential } = eventOf(
    bearer(
      jwt({
        sub: 's',
        scp: ['a', 5, 'b'],
        iat: 1_700_000_000,
        exp: 'soon',
        cnf: { jkt: 'thumb' },
        jti: { a: 1 },
      }),
    ),
  );
  assert.deepEqual(credential.scopes, ['a', 'b']);
  assert.equal(credential.issued_at, 1_700_000_000_000);
  assert.equal(credential.expires_at, null);
  assert.equal(credential.cnf, 'thumb');
  assert.equal(credential.jti, null);
});

test('claims the gateway logged count like a token', () => {
  const { credential } = eventOf({
    claims: { sub: 'u9', client_id: 'app', scope: '[read write]', exp: '1800000000' },
  });
  assert.equal(credential.lineage, 'client:app/sub:u9');
  assert.equal(credential.kind, 'jwt');
  assert.equal(credential.fingerprint, null);
  assert.deepEqual(credential.scopes, ['read', 'write']);
  assert.equal(credential.expires_at, 1_800_000_000_000);
  assert.equal(lineage({ claims: { sub: 'u9', tier: 'gold' } }, ['claim:tier']), 'claim:tier:gold');
  assert.equal(lineage({ claims: { sub: 'u9' } }, ['claim:sub']), 'sub:u9');
});

test('a malformed, encrypted or opaque token is an opaque bearer', () => {
  for (const token of [
    'eyJhbGciOi.broken',
    'a.b.c',
    `${jwt({ sub: 'x' })}.d.e`,
    'opaque-token-123',
    'eyJ9.eyJ9.x',
  ]) {
    const { credential } = eventOf(bearer(token));
    assert.equal(credential.kind, 'bearer', token);
    assert.match(credential.lineage, /^bearer:[0-9a-f]{16}$/);
  }
});

test('basic: the user name, never the password', () => {
  const { credential } = eventOf({ headers: { authorization: basic('alice', 'wonderland-7') } });
  assert.equal(credential.lineage, 'user:alice');
  assert.equal(credential.kind, 'basic');
  assert.equal(credential.fingerprint, null);
  assert.equal(lineage({ headers: { authorization: basic('alice', 'other') } }), 'user:alice');
});

test('a key carried by basic authentication is a key', () => {
  const key = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';
  for (const authorization of [basic(key, ''), basic('api', key), basic('', key)]) {
    const { credential } = eventOf({ headers: { authorization } });
    assert.equal(credential.kind, 'api-key');
    assert.match(credential.lineage, /^api-key:[0-9a-f]{16}$/);
  }
});

test('basic and user find the user a web server logged', () => {
  assert.equal(lineage({ user: 'bob' }, ['cookie:PHPSESSID', 'basic', 'client']), 'user:bob');
  assert.equal(eventOf({ user: 'bob' }, ['user']).credential.kind, 'basic');
  assert.equal(lineage({ user: '-' }, ['basic', 'client']), 'weak:198.51.100.7/32/curl');
});

test('a session cookie is a session', () => {
  const { credential } = eventOf({ cookies: { PHPSESSID: '4hk2l9c7q0v1' } }, [
    'cookie:PHPSESSID',
    'basic',
    'client',
  ]);
  assert.equal(credential.kind, 'session');
  assert.match(credential.lineage, /^session:[0-9a-f]{16}$/);
  assert.match(credential.display, /^session [0-9a-f]{8}$/);
});

test('a certificate is known by its name, so a renewed one keeps the lineage', () => {
  const subject = 'CN=payments.internal,O=Example';
  const { credential } = eventOf({
    certificate: { fingerprint: 'ab'.repeat(32), subject, issuer: null, serial: null },
  });
  assert.equal(credential.lineage, `mtls:${subject}`);
  assert.equal(credential.display, 'payments.internal');
  assert.equal(credential.certificate, 'ab'.repeat(32));
  assert.equal(
    lineage({
      certificate: { fingerprint: null, subject, issuer: null, serial: null },
      gateway: { certificate_uri: 'spiffe://x/pay' },
    }),
    'mtls:spiffe://x/pay',
  );
  const unverified = eventOf({
    certificate: { fingerprint: 'cd'.repeat(20), subject, issuer: null, serial: null },
    extra: { ssl_client_verify: 'FAILED:self signed certificate' },
  }).credential;
  assert.equal(unverified.lineage, `mtls:${'cd'.repeat(20)}`);
  assert.equal(unverified.certificate, null);
});

test('gateway ids: what survives a rotated key comes first', () => {
  assert.equal(lineage({ gateway: { consumer_username: 'acme' } }), 'consumer:acme');
  assert.equal(lineage({ gateway: { credential_id: 'k1', consumer_id: 'c1' } }), 'consumer:c1');
  assert.equal(lineage({ gateway: { api_key_id: 'k1' } }), 'key:k1');
  assert.equal(lineage({ gateway: { client_id: 'app' } }), 'client:app');
  assert.equal(lineage({ gateway: { principal_id: 'p1' } }), 'consumer:p1');
});

test('AWS: long-lived keys by id, temporary ones by principal', () => {
  const role = 'arn:aws:sts::111122223333:assumed-role/Deploy/ci';
  assert.equal(
    lineage({ gateway: { access_key_id: 'AKIAIOSFODNN7EXAMPLE', arn: 'arn:aws:iam::1:user/x' } }),
    'aws:AKIAIOSFODNN7EXAMPLE',
  );
  assert.equal(lineage({ gateway: { access_key_id: 'ASIAIOSFODNN7EXAMPLE', arn: role } }), `aws:${role}`);
  assert.equal(lineage({ gateway: { access_key_id: 'ASIAOTHERKEY7EXAMPLE', arn: role } }), `aws:${role}`);
  assert.equal(
    lineage({ gateway: { arn: 'arn:aws:sts::1:assumed-role/R/botocore-session-1700000000' } }),
    'aws:arn:aws:sts::1:assumed-role/R/botocore-session-*',
  );
  assert.equal(eventOf({ gateway: { arn: role } }).credential.kind, 'aws-principal');
  assert.equal(lineage({ gateway: { identity_type: 'Anonymous' } }), 'weak:198.51.100.7/32/curl');
  const signed =
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260102/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024';
  assert.equal(lineage({ headers: { authorization: signed } }), 'aws:AKIAIOSFODNN7EXAMPLE');
  assert.equal(
    lineage({
      target: '/b/o?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260102%2Feu-west-1%2Fs3%2Faws4_request',
    }),
    'aws:AKIAIOSFODNN7EXAMPLE',
  );
});

test('a redacted or empty value is nobody’s credential', () => {
  for (const value of [
    'REDACTED',
    '[REDACTED]',
    '***',
    'Bearer ***',
    'Bearer REDACTED',
    '-',
    'Bearer',
    'Bearer undefined',
    'Basic xxxxx',
    '<redacted>',
    '(null)',
    'Bearer [masked]',
    '"-"',
    'Basic [FILTERED]',
  ]) {
    const { credential } = eventOf({ headers: { authorization: value } });
    assert.equal(credential.kind, 'client', value);
  }
});

test('the same for a key header or parameter', () => {
  for (const value of ['REDACTED', '***', '[REDACTED]', 'null', 'xxxxxxxx', '-']) {
    const { credential } = eventOf({ headers: { 'x-api-key': value }, target: `/v1/x?api_key=${value}` });
    assert.equal(credential.kind, 'client', value);
  }
});

test('without any sign of a caller the call is anonymous', () => {
  const { credential } = eventOf({}, ['bearer', 'basic']);
  assert.equal(credential.lineage, 'anonymous');
  assert.equal(credential.kind, 'anonymous');
  const weak = eventOf({}, ['bearer', 'client']).credential;
  assert.equal(weak.weak, true);
  assert.equal(weak.kind, 'client');
});

test('a field is shown when its name says id, else fingerprinted', () => {
  assert.equal(lineage({ extra: { partner_id: 'p-1' } }, ['field:partner_id']), 'id:partner_id:p-1');
  assert.match(
    lineage({ extra: { upstream_auth: 'p-1' } }, ['field:upstream_auth']),
    /^api-key:[0-9a-f]{16}$/,
  );
  assert.match(lineage({ headers: { 'x-session-id': 'abcdef' } }, ['header:X-Session-Id']), /^api-key:/);
});

test('an id that is a secret by its shape is not shown', () => {
  const key = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
  const { credential } = eventOf({ gateway: { consumer_username: key } });
  assert.equal(JSON.stringify(credential).includes(key), false);
  assert.match(credential.lineage, /^consumer:[0-9a-f]{16}$/);
});

test('sending one’s own name as a token does not make a new caller', () => {
  const authorization = `Bearer ${jwt({ client_id: 'acme-partner-0001' })}`;
  const plain = eventOf({ headers: { authorization } }).credential;
  const tricky = eventOf({
    headers: { authorization, 'x-auth-token': 'acme-partner-0001' },
    target: '/v1/x?token=acme-partner-0001',
  }).credential;
  assert.equal(tricky.lineage, plain.lineage);
  assert.equal(tricky.client, plain.client);
});

test('property: different names never share a lineage, whatever characters they hold', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.string({ unit: 'binary', maxLength: 400 }),
      (a, b) => {
        fc.pre(a.toString().trim() !== b.toString().trim());
        fc.pre(a.isWellFormed() && b.isWellFormed());
        assert.notEqual(lineageOf('user', a), lineageOf('user', b));
      },
    ),
  );
});

test('property: a lineage is at most 200 printable characters and keeps its prefix', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (value) => {
      const text = lineageOf('consumer', value);
      assert.ok(text.startsWith('consumer:') && text.length <= 200);
      assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Cs}]/u);
    }),
  );
});

test('a name that imitates a cut one does not get its lineage', () => {
  const long = lineageOf('user', 'x'.repeat(500));
  assert.equal(long.length, 200);
  assert.notEqual(lineageOf('user', long.slice(5)), long);
  assert.notEqual(bounded(long, 200), long);
});

test('property: client and subject of a delegated lineage cannot be confused', () => {
  const part = fc.string({
    unit: fc.constantFrom('a', '/', ':', '%', 's', 'u', 'b', '2', 'F'),
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(part, part, part, part, (c1, s1, c2, s2) => {
      fc.pre(c1 !== c2 || s1 !== s2);
      assert.notEqual(delegatedLineage(c1, s1), delegatedLineage(c2, s2));
      assert.notEqual(delegatedLineage(c1, s1), lineageOf('sub', s1));
    }),
    { numRuns: 500 },
  );
});

test('property: any headers, cookies, claims and ids give a valid credential', () => {
  const named = fc.dictionary(
    fc.constantFrom(
      'authorization',
      'x-api-key',
      'PHPSESSID',
      'sub',
      'client_id',
      'consumer_id',
      'access_key_id',
      'arn',
      'exp',
      'nbf',
      'aud',
      'act',
      'cnf',
      'scope',
    ),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(
        'Bearer ',
        'Basic Og==',
        'Bearer eyJ.eyJ.',
        'AWS4-HMAC-SHA256 Credential=',
        '{"jkt":{}}',
      ),
    ),
  );
  fc.assert(
    fc.property(
      named,
      named,
      named,
      named,
      fc.option(fc.string({ unit: 'binary' })),
      (headers, cookies, claims, gateway, user) => {
        eventCredential.parse(
          eventOf({ headers, cookies, claims, gateway, user }, [
            'cookie:PHPSESSID',
            'mtls',
            'jwt',
            'aws',
            'consumer',
            'header:authorization',
            'user',
          ]).credential,
        );
      },
    ),
    { numRuns: 300 },
  );
});
