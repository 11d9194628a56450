// Turns what a parser read from one line into an event: caller's address, identity, masked path and query, route.
// Always holds: no string of the event carries a secret of the record, and every string is bounded and printable.
// Does not promise: what the gateway did not log. It stays null, or 0 for sizes.

import type { RouteLearner } from '../../detectors/routes/learner.ts';
import type { ApiEvent, EventCredential } from '../../schemas/event.ts';
import type { GatewayRecord } from '../../schemas/gateways/gateway-record.ts';
import type { RejectionReason } from '../../schemas/rejection.ts';
import { createFingerprinter } from './identify/fingerprint.ts';
import { createIdentifier } from './identify/identify.ts';
import { label } from './identify/lineage.ts';
import { isIdentifierName } from './identify/names.ts';
import { splitTarget } from './identify/query.ts';
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
      const values = createValueMask(secrets, publicValues(record));
      const clean = (text: string, max: number) => cleanText(text, max, values, masker.text);
      const userAgent = record.userAgent === null ? '' : clean(record.userAgent, MAX_USER_AGENT);
      const facts = sources.lookup(ip);
      const family = uaFamily(userAgent);
      const { credential, secret } = identifier.identify(record, target.query, {
        prefix: facts.prefix,
        family,
      });
      const all =
        secret === null || secrets.includes(secret)
          ? values
          : createValueMask([...secrets, secret], publicValues(record));

      const path = label(all.mask(masker.path(target.path.slice(0, MAX_PATH * 2)), distinct), MAX_PATH);
      const query = label(all.mask(masker.query(target.query.slice(0, MAX_PATH * 2))), MAX_PATH);
      const route = record.route === null ? null : clean(record.route, MAX_ROUTE);
      const call = {
        tenant,
        method,
        path,
        query,
        status: record.status,
        gatewayRoute: route,
        lineage: credential.lineage,
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
          bytes_in: size(record.bytesIn) ?? 0,
          bytes_out: size(record.bytesOut) ?? 0,
          items: size(record.items),
          latency_ms: size(record.latencyMs),
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
          credential: cleanCredential(credential, all),
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

/** Ids and names the gateway itself writes about the caller; a parameter that repeats them is not a secret. */
function publicValues(record: GatewayRecord): Set<string> {
  const out = new Set<string>();
  for (const name in record.gateway) out.add(record.gateway[name]!);
  if (record.user !== null) out.add(record.user);
  for (const name of ['sub', 'client_id', 'azp']) {
    const claim = record.claims[name];
    if (claim !== undefined) out.add(claim);
  }
  return out;
}

/** Bounded before masking, so that hostile lengths cost nothing, and after it. */
function cleanText(text: string, max: number, values: ValueMask, mask: (text: string) => string): string {
  return text === '' || text === '-' ? '' : label(values.mask(mask(text.slice(0, max * 2))), max);
}

/** Names people gave; lineage and fingerprint are made safe where they are made. */
function cleanCredential(credential: EventCredential, values: ValueMask): EventCredential {
  if (values.empty) return credential;
  const mask = (text: string | null) => (text === null ? null : values.mask(text));
  return {
    ...credential,
    subject: mask(credential.subject),
    client: mask(credential.client),
    display: values.mask(credential.display),
    jti: mask(credential.jti),
    scopes: credential.scopes.map((scope) => values.mask(scope)),
  };
}

function size(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value >= 0 ? value : null;
}
