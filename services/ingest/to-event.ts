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
import { splitTarget } from './identify/query.ts';
import { looksRandom } from './identify/random.ts';
import { createMasker } from './mask/mask.ts';
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

export interface EventBuilder {
  /** `id`: 32 hex digits; `gateway`: name of the format or of the configured gateway. */
  toEvent(record: GatewayRecord, id: string, gateway: string): EventOutcome;
}

const MAX_PATH = 2048;
const MAX_USER_AGENT = 512;
const MAX_SHORT = 200;
const MAX_ROUTE = 512;
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2101, 0, 1);
const METHOD = /^[A-Z0-9!#$%&'*+.^_`|~-]{1,32}$/;

/** @throws Error when a trusted proxy or an extractor cannot be understood. */
export function createEventBuilder(options: EventBuilderOptions): EventBuilder {
  const { routes, sources, tenant, environment } = options;
  const proxies = createTrustedProxies(options.trustedProxies);
  const identifier = createIdentifier(options);
  const masker = createMasker(secretNames(options.extractors));
  const fingerprint = createFingerprinter(options.hmacKey);
  /** Keeps different secrets apart where they stand for objects, so that masking hides no enumeration. */
  const distinct = (secret: string) => `[masked:${fingerprint(secret).slice(0, 8)}]`;

  return {
    toEvent(record, id, gateway) {
      const method = record.method.toUpperCase();
      if (!METHOD.test(method))
        return {
          reason: 'bad-request-line',
          detail: 'the method is not an HTTP token of at most 32 characters',
        };
      if (!(record.at >= EARLIEST && record.at < LATEST))
        return { reason: 'bad-time', detail: 'the time is not between 1990 and 2100' };
      const ip = proxies.clientAddress(record.ip, record.forwardedFor);
      if (ip === null)
        return { reason: 'bad-address', detail: 'the client address is not an IPv4 or IPv6 address' };

      const target = splitTarget(record.target);
      const secrets = collectSecrets(record, target.query, masker.isSecret);
      const named = publicValues(record);
      const values = createValueMask(secrets, named);
      const clean = (text: string, max: number) => cleanText(text, max, values, masker.text);
      const userAgent = record.userAgent === null ? '' : clean(record.userAgent, MAX_USER_AGENT);
      const facts = sources.lookup(ip);
      const family = uaFamily(userAgent);
      const found = identifier.identify(record, target.query, { prefix: facts.prefix, family });
      if (found.secret !== null && !secrets.includes(found.secret)) secrets.push(found.secret);
      const credential = shielded(
        found.credential,
        createValueMask(secrets.filter(looksRandom), named),
        distinct,
      );
      const all = found.secret === null ? values : createValueMask(secrets, named);

      const path = label(all.mask(masker.path(target.path.slice(0, MAX_PATH * 2)), distinct), MAX_PATH);
      const query = label(all.mask(masker.query(target.query.slice(0, MAX_PATH * 2)), distinct), MAX_PATH);
      const route = record.route === null ? null : clean(record.route, MAX_ROUTE);
      const call = {
        tenant,
        method,
        path,
        query,
        status: record.status,
        gatewayRoute: route,
        lineage: credential.lineage,
        at: record.at,
      };
      const resolved = routes.resolve(call);
      return {
        event: {
          id,
          at: Math.trunc(record.at),
          gateway,
          tenant,
          environment,
          host: record.host === null ? '' : clean(record.host, MAX_SHORT).toLowerCase(),
          method,
          path,
          route: resolved.route,
          objects: resolved.objects,
          query,
          query_shape: resolved.queryShape,
          page: resolved.page,
          status: record.status,
          bytes_in: wholeBytes(record.bytesIn),
          bytes_out: wholeBytes(record.bytesOut),
          items: quantity(record.items),
          latency_ms: quantity(record.latencyMs),
          request_id: record.requestId === null ? null : clean(record.requestId, MAX_SHORT) || null,
          client: {
            ip,
            prefix: facts.prefix,
            asn: facts.asn,
            network: facts.network,
            country: facts.country,
            user_agent: userAgent,
            ua_family: family,
            tls: record.tls === null ? null : clean(record.tls, MAX_SHORT) || null,
          },
          credential,
        },
      };
    },
  };
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
