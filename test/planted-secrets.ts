// Log lines of every format with a secret of every kind planted in every place a gateway may log one. The secrets are
// made up here; each occurs nowhere else, so finding one in an output is a leak.

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const JWT_SIGNATURE = 'c2lnbmF0dXJlLW9mLXRoZS1wbGFudGVkLXRva2Vu';
const JWT = `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url({ sub: 'ines', client_id: 'till-app', exp: 1900000000, jti: 't-1' })}.${JWT_SIGNATURE}`;

/** Name → the text that must appear nowhere. */
export const SECRETS = {
  bearer: 'bt-9fK2mQ7xW4vR8nL1pZ6s',
  jwtSignature: JWT_SIGNATURE,
  apiKeyHeader: 'ak-Header-5hJ8kL2mN4pQ',
  apiKeyQuery: 'ak-Query-7rT3vX9zB1dF',
  accessTokenQuery: 'at-Query-2gH6jK8lM0nP',
  basicPassword: 'Basic-Pa55-w0rd-qwv',
  urlPassword: 'Url-Pa55-w0rd-zyx',
  sessionCookie: 'sess-Cookie-4sD6fG8hJ0k',
  otherCookie: 'other-Cookie-1aQ3wE5rT7y',
  signedUrlSignature: 'Sig0c4f8a2b6d1e9f3a7c5b8d2e6f0a4c8b2',
  sasSignature: 'SasSig9uY7tR5eW3qA1sD2fG4h',
  password: 'Form-Pa55-w0rd-mnb',
  clientSecret: 'cs-Client-8kJ6hG4fD2sA',
  refreshToken: 'rt-Refresh-3eR5tY7uI9oP',
  stripeKey: ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_'),
  githubToken: ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_'),
  apiKeyInPath: 'ak-Header-5hJ8kL2mN4pQ',
} as const;

const S = SECRETS;
const BASIC = base64(`ines:${S.basicPassword}`);

const QUERIES = [
  `api_key=${S.apiKeyQuery}&limit=5`,
  `access_token=${S.accessTokenQuery}`,
  `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${S.signedUrlSignature}`,
  `sv=2024-01-01&sig=${S.sasSignature}`,
  `user=ines&password=${S.password}`,
  `client_secret=${S.clientSecret}&refresh_token=${S.refreshToken}`,
  `next=${encodeURIComponent(`https://a.example/cb?access_token=${S.accessTokenQuery}`)}`,
  `q=${S.stripeKey}`,
  `note=${encodeURIComponent(`token ${S.githubToken}`)}`,
  `url=${encodeURIComponent(`https://ines:${S.urlPassword}@files.example/x`)}`,
];

const AUTHORIZATIONS = [
  `Bearer ${S.bearer}`,
  `Bearer ${JWT}`,
  `Basic ${BASIC}`,
  `ApiKey ${S.apiKeyHeader}`,
  `Token ${S.bearer}`,
];

const COOKIE = `PHPSESSID=${S.sessionCookie}; theme=dark; auth=${S.otherCookie}`;

const combined = (target: string, referer: string, agent: string) =>
  `198.51.100.7 - ines [10/Mar/2026:10:00:00 +0000] "GET ${target} HTTP/1.1" 200 512 "${referer}" "${agent}"`;

const kong = (target: string, headers: Record<string, string>) =>
  JSON.stringify({
    request: {
      id: 'f4d2c1',
      method: 'GET',
      uri: target,
      url: `https://ines:${S.urlPassword}@api.example${target}`,
      size: 1,
      querystring: Object.fromEntries(new URLSearchParams(target.split('?')[1] ?? '')),
      headers: { host: 'api.example', 'user-agent': 'curl/8', ...headers },
    },
    response: { status: 200, size: 10, headers: { 'set-cookie': COOKIE } },
    latencies: { request: 1, kong: 0, proxy: 1 },
    client_ip: '198.51.100.7',
    started_at: 1773136800000,
  });

const envoy = (target: string, authorization: string) =>
  JSON.stringify({
    start_time: '2026-03-10T10:00:00.000Z',
    method: 'GET',
    path: target,
    protocol: 'HTTP/1.1',
    response_code: 200,
    bytes_received: 0,
    bytes_sent: 10,
    duration: 1,
    'user-agent': `curl/8 ${authorization}`,
    'x-request-id': 'r-1',
    ':authority': 'api.example',
    downstream_remote_address: '198.51.100.7:5000',
    authorization,
  });

const aws = (target: string) =>
  JSON.stringify({
    requestId: 'r-2',
    ip: '198.51.100.7',
    requestTime: '10/Mar/2026:10:00:00 +0000',
    httpMethod: 'GET',
    resourcePath: '/things',
    path: target,
    status: 200,
    protocol: 'HTTP/1.1',
    responseLength: 10,
    apiKey: S.apiKeyHeader,
  });

const traefik = (target: string, authorization: string) =>
  JSON.stringify({
    ClientHost: '198.51.100.7',
    ClientUsername: 'ines',
    DownstreamContentSize: 10,
    DownstreamStatus: 200,
    RequestMethod: 'GET',
    RequestPath: target,
    RequestProtocol: 'HTTP/1.1',
    StartUTC: '2026-03-10T10:00:00Z',
    request_Authorization: authorization,
    request_Cookie: COOKIE,
  });

const cloudtrail = () =>
  JSON.stringify({
    eventVersion: '1.08',
    eventTime: '2026-03-10T10:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: `[aws-cli ${S.githubToken}]`,
    eventID: 'e-1',
    requestID: 'r-3',
    userIdentity: {
      type: 'IAMUser',
      accessKeyId: 'AKIAEXAMPLEEXAMPLE01',
      userName: 'ines',
      principalId: 'AIDAEXAMPLE',
    },
    requestParameters: {
      bucketName: 'b',
      key: 'k',
      'X-Amz-Signature': S.signedUrlSignature,
      password: S.password,
      clientSecret: S.clientSecret,
    },
    responseElements: { credentials: { sessionToken: S.refreshToken, secretAccessKey: S.clientSecret } },
  });

/** Lines cut or bent so that they are rejected: what is dead-lettered must be masked too. */
const broken = (line: string) => [
  line.slice(0, line.length - 3),
  line.replace('200', '2x0').replace('"status":', '"status":"bad",'),
];

/** Format name → its lines. */
export const PLANTED: Record<string, string[]> = {
  combined: [
    ...QUERIES.map((query) => combined(`/v1/things?${query}`, '-', 'curl/8')),
    ...QUERIES.map((query) => combined('/v1/things', `https://a.example/?${query}`, 'curl/8')),
    ...AUTHORIZATIONS.map((value) => combined('/v1/things', '-', `agent ${value}`)),
    combined(`/v1/keys/${S.stripeKey}/rotate`, '-', 'curl/8'),
    combined(`/v1/login;jsessionid=${S.sessionCookie}`, '-', 'curl/8'),
  ].flatMap((line) => [line, ...broken(line)]),
  kong: [
    ...QUERIES.map((query) => kong(`/v1/things?${query}`, {})),
    ...AUTHORIZATIONS.map((authorization) => kong('/v1/things', { authorization })),
    kong('/v1/things', { 'x-api-key': S.apiKeyHeader }),
    kong(`/v1/keys/${S.apiKeyHeader}`, {
      'x-api-key': S.apiKeyHeader,
      'user-agent': `client ${S.apiKeyHeader}`,
    }),
    kong('/v1/things', { cookie: COOKIE }),
  ].flatMap((line) => [line, ...broken(line)]),
  envoy: AUTHORIZATIONS.flatMap((value) =>
    QUERIES.slice(0, 3).map((query) => envoy(`/v1/things?${query}`, value)),
  ).flatMap((line) => [line, ...broken(line)]),
  'aws-apigateway': QUERIES.map((query) => aws(`/v1/things?${query}`)).flatMap((line) => [
    line,
    ...broken(line),
  ]),
  traefik: AUTHORIZATIONS.map((value) => traefik(`/v1/things?${QUERIES[0]}`, value)).flatMap((line) => [
    line,
    ...broken(line),
  ]),
  cloudtrail: [cloudtrail()].flatMap((line) => [line, ...broken(line)]),
};

/** Every spelling of every secret that must not appear. */
function spellings(): { name: string; text: string }[] {
  return Object.entries(SECRETS)
    .flatMap(([name, secret]) => [
      { name, text: secret },
      { name: `${name} (base64)`, text: base64(secret).replace(/=+$/, '').slice(0, -2) },
      { name: `${name} (percent-encoded)`, text: encodeURIComponent(secret) },
    ])
    .concat([
      { name: 'basic credentials', text: BASIC.replace(/=+$/, '') },
      { name: 'JWT', text: JWT },
    ]);
}

/** Texts that must not appear, longest first. */
export const FORBIDDEN: readonly string[] = spellings()
  .map(({ text }) => text)
  .sort((a, b) => b.length - a.length);

/** Names of the secrets found in a text. */
export function leaksIn(text: string): string[] {
  return spellings()
    .filter(({ text: secret }) => text.includes(secret))
    .map(({ name }) => name);
}
