import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { combined } from '../../../schemas/gateways/combined.ts';
import type { GatewayRecord } from '../../../schemas/gateways/gateway-record.ts';

const AT = Date.UTC(2025, 10, 22, 9, 14, 3);

function read(logFormat: string, line: string): GatewayRecord {
  const outcome = combined.parser({ logFormat })(line);
  assert.ok(outcome.ok, outcome.ok ? '' : `${outcome.reason}: ${outcome.detail}`);
  return outcome.record;
}

function reasonOf(logFormat: string, line: string): string {
  const outcome = combined.parser({ logFormat })(line);
  return outcome.ok ? 'ok' : outcome.reason;
}

describe('nginx log_format', () => {
  it('makes every variable available where extractors look', () => {
    const format =
      '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_user_agent" ' +
      '"$http_x_api_key" "$cookie_PHPSESSID" "$http_cookie" "$jwt_claim_sub" "$jwt_claim_client_id" $request_id $request_time ' +
      '"$ssl_client_s_dn" $ssl_client_fingerprint $ssl_client_verify "$http_x_forwarded_for" $upstream_addr $geoip_city $ssl_ja4';
    const line =
      '203.0.113.7 - acme [22/Nov/2025:09:14:03 +0000] "GET /v1/a?b=1 HTTP/1.1" 200 12 "svc/1" ' +
      '"k-1" "sess" "a=1; b=2" "user-1" "web" 0af7651916cd43dd8448eb211c80319c 0.250 ' +
      '"CN=svc,O=x" 0a1b2c SUCCESS "198.51.100.1, 10.0.0.2" 10.0.0.4:80, 10.0.0.5:80 Berlin t13d1516h2_8daaf6152771';
    const r = read(format, line);
    assert.equal(r.at, AT);
    assert.equal(r.user, 'acme');
    assert.equal(r.headers['x-api-key'], 'k-1');
    assert.deepEqual({ ...r.cookies }, { PHPSESSID: 'sess', a: '1', b: '2' });
    assert.deepEqual({ ...r.claims }, { sub: 'user-1', client_id: 'web' });
    assert.equal(r.requestId, '0af7651916cd43dd8448eb211c80319c');
    assert.equal(r.latencyMs, 250);
    assert.deepEqual(r.certificate, {
      fingerprint: '0a1b2c',
      subject: 'CN=svc,O=x',
      issuer: null,
      serial: null,
    });
    assert.equal(r.forwardedFor, '198.51.100.1, 10.0.0.2');
    assert.equal(r.extra.upstream_addr, '10.0.0.4:80, 10.0.0.5:80');
    assert.equal(r.extra.geoip_city, 'Berlin');
    assert.equal(r.extra.ssl_client_verify, 'SUCCESS');
    assert.equal(r.tls, 't13d1516h2_8daaf6152771');
  });

  it('takes a dash for absent', () => {
    const r = read(
      '$remote_addr [$time_iso8601] "$request" $status "$http_x_api_key" $remote_user $request_id',
      '203.0.113.7 [2025-11-22T09:14:03+00:00] "GET / HTTP/1.1" 200 "-" - -',
    );
    assert.deepEqual({ ...r.headers }, {});
    assert.equal(r.user, null);
    assert.equal(r.requestId, null);
  });

  it('takes the whole directive with its name, quotes and escape mode', () => {
    const directive = `log_format main escape=none '$remote_addr [$msec] '\n  '"$request" $status "$http_x_note"';`;
    const r = read(directive, '203.0.113.7 [1763802843.125] "GET / HTTP/1.1" 200 "say \\x22"');
    assert.equal(r.at, AT + 125);
    assert.equal(r.headers['x-note'], 'say \\x22');
  });

  it('finds the end of a quoted value that holds quotes', () => {
    const directive = `log_format main escape=none '$remote_addr [$time_local] "$request" $status "$http_user_agent" "$http_x_api_key"';`;
    const r = read(directive, '203.0.113.7 [22/Nov/2025:09:14:03 +0000] "GET / HTTP/1.1" 200 "a "b" c" "k"');
    assert.equal(r.userAgent, 'a "b" c');
    assert.equal(r.headers['x-api-key'], 'k');
  });

  it('builds the target from its parts', () => {
    const format = '$remote_addr|$time_iso8601|$request_method|$uri$is_args$args|$status|$host';
    const one = read(format, '203.0.113.7|2025-11-22T09:14:03Z|GET|/a/b?c=d|200|api.example.com');
    assert.equal(one.target, '/a/b?c=d');
    assert.equal(one.host, 'api.example.com');
    assert.equal(read(format, '203.0.113.7|2025-11-22T09:14:03Z|GET|/a/b|200|h').target, '/a/b');
    const url = read(
      '$remote_addr $time_iso8601 $request_method $scheme://$host$request_uri $status',
      '203.0.113.7 2025-11-22T09:14:03Z GET https://h.example/a?b 200',
    );
    assert.equal(url.host, 'h.example');
    assert.equal(url.target, '/a?b');
  });

  it('keeps the peer apart from the list that nginx appended it to', () => {
    const r = read(
      '$proxy_add_x_forwarded_for [$time_local] "$request" $status',
      '198.51.100.1, 10.0.0.2 [22/Nov/2025:09:14:03 +0000] "GET / HTTP/1.1" 200',
    );
    assert.equal(r.ip, '10.0.0.2');
    assert.equal(r.forwardedFor, '198.51.100.1');
  });

  it('reads an IPv6 address before its port', () => {
    const r = read(
      '$remote_addr:$remote_port [$time_local] "$request" $status',
      '2001:db8::1:4431 [22/Nov/2025:09:14:03 +0000] "GET / HTTP/1.1" 200',
    );
    assert.equal(r.ip, '2001:db8::1');
    assert.equal(r.extra.remote_port, '4431');
  });

  it('reads JSON-shaped formats, also reordered, broken by empty numbers, and escaped the old way', () => {
    const format =
      '{"time":"$time_iso8601","ip":"$remote_addr","req":"$request","status":$status,"nested":{"key":"$http_x_api_key"},"up":$upstream_response_time,"ua":"$http_user_agent"}';
    const line = (up: string, ua: string): string =>
      `{"time":"2025-11-22T09:14:03Z","ip":"203.0.113.7","req":"GET /a HTTP/1.1","status":200,"nested":{"key":"k"},"up":${up},"ua":"${ua}"}`;
    assert.equal(read(format, line('0.1', 'x')).headers['x-api-key'], 'k');
    assert.equal(read(format, line('', 'x')).headers['x-api-key'], 'k');
    assert.equal(read(format, line('0.1', 'say \\x22')).userAgent, 'say "');
    const reordered =
      '{"status":200,"req":"GET /a HTTP/1.1","ip":"203.0.113.7","time":"2025-11-22T09:14:03Z"}';
    assert.equal(read(format, reordered).target, '/a');
    assert.equal(reasonOf(format, '{"status":200,"status":201}'), 'duplicate-key');
  });

  it('tries several formats, one a line', () => {
    const formats = '$remote_addr;$time_iso8601;$request_method;$request_uri;$status\ncombined';
    assert.equal(read(formats, '203.0.113.7;2025-11-22T09:14:03Z;GET;/a;200').target, '/a');
    assert.equal(
      read(formats, '203.0.113.7 - - [22/Nov/2025:09:14:03 +0000] "GET /b HTTP/1.1" 200 1').target,
      '/b',
    );
    assert.equal(reasonOf(formats, 'neither'), 'wrong-shape');
  });
});

describe('Apache LogFormat', () => {
  it('reads directives with names, modifiers and status conditions', () => {
    const format =
      'LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%!200,304,302{Referer}i\\" \\"%{User-Agent}i\\" %D %I %O %{X-Api-Key}i %{sid}C ' +
      '%{UNIQUE_ID}e %{note}n %{SSL_CLIENT_S_DN}x %v:%p %{X-Total}o %X %k" full';
    const line =
      '203.0.113.7 - bob [22/Nov/2025:09:14:03 +0000] "GET /a \\"q\\" HTTP/1.1" 200 - "-" "svc \\"1\\"" 12500 412 998 k-1 s-1 ' +
      'u-1 n-1 CN=svc api.example.com:443 17 + 3';
    const r = read(format, line);
    assert.equal(r.at, AT);
    assert.equal(r.user, 'bob');
    assert.equal(r.target, '/a "q"');
    assert.equal(r.bytesOut, 0);
    assert.equal(r.bytesIn, 412);
    assert.equal(r.latencyMs, 12.5);
    assert.equal(r.userAgent, 'svc "1"');
    assert.equal(r.headers['x-api-key'], 'k-1');
    assert.equal(r.cookies.sid, 's-1');
    assert.equal(r.requestId, 'u-1');
    assert.equal(r.extra.note, 'n-1');
    assert.equal(r.certificate?.subject, 'CN=svc');
    assert.equal(r.host, 'api.example.com');
    assert.equal(r.extra.sent_http_x_total, '17');
  });

  it('prefers the final status over the original one', () => {
    const r = read('%a %t "%r" %<s %>s', '203.0.113.7 [22/Nov/2025:09:14:03 +0000] "GET / HTTP/1.1" 302 404');
    assert.equal(r.status, 404);
  });

  it('reads times written in several directives', () => {
    const format = '%a [%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t%{%z}t] %m %U%q %H %>s';
    const r = read(format, '203.0.113.7 [2025-11-22T10:14:03.250+0100] GET /a?b=1 HTTP/2.0 200');
    assert.equal(r.at, AT + 250);
    assert.equal(r.target, '/a?b=1');
    assert.equal(read('%a %{usec}t "%r" %>s', `203.0.113.7 ${AT * 1000} "GET / HTTP/1.1" 200`).at, AT);
    assert.equal(
      read('%a %{%d/%b/%Y %T}t "%r" %>s', '203.0.113.7 22/Nov/2025 09:14:03 "GET / HTTP/1.1" 200').at,
      AT,
    );
  });

  it('takes %a for the client and %{c}a for the peer behind it', () => {
    const r = read(
      '%{c}a %a %t "%r" %>s',
      '10.0.0.1 203.0.113.7 [22/Nov/2025:09:14:03 +0000] "GET / HTTP/1.1" 200',
    );
    assert.equal(r.ip, '203.0.113.7');
    assert.equal(r.extra.peer_address, '10.0.0.1');
  });
});

describe('a log format that cannot work', () => {
  const bad: [string, RegExp][] = [
    ['', /empty/],
    ['no variables', /no variable/],
    ['$remote_addr $status "$request"', /no time/],
    ['$remote_addr $time_iso8601 "$request"', /no status/],
    ['$remote_addr $time_iso8601 $status', /no request/],
    [
      '$remote_addr$remote_user [$time_local] "$request" $status',
      /remote_addr directly followed by remote_user/,
    ],
    ['%h %{%G}t "%r" %>s', /%G/],
    ['{"time":"$time_iso8601","r":"$request","s":$status', /not one JSON object/],
    [`$request $status $time_local ${'x'.repeat(20_000)}`, /longer than/],
  ];
  for (const [format, message] of bad) {
    it(`is refused: ${format.slice(0, 40)}`, () =>
      assert.throws(() => combined.parser({ logFormat: format }), message));
  }
});

describe('the snippet that users copy', () => {
  it('compiles, and reads a line that the server would write', () => {
    const nginx = /log_format [\s\S]*?';/.exec(combined.snippet)?.[0] as string;
    const line =
      '{"time":"2025-11-22T09:14:03+00:00","remote_addr":"203.0.113.7","remote_user":"","request_method":"GET",' +
      '"request_uri":"/a?b=1","status":200,"body_bytes_sent":5,"request_time":0.012,"http_user_agent":"svc/1",' +
      '"http_x_api_key":"k-1","request_id":"r-1"}';
    const r = read(nginx, line);
    assert.equal(r.target, '/a?b=1');
    assert.equal(r.headers['x-api-key'], 'k-1');
    const apache = /LogFormat .*/.exec(combined.snippet)?.[0] as string;
    const written = '203.0.113.7 - bob [22/Nov/2025:09:14:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "svc/1" r-1';
    assert.equal(read(apache, written).requestId, 'r-1');
  });
});
