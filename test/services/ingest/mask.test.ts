// What is removed from text, queries and paths, and what stays readable.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMasker, maskPath, maskQuery, maskText } from '../../../services/ingest/mask/mask.ts';
import { createValueMask } from '../../../services/ingest/mask/values.ts';
import { jwt } from './record.ts';

const TOKEN = jwt({ sub: 'someone' });

test('text: secrets by name', () => {
  const cases: [string, string][] = [
    ['password=hunter2 next', 'password=[masked] next'],
    ['{"password":"hunter2","user":"bob"}', '{"password":"[masked]","user":"bob"}'],
    ['{"password" : "with \\"quotes\\" inside","user":"bob"}', '{"password" : "[masked]","user":"bob"}'],
    ['{\\"client_secret\\":\\"hunter2\\",\\"a\\":1}', '{\\"client_secret\\":\\"[masked]\\",\\"a\\":1}'],
    ["{'apiKey': 'hunter2'}", "{'apiKey': '[masked]'}"],
    ['{"pin":1234,"n":1}', '{"pin":[masked],"n":1}'],
    ['{"tokens":["aa","bb"],"n":1}', '{"tokens":[masked],"n":1}'],
    ['{"tokens":[["a]b"],["cc"]],"n":1}', '{"tokens":[masked],"n":1}'],
    ['{\\"tokens\\":[\\"a]b\\"],\\"n\\":1}', '{\\"tokens\\":[masked],\\"n\\":1}'],
    ['password=[masked]hunter2 next', 'password=[masked] next'],
    ['Cookie: [masked]; sid=hunter2', 'Cookie: [masked]'],
    ['X-Api-Key: hunter2', 'X-Api-Key: [masked]'],
    ['Authorization: Custom a b c', 'Authorization: [masked]'],
    ['Cookie: a=1; b=2', 'Cookie: [masked]'],
    ['Set-Cookie: sid=1; Path=/; HttpOnly', 'Set-Cookie: [masked]'],
    ['"cookie":"a=1; b=2","x":"y"', '"cookie":"[masked]","x":"y"'],
    ['password=hunter2', 'password=[masked]'],
    ['{"\\u0070assword":"hunter2"}', '{"password":"[masked]"}'],
    ['user[password]=hunter2&user[name]=bob', 'user[password]=[masked]&user[name]=bob'],
    ['url=https%3A%2F%2Fh%2F%3Faccess_token%3Dhunter2%26n%3D1', 'url=https://h/?access_token=[masked]%26n=1'],
    ['token%3Dab%2526cd', 'token=[masked]'],
    ['{"password":"cut off in the mid', '{"password":"[masked]'],
  ];
  for (const [input, expected] of cases) assert.equal(maskText(input), expected, input);
});

test('text: secrets by shape', () => {
  const secrets = [
    TOKEN,
    `${TOKEN.slice(0, TOKEN.lastIndexOf('.'))}.`,
    'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'sk-proj-abcdefghijklmnop1234',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'github_pat_11ABCDEFG0abcdefghijkl',
    'glpat-abcdefghij1234567890',
    'xoxb-123456789012-abcdefghijkl',
    'AIzaSyA1234567890abcdefghijklmnopqrstu',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'npm_abcdefghijklmnopqrstuvwxyz0123456789',
    'SG.abcdefghijklmnop.abcdefghijklmnopqrst',
  ];
  for (const secret of secrets)
    assert.equal(maskText(`before ${secret} after`), 'before [masked] after', secret);
});

test('text: authorisation schemes, but not prose', () => {
  assert.equal(maskText('"Bearer abc123def"'), '"Bearer [masked]"');
  assert.equal(maskText('Basic YWxpY2U6cHc='), 'Basic [masked]');
  assert.equal(maskText('Bearer%20abc123def'), 'Bearer%20[masked]');
  assert.equal(maskText('basic authentication failed'), 'basic authentication failed');
  assert.equal(maskText('the token expired'), 'the token expired');
});

test('text: credentials in URLs and private keys', () => {
  assert.equal(maskText('see https://bob:hunter2@example.com/x'), 'see https://[masked]@example.com/x');
  assert.equal(maskText('amqp://hunter2@host'), 'amqp://[masked]@host');
  assert.equal(maskText('mail bob@example.com'), 'mail bob@example.com');
  const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----';
  assert.equal(maskText(`a ${pem} b`), 'a [masked] b');
  assert.equal(maskText(`a ${pem.slice(0, 60)}`), 'a [masked]');
});

test('query: only secret parameters go', () => {
  const kept = [
    'limit=10&page=2',
    'q=a%20b&sort=-date',
    'state=open&code=DE',
    'page_token=CAUQAA&max_tokens=5',
    'cursor=eyJpZCI6MTIzNDU2fQ',
    'id=0191e1c8-5d4b-7c3e-9f2a-1b2c3d4e5f60',
    'a&b=&=c',
    'q=100%',
    'next=/v1/x?limit=5',
  ];
  for (const query of kept) assert.equal(maskQuery(query), query);
  const names = [
    'api_key',
    'apikey',
    'key',
    'token',
    'access_token',
    'refresh_token',
    'id_token',
    'client_secret',
    'password',
    'passwd',
    'pwd',
    'secret',
    'sig',
    'signature',
    'X-Amz-Signature',
    'X-Amz-Credential',
    'X-Amz-Security-Token',
    'AWSAccessKeyId',
    'auth',
    'session',
    'sid',
    'JSESSIONID',
    'Api%5FKey',
    'user%5Bpassword%5D',
  ];
  for (const name of names) assert.equal(maskQuery(`a=1&${name}=hunter2&b=2`), `a=1&${name}=[masked]&b=2`);
  assert.equal(maskQuery('code=SplxlOBeZQQYbYS6WxSbIA&state=xyzABC123'), 'code=[masked]&state=[masked]');
});

test('query: secrets within values', () => {
  assert.equal(maskQuery('next=https%3A%2F%2Fh%2Fcb%3Ftoken%3Dhunter2'), 'next=https://h/cb?token=[masked]');
  assert.equal(maskQuery('next=https%253A%252F%252Fbob%253Ahunter2%2540h'), 'next=https://[masked]@h');
  assert.equal(maskQuery(`x=${TOKEN}`), 'x=[masked]');
  assert.equal(maskQuery(TOKEN), '[masked]');
  assert.equal(maskQuery('filter=%7B%22password%22%3A%22hunter2%22%7D'), 'filter={"password":"[masked]"}');
});

test('path: object ids stay, secrets go', () => {
  const kept = [
    '/v1/customers/1001',
    '/v1/x/0191e1c8-5d4b-7c3e-9f2a-1b2c3d4e5f60',
    '/v1/x/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '/a/b.json',
    '/users/bob@example.com',
    '/v1/AKIAIOSFODNN7EXAMPLE',
  ];
  for (const path of kept) assert.equal(maskPath(path), path);
  assert.equal(maskPath('/app/page;jsessionid=ABCDEF/list'), '/app/page;jsessionid=[masked]/list');
  assert.equal(maskPath(`/verify/${TOKEN}/x`), '/verify/[masked]/x');
  assert.equal(
    maskPath('/bot123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K/sendMessage'),
    '/[masked]/sendMessage',
  );
  assert.equal(
    maskPath('/services/T00000000/B00000000/abcdefghijkl'),
    '/services/T00000000/B00000000/[masked]',
  );
  assert.equal(maskPath('/reset-password/4hk2l9c7q0v14hk2l9'), '/reset-password/[masked]');
  assert.equal(maskPath('/x/a%2Ftoken%3Dhunter2%2Fb/y'), '/x/a%2Ftoken=[masked]/y');
  assert.equal(maskPath('/x/%65yJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'), '/x/[masked]');
});

test('configured extractor names are secret too', () => {
  const masker = createMasker(['X-Partner']);
  assert.equal(masker.query('x_partner=hunter2'), 'x_partner=[masked]');
  assert.equal(maskQuery('x_partner=hunter2'), 'x_partner=hunter2');
});

test('an excerpt also loses runs that nothing names', () => {
  const masker = createMasker();
  assert.equal(
    masker.excerpt('203.0.113.9 "4hk2l9c7q0v1abcdefgh" [10/Oct/2025:13:55:36 +0000] "GET /index"'),
    '203.0.113.9 "[masked]" [10/Oct/2025:13:55:36 +0000] "GET /index"',
  );
});

test('by value: a secret is masked wherever it is repeated, in any spelling', () => {
  const secret = 'p@ss/word+42';
  const mask = createValueMask([secret], new Set());
  const encoded = encodeURIComponent(secret);
  for (const spelling of [
    secret,
    encoded,
    encoded.toLowerCase(),
    encodeURIComponent(encoded),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(`{"t":"${secret}"}`).toString('base64'),
    '%70@ss/word+42'.replaceAll('/', '%2F'),
  ]) {
    const out = mask.mask(`/a/${spelling}/b`);
    assert.ok(
      out.includes('[masked]') && out.startsWith('/a/') && out.endsWith('/b'),
      `${spelling} → ${out}`,
    );
  }
});

test('by value: short secrets only where they stand alone, public names never', () => {
  const mask = createValueMask(['test', 'acme'], new Set(['acme']));
  assert.equal(mask.mask('/latest/test/acme'), '/latest/[masked]/acme');
});

test('property: masking twice changes nothing, and never throws', () => {
  const fragment = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      'password',
      '=',
      ':',
      '"',
      '\\"',
      '{',
      '&',
      ' ',
      '%3D',
      '%',
      'Bearer ',
      'eyJ',
      '://',
      '@',
      '[masked]',
      ';',
      'Cookie: ',
      '-----BEGIN PRIVATE KEY-----',
      '\\u0070',
      'code',
      '[',
      ']',
      '%253D',
      '%26',
      '%2F',
      '%20',
      '%0A',
      '/',
      '+',
      '#',
      'sk_live_4eC39HqLyjWD',
    ),
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
      const text = fragments.join('');
      for (const mask of [maskText, maskPath, maskQuery]) {
        const once = mask(text);
        assert.equal(mask(once), once);
      }
    }),
    { numRuns: 2000 },
  );
});

test('property: a named secret is gone whatever surrounds it', () => {
  const name = fc.constantFrom('password', 'api_key', 'X-Auth-Token', 'client_secret', 'sessionid');
  const secret = fc.stringMatching(/^[A-Za-z0-9]{6,40}$/);
  const before = fc.constantFrom('', 'GET /x?', '{"a":1,', 'a=1&', '[x] ', '"', '%26', 'msg: ');
  const glue = fc.constantFrom('=', ': ', '":"', '\\":\\"', '%3D', '%253D', ' = ', "':'", '=>');
  fc.assert(
    fc.property(before, name, glue, secret, (b, n, g, s) => {
      fc.pre(!n.includes(s));
      assert.equal(maskText(`${b}${n}${g}${s} tail`).includes(s), false);
    }),
    { numRuns: 1000 },
  );
});

test('property: no part of a shaped secret stays when any of its letters are encoded', () => {
  const secret = fc.constantFrom(
    TOKEN,
    'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  );
  const pattern = fc.array(fc.boolean(), { minLength: 1, maxLength: 17 });
  const surroundings = fc.constantFrom(['/x/', '/y'], ['a=1&x=', '&b=2'], ['see ', ' end'], ['{"x":"', '"}']);
  fc.assert(
    fc.property(secret, pattern, fc.nat(2), surroundings, (s, encoded, levels, [before, after]) => {
      let spelled = [...s]
        .map((c, i) => (encoded[i % encoded.length] ? `%${c.charCodeAt(0).toString(16)}` : c))
        .join('');
      for (let i = 0; i < levels; i++) spelled = spelled.replaceAll('%', '%25');
      for (const mask of [maskText, maskQuery, maskPath]) {
        let out = mask(`${before}${spelled}${after}`);
        for (let i = 0; i <= levels; i++) out = decodeURIComponent(out);
        for (let i = 0; i + 8 <= s.length; i++) assert.equal(out.includes(s.slice(i, i + 8)), false, out);
      }
    }),
    { numRuns: 1000 },
  );
});

test('by value: every secret in one encoded part goes, and a part without one stays as it is', () => {
  const mask = createValueMask(['first secret', 'second-one', 'test'], new Set());
  assert.equal(mask.mask('/a/first%20secret,second%2Done/b'), '/a/[masked],[masked]/b');
  assert.equal(mask.mask('/a/second%252Done,first%20secret/b'), '/a/[masked],[masked]/b');
  assert.equal(mask.mask('/a/la%74est%20b/c'), '/a/la%74est%20b/c');
});

test('work grows with the length, not with its square', () => {
  const hostile = [
    'eyJ',
    'eyJ.',
    'a=',
    'a&',
    'token',
    'bearer ',
    'bearer: ',
    '://',
    'password=',
    'password=[masked]%26',
    'password="[masked]',
    'Cookie: [masked];',
    'code=[',
    'code="',
    '%41',
    '\\u0070',
    '-----BEGIN PRIVATE KEY-----',
    'sk-',
    'SG.abcdefghijkl',
    'a%',
    '%25',
    '"',
    '\\"',
    '{"a":',
  ];
  const value = createValueMask(['p@ss/word+42', 'second-one'], new Set());
  const masks = [maskText, maskQuery, maskPath, (text: string) => value.mask(text)];
  const cost = (text: string) => {
    const before = process.cpuUsage();
    for (const mask of masks) mask(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  // 16 times the length costs 16 times as much, and would cost 256 times as much if it were the square. CPU time, and
  // the least of several runs, leave out what the machine did meanwhile; costs below two milliseconds say nothing.
  const least = (text: string) => Math.min(...Array.from({ length: 5 }, () => cost(text)));
  for (const part of hostile) {
    const small = part.repeat(32_768 / part.length);
    const large = small.repeat(16);
    const allowed = 64 * Math.max(least(small), 2);
    const within = Array.from({ length: 10 }).some(() => cost(large) < allowed);
    assert.ok(within, `${part} repeated: 16 times the length costs more than 64 times as much`);
  }
});
