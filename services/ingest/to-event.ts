// Turns what a parser read from one line into an event: caller's address, identity, masked path and query, route.
// Always holds: no string of the event carries a secret of the record, and every string is bounded and printable.
// Does not promise: what the gateway did not log. It stays null, or 0 for sizes.

import type { RouteLearner } from '../../detectors/routes/learner.ts';
import type { ApiEvent, EventCredential } from '../../schemas/event.ts';
import type { GatewayRecord } from '../../schemas/gateways/gateway-record.ts';
import type { RejectionReason } from '../../schemas/rejection.ts';
import { createFingerprinter } from './identify/fingerprint.ts';
import { createIdentifier } from './identify/identify.ts';
import { bounded, label, MAX_LINEAGE } from './identify/lineage.ts';
import { isIdentifierName } from './identify/names.ts';
import { queryValue, splitTarget } from './identify/query.ts';
import { looksRandom } from './identify/random.ts';
import { createMasker } from './mask/mask.ts';
import { isPlainPath, isPlainQuery } from './mask/plain.ts';
import { collectSecrets } from './mask/secrets.ts';
import { createValueMask, type ValueMask } from './mask/values.ts';
import { createTrustedProxies } from './source/client-address.ts';
import type { SourceFactsLookup } from './source/lookup.ts';
import { uaFamily } from './source/ua-family.ts';

export interface EventBuilderOptions {
  extractors: readonly string[];
  hmacKey: Uint8Array;
  tenant: string;
  environment: string;
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[];
  routes: RouteLearner;
  sources: SourceFactsLookup;
}

export type EventOutcome = { event: ApiEvent } | { reason: RejectionReason; detail: string };

/** What a record says of the one call. */
export type Call = Pick<
  GatewayRecord,
  'at' | 'method' | 'target' | 'status' | 'bytesIn' | 'bytesOut' | 'latencyMs' | 'requestId'
>;

/** What events say of a caller whose records carry no secret: the same objects for each of its calls, which nobody changes. */
export interface KnownCaller {
  client: ApiEvent['client'];
  credential: EventCredential;
  host: string;
  items: number | null;
}

/** A line whose caller is known, and what it says of the call. */
export interface FamiliarLine {
  caller: KnownCaller;
  call: Call;
  /** The gateway's own route, as logged. */
  route: string | null;
}

export interface EventBuilder {
  /** `id`: 32 hex digits; `gateway`: name of the format or of the configured gateway. */
  toEvent(record: GatewayRecord, id: string, gateway: string): EventOutcome;
  /** Null when the record carries a secret: then each of its calls has to be searched for it. */
  callerOf(record: GatewayRecord): KnownCaller | null;
  /**
   * The event that toEvent() gives for a record of this caller with this call; null when the call is not plain: it may carry a
   * secret or an identity of its own, or may have to be refused.
   */
  eventOf(line: FamiliarLine, id: string, gateway: string): ApiEvent | null;
}

type Clean = (text: string, max: number) => string;

const NO_VALUES = createValueMask([], new Set());

const MAX_PATH = 2048;
const MAX_USER_AGENT = 512;
const MAX_SHORT = 200;
const MAX_ROUTE = 512;
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);
const METHOD = /^[A-Z0-9!#$%&'*+.^_`|~-]{1,32}$/;

/** @throws Error when a trusted proxy or an extractor cannot be understood. */
export function createEventBuilder(options: EventBuilderOptions): EventBuilder {
  const { sources } = options;
  const proxies = createTrustedProxies(options.trustedProxies);
  const identifier = createIdentifier(options);
  const masker = createMasker(secretNames(options.extractors));
  const fingerprint = createFingerprinter(options.hmacKey);
  const identityParameters = queryNames(options.extractors).filter((name) => !masker.isSecret(name, ''));
  /** Keeps different secrets apart where they stand for objects, so that masking hides no enumeration. */
  const distinct = (secret: string) => `[masked:${fingerprint(secret).slice(0, 8)}]`;
  const cleanWith = (values: ValueMask) => (text: string, max: number) =>
    cleanText(text, max, values, masker.text);
  const cleanPlainly = cleanWith(NO_VALUES);

  /** What the event says of the caller; the credential is still to be shielded from the record's secrets. */
  function readCaller(record: GatewayRecord, ip: string, query: string, clean: Clean) {
    const userAgent = record.userAgent === null ? '' : clean(record.userAgent, MAX_USER_AGENT);
    const { prefix, asn, network, country } = sources.lookup(ip);
    const family = uaFamily(userAgent);
    const { credential, secret } = identifier.identify(record, query, { prefix, family });
    const tls = record.tls === null ? null : clean(record.tls, MAX_SHORT) || null;
    const client = { ip, prefix, asn, network, country, user_agent: userAgent, ua_family: family, tls };
    const host = record.host === null ? '' : clean(record.host, MAX_SHORT).toLowerCase();
    return { caller: { client, credential, host, items: quantity(record.items) }, secret };
  }

  function hasIdentity(query: string): boolean {
    return identityParameters.some((name) => queryValue(query, name) !== null);
  }

  return {
    toEvent(record, id, gateway) {
      const method = record.method.toUpperCase();
      if (!METHOD.test(method))
        return {
          reason: 'bad-request-line',
          detail: 'the method is not an HTTP token of at most 32 characters',
        };
      if (!isPossibleTime(record.at))
        return { reason: 'bad-time', detail: 'the time is not between 1990 and 2100' };
      const ip = proxies.clientAddress(record.ip, record.forwardedFor);
      if (ip === null)
        return { reason: 'bad-address', detail: 'the client address is not an IPv4 or IPv6 address' };

      const target = splitTarget(record.target);
      const secrets = collectSecrets(record, target.query, masker.isSecret);
      const named = publicValues(record);
      const values = createValueMask(secrets, named);
      const clean = cleanWith(values);
      const { caller, secret } = readCaller(record, ip, target.query, clean);
      if (secret !== null && !secrets.includes(secret)) secrets.push(secret);
      const generated = createValueMask(secrets.filter(looksRandom), named);
      caller.credential = shielded(caller.credential, generated, distinct);
      const all = secret === null ? values : createValueMask(secrets, named);
      const path = label(all.mask(masker.path(target.path.slice(0, MAX_PATH * 2)), distinct), MAX_PATH);
      const query = label(all.mask(masker.query(target.query.slice(0, MAX_PATH * 2)), distinct), MAX_PATH);
      const requestId = requestIdOf(record, clean);
      const route = record.route === null ? null : clean(record.route, MAX_ROUTE);
      const shown = { id, gateway, method, path, query, requestId, route };
      return { event: assemble(options, shown, record, caller) };
    },
    callerOf(record) {
      const ip = proxies.clientAddress(record.ip, record.forwardedFor);
      if (ip === null || collectSecrets(record, '', masker.isSecret).length > 0) return null;
      const { caller, secret } = readCaller(record, ip, '', cleanPlainly);
      return secret === null ? caller : null;
    },
    eventOf({ caller, call, route: logged }, id, gateway) {
      const method = call.method.toUpperCase();
      const target = splitTarget(call.target);
      if (!METHOD.test(method) || !isPossibleTime(call.at) || call.target.length > MAX_PATH) return null;
      if (!isPlainPath(target.path) || !isPlainQuery(target.query, masker.isSecret)) return null;
      if (hasIdentity(target.query)) return null;
      const path = label(target.path, MAX_PATH);
      const query = label(target.query, MAX_PATH);
      const requestId = requestIdOf(call, cleanPlainly);
      const route = logged === null ? null : cleanPlainly(logged, MAX_ROUTE);
      const shown = { id, gateway, method, path, query, requestId, route };
      return assemble(options, shown, call, caller);
    },
  };
}

/** What holds quotes, braces or spaces is no id but the rest of a damaged line. */
function requestIdOf({ requestId }: { requestId: string | null }, clean: Clean): string | null {
  return requestId === null || /[\s"{}]/.test(requestId) ? null : clean(requestId, MAX_SHORT) || null;
}

interface Shown {
  id: string;
  gateway: string;
  method: string;
  path: string;
  query: string;
  requestId: string | null;
  /** The gateway's own route. */
  route: string | null;
}

/** The event of what may be shown, with the route that the learner gives it. */
function assemble(options: EventBuilderOptions, shown: Shown, call: Call, caller: KnownCaller): ApiEvent {
  const { tenant, environment, routes } = options;
  const { id, gateway, method, path, query } = shown;
  const { status } = call;
  const { credential, client, host } = caller;
  const { route, objects, queryShape, page } = routes.resolve({
    tenant,
    method,
    path,
    query,
    status,
    gatewayRoute: shown.route,
    lineage: credential.lineage,
    at: call.at,
  });
  return {
    id,
    at: Math.trunc(call.at),
    gateway,
    tenant,
    environment,
    host,
    method,
    path,
    route,
    objects,
    query,
    query_shape: queryShape,
    page,
    status,
    bytes_in: wholeBytes(call.bytesIn),
    bytes_out: wholeBytes(call.bytesOut),
    items: caller.items,
    latency_ms: quantity(call.latencyMs),
    request_id: shown.requestId,
    client,
    credential,
  };
}

function isPossibleTime(at: number): boolean {
  return at >= EARLIEST && at < LATEST;
}

/** Parameters that an extractor reads identity from. */
function queryNames(extractors: readonly string[]): string[] {
  return ['query:X-Amz-Credential', ...extractors]
    .filter((spec) => spec.startsWith('query:'))
    .map((spec) => spec.slice('query:'.length));
}

/** Names of the configured extractors that hold secrets: they are masked wherever they appear. */
function secretNames(extractors: readonly string[]): string[] {
  return extractors
    .filter((spec) => /^(?:header|query|cookie|field):/.test(spec))
    .map((spec) => ({ cookie: spec.startsWith('cookie:'), name: spec.slice(spec.indexOf(':') + 1) }))
    .filter(({ cookie, name }) => cookie || !isIdentifierName(name))
    .map(({ name }) => name);
}

/** Ids and names the gateway itself writes about the caller; a parameter that repeats one is not a secret. */
function publicValues(record: GatewayRecord): Set<string> {
  const out = new Set<string>();
  const add = (value: string | null | undefined) => {
    if (value && !looksRandom(value)) out.add(value);
  };
  for (const name in record.gateway) add(record.gateway[name]);
  add(record.user);
  for (const name of ['sub', 'client_id', 'azp']) add(record.claims[name]);
  return out;
}

/** Bounded before masking, so that hostile lengths cost nothing, and after it. */
function cleanText(text: string, max: number, values: ValueMask, mask: (text: string) => string): string {
  return text === '' || text === '-' ? '' : label(values.mask(mask(text.slice(0, max * 2))), max);
}

/**
 * Masks generated secrets that a gateway repeats as a name. Chosen words are left: else a caller could send their own
 * name as a token to become somebody new.
 */
function shielded(
  credential: EventCredential,
  generated: ValueMask,
  distinct: (secret: string) => string,
): EventCredential {
  if (generated.empty) return credential;
  const mask = (text: string | null) => (text === null ? null : generated.mask(text, distinct));
  return {
    ...credential,
    lineage: fitted(generated.mask(credential.lineage, distinct)),
    subject: mask(credential.subject),
    client: mask(credential.client),
    display: generated.mask(credential.display, distinct),
    jti: mask(credential.jti),
    scopes: credential.scopes.map((scope) => generated.mask(scope, distinct)),
  };
}

function fitted(lineage: string): string {
  return lineage.length > MAX_LINEAGE ? bounded(lineage, MAX_LINEAGE) : lineage;
}

/** A number of the log, or null when it cannot be one: negative, not finite, or beyond 2^53. */
function quantity(value: number | null): number | null {
  return value !== null && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : null;
}

const wholeBytes = (value: number | null): number => Math.round(quantity(value) ?? 0);
