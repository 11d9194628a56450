// Amazon API Gateway access logs of REST and HTTP APIs, as JSON with the usual names or in the CLF variant.
// Always holds: the route template is resourcePath (REST) or routeKey (HTTP); the API key itself is never read.
// Does not promise: the path of a REST call whose format logs only resourcePath; the template stands in for it.

import { peerAddress } from './address.ts';
import { type Draft, finish, newDraft, reject } from './draft.ts';
import { unwrap } from './envelope.ts';
import type { GatewayFormat, ParseOutcome } from './gateway-format.ts';
import type { GatewayRecord } from './gateway-record.ts';
import { amount, copyScalars, type JsonObject, object, property, readObject, text } from './json-values.ts';
import { size } from './quantities.ts';
import { addHeader, setCertificate } from './request-headers.ts';
import { parseRequestLine } from './request-line.ts';
import { tokenise } from './tokens.ts';

function parseLine(line: string): ParseOutcome {
  if (!line.startsWith('{')) return parseClf(line);
  const read = readObject(line);
  return read.ok ? parseRecord(read.value) : read;
}

/** Every scalar under its name in lower case without `$context.`, `identity.` and separators: `sourceip`, `httpmethod`. */
function flatten(root: JsonObject): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  const visit = (of: JsonObject, prefix: string, depth: number): void => {
    for (const key of Object.keys(of).slice(0, 128)) {
      const name = prefix + normalise(key);
      const inner = object(of[key]);
      if (inner !== null && depth < 5)
        visit(inner, /^(?:context|identity|requestcontext)$/.test(name) ? '' : `${name}.`, depth + 1);
      else if (inner === null && !flat.has(name)) flat.set(name, of[key]);
    }
  };
  visit(root, '', 0);
  return flat;
}

function normalise(key: string): string {
  return key
    .replace(/^\$?context[._]/i, '')
    .replace(/^identity[._]/i, '')
    .replaceAll(/[_-]/g, '')
    .toLowerCase();
}

class Names {
  readonly flat: Map<string, unknown>;
  constructor(root: JsonObject) {
    this.flat = flatten(root);
  }
  raw(...names: string[]): unknown {
    for (const name of names) {
      const value = this.flat.get(name);
      if (value !== undefined && value !== null && value !== '' && value !== '-') return value;
    }
    return null;
  }
  text(...names: string[]): string | null {
    return text(this.raw(...names));
  }
}

function parseRecord(root: JsonObject): ParseOutcome {
  const names = new Names(root);
  if (names.raw('requestid', 'extendedrequestid', 'apiid') === null) {
    return reject('wrong-shape', 'an API Gateway access log has requestId; log $context.requestId');
  }
  if (names.raw('connectionid') !== null && names.raw('httpmethod', 'method') === null) {
    return reject('not-http', 'the record describes a WebSocket event, not an HTTP call');
  }
  const draft = newDraft();
  const { record } = draft;
  draft.time = names.raw('requesttimeepoch', 'requesttime', 'timestamp', 'time');
  readRoute(names, draft);
  draft.status = names.raw('status', 'statuscode', 'responsestatus');
  draft.peer = names.text('sourceip', 'ip', 'clientip');
  record.bytesIn = amount(names.raw('requestlength'));
  record.bytesOut = amount(names.raw('responselength', 'responsesize', 'dataprocessed'));
  record.latencyMs = amount(names.raw('responselatency', 'latency'));
  record.requestId = names.text('requestid', 'extendedrequestid');
  record.host = names.text('domainname', 'host');
  const agent = names.text('useragent');
  if (agent !== null) addHeader(record, 'user-agent', agent);
  readCaller(root, names, record);
  return finish(draft);
}

/** HTTP APIs: `GET /pets/{id}` or `$default`. REST: resourcePath. */
function readRoute(names: Names, draft: Draft): void {
  const key = /^([A-Z]+) (\/.*)$/.exec(names.text('routekey') ?? '');
  const template = names.text('resourcepath') ?? key?.[2] ?? null;
  draft.method = names.text('httpmethod', 'method') ?? key?.[1] ?? null;
  const stage = names.text('stage');
  draft.path = withoutStage(names.text('path', 'rawpath', 'requestpath') ?? template, template, stage);
  draft.query = names.text('querystring', 'rawquerystring');
  draft.record.route = template?.startsWith('/') && !template.includes('{proxy+}') ? template : null;
  if (stage !== null) draft.record.extra.stage = stage;
}

/**
 * `$context.path` of a REST API begins with the stage, its template does not; they must agree segment by segment, where
 * `{proxy+}` stands for any number of them.
 */
function withoutStage(path: string | null, template: string | null, stage: string | null): string | null {
  if (path === null || template === null || stage === null || !path.startsWith(`/${stage}/`)) return path;
  const depth = (text: string): number => text.split('/').length;
  const extra = depth(path) - depth(template);
  return extra === 1 || (template.includes('+}') && extra > 1) ? path.slice(stage.length + 1) : path;
}

const IDS: Readonly<Record<string, readonly string[]>> = {
  api_key_id: ['apikeyid'],
  principal_id: ['principalid', 'authorizerprincipalid', 'authorizer.principalid'],
  account_id: ['accountid', 'calleraccountid'],
  caller: ['caller'],
  arn: ['userarn'],
  access_key_id: ['accesskey'],
  cognito_identity_id: ['cognitoidentityid'],
};

/** Claims that formats log under their own name (`"sub":"$context.authorizer.claims.sub"`), by that name, flattened. */
const CLAIMS: Readonly<Record<string, string>> = {
  sub: 'sub',
  clientid: 'client_id',
  azp: 'azp',
  jti: 'jti',
  iss: 'iss',
  scope: 'scope',
};

function readCaller(root: JsonObject, names: Names, record: GatewayRecord): void {
  for (const [id, spellings] of Object.entries(IDS)) {
    const value = names.text(...spellings);
    if (value !== null) record.gateway[id] = value;
  }
  record.user = names.text('user', 'cognitousername');
  for (const [name, value] of names.flat) {
    const claim = /^(?:authorizer\.?)?(?:jwt\.?)?claims?\.(.+)$/.exec(name)?.[1];
    const scalar = text(value);
    if (claim !== undefined && scalar !== null) record.claims[claimName(root, claim)] = scalar;
  }
  for (const [flat, claim] of Object.entries(CLAIMS)) {
    const value = names.text(flat);
    if (value !== null) record.claims[claim] ??= value;
  }
  setCertificate(record, 'serial', names.text('clientcert.serialnumber', 'clientcertserialnumber'));
  setCertificate(record, 'subject', names.text('clientcert.subjectdn', 'clientcertsubjectdn'));
  setCertificate(record, 'issuer', names.text('clientcert.issuerdn', 'clientcertissuerdn'));
  copyScalars(root, record.extra, (key) => (normalise(key) === 'apikey' ? null : key));
}

/** Names lost their underscores when they were flattened; standard claims get theirs back. */
function claimName(root: JsonObject, flat: string): string {
  const nested =
    object(property(object(property(root, 'authorizer')), 'claims')) ?? object(property(root, 'claims'));
  const own = nested === null ? undefined : Object.keys(nested).find((k) => normalise(k) === flat);
  return own ?? (flat === 'clientid' ? 'client_id' : flat === 'tokenuse' ? 'token_use' : flat);
}

/** `ip caller user [time]"METHOD resource protocol" status length requestId [extendedRequestId]` */
function parseClf(line: string): ParseOutcome {
  const tokens = tokenise(line);
  const time = tokens.findIndex((t) => t.kind === 'bracketed');
  const request = tokens[time + 1];
  const peer = tokens[0]?.text ?? '';
  if (time < 1 || request?.kind !== 'quoted' || peerAddress(peer) === null) {
    return reject('wrong-shape', 'the line is neither a JSON access log of API Gateway nor its CLF variant');
  }
  const draft = newDraft();
  const { record } = draft;
  const rest = tokens.slice(time + 2).map((t) => t.text);
  draft.peer = peer;
  draft.time = (tokens[time] as { text: string }).text;
  draft.request = request.text;
  draft.status = rest[0] ?? null;
  record.bytesOut = size(rest[1] ?? '');
  record.requestId = rest[2] !== undefined && rest[2] !== '-' ? rest[2] : null;
  const [caller, user] = tokens.slice(1, time).map((t) => t.text);
  if (caller !== undefined && caller !== '-') record.gateway.caller = caller;
  if (user !== undefined && user !== '-') record.user = user;
  const target = parseRequestLine(request.text).target;
  if (target.includes('{') && !target.includes('{proxy+}')) record.route = target;
  return finish(draft);
}

export const awsApiGateway: GatewayFormat = {
  name: 'aws-apigateway',
  title: 'Amazon API Gateway access log (REST and HTTP APIs), JSON or CLF',
  snippet: `# aws apigateway: access log format of the stage (one line)
{"requestId":"$context.requestId","requestTimeEpoch":"$context.requestTimeEpoch","ip":"$context.identity.sourceIp",
"httpMethod":"$context.httpMethod","resourcePath":"$context.resourcePath","path":"$context.path","status":"$context.status",
"responseLength":"$context.responseLength","responseLatency":"$context.responseLatency","userAgent":"$context.identity.userAgent",
"domainName":"$context.domainName","stage":"$context.stage","apiKeyId":"$context.identity.apiKeyId",
"principalId":"$context.authorizer.principalId","sub":"$context.authorizer.claims.sub"}
# HTTP APIs: "routeKey":"$context.routeKey" in place of resourcePath`,
  notes:
    'Identity is apiKeyId, the authorizer (principalId, claims) or the IAM caller. Log apiKeyId, never apiKey. ' +
    'API Gateway logs no query string and no X-Forwarded-For.',
  sniff(line) {
    const t = unwrap(line);
    if (t.startsWith('{')) {
      if (!/"(?:requestId|extendedRequestId|\$?context\.requestId)"/.test(t)) return 0;
      return /"(?:resourcePath|routeKey|httpMethod)"/.test(t) ? 0.96 : 0.3;
    }
    return /^\S{2,45} \S+ \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:[^\]]{8,20}\]"/.test(t.slice(0, 512)) ? 0.95 : 0;
  },
  parser: () => (line) => parseLine(unwrap(line)),
};
