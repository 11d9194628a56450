// Records and event builders for the tests of this folder.

import { createRouteLearner } from '../../../detectors/routes/learner.ts';
import { DEFAULT_EXTRACTORS } from '../../../schemas/config.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { type Fields, fields, type GatewayRecord } from '../../../schemas/gateways/gateway-record.ts';
import type { SourceFactsLookup } from '../../../services/ingest/source/lookup.ts';
import { createEventBuilder, type EventBuilderOptions } from '../../../services/ingest/to-event.ts';

export type RecordPatch = Partial<
  Omit<GatewayRecord, 'headers' | 'cookies' | 'claims' | 'gateway' | 'extra'>
> & {
  headers?: Record<string, string>;
  cookies?: Record<string, string>;
  claims?: Record<string, string>;
  gateway?: Record<string, string>;
  extra?: Record<string, string>;
};

function record(patch: RecordPatch = {}): GatewayRecord {
  const named = (from: Record<string, string> | undefined): Fields => Object.assign(fields(), from);
  return {
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    method: 'GET',
    target: '/v1/customers/1001?limit=10',
    status: 200,
    ip: '198.51.100.7',
    host: 'api.example.com',
    forwardedFor: null,
    bytesIn: 100,
    bytesOut: 2000,
    items: null,
    latencyMs: 12,
    userAgent: 'curl/8.5.0',
    requestId: 'req-1',
    route: null,
    user: null,
    tls: null,
    certificate: null,
    ...patch,
    headers: named(patch.headers),
    cookies: named(patch.cookies),
    claims: named(patch.claims),
    gateway: named(patch.gateway),
    extra: named(patch.extra),
  };
}

/** Addresses without data files: the prefix is enough for what is tested here. */
const noData: SourceFactsLookup = {
  lookup: (ip) => ({ prefix: `${ip}/32`, asn: 0, network: 'test', country: 'ZZ' }),
};

export const HMAC_KEY = new Uint8Array(32).fill(7);

function builderOptions(patch: Partial<EventBuilderOptions> = {}): EventBuilderOptions {
  return {
    extractors: DEFAULT_EXTRACTORS,
    hmacKey: HMAC_KEY,
    tenant: 'acme',
    environment: 'test',
    trustedProxies: [],
    routes: createRouteLearner(),
    sources: noData,
    ...patch,
  };
}

/** The event of a record; throws when it was refused. */
export function eventOf(patch: RecordPatch, extractors?: readonly string[]): ApiEvent {
  const builder = createEventBuilder(builderOptions(extractors === undefined ? {} : { extractors }));
  const outcome = builder.toEvent(record(patch), '0'.repeat(32), 'test');
  if (!('event' in outcome)) throw new Error(`refused: ${outcome.reason}`);
  return outcome.event;
}

export function jwt(claims: Record<string, unknown>, signature = 'c2lnbmF0dXJlLXRoYXQtbXVzdC1nbw'): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${signature}`;
}

export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
