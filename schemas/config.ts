// keytrail.yaml: everything a user can set except the meaning of detector parameters (see detectors/tuning.ts).
// Unknown keys are errors. Every default is safe on one machine: loopback only, nothing leaves it.

import { z } from 'zod';
import { severity } from './finding.ts';
import { override, tuning } from './tuning.ts';

const port = z.number().int().min(0).max(65535);
const loopback = z.string().default('127.0.0.1');

/** `kind` or `kind:name`; order matters, the first that finds something wins. */
export const extractor = z
  .string()
  .regex(
    /^(?:(?:header|query|cookie|claim|field):[A-Za-z0-9_.-]+|jwt|bearer|basic|mtls|consumer|aws|user|client)$/,
    'one of header:NAME, query:NAME, cookie:NAME, claim:NAME, field:NAME, jwt, bearer, basic, mtls, consumer, aws, user, client',
  );

/** An address or CIDR range. */
export const proxyRange = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'an address or CIDR range such as 10.0.0.0/8 or 2001:db8::/32',
});

/** Strongest first; what a gateway does not log simply never matches. */
export const DEFAULT_EXTRACTORS = [
  'mtls',
  'consumer',
  'aws',
  'jwt',
  'header:x-api-key',
  'header:apikey',
  'query:api_key',
  'query:apikey',
  'query:access_token',
  'query:key',
  'bearer',
  'basic',
  'user',
  'client',
];

export const webhook = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, 'lower-case letters, digits and hyphens'),
  url: z.url({ protocol: /^https?$/ }),
  format: z.enum(['ocsf', 'native']).default('ocsf'),
  /** Standard Webhooks secret, `whsec_` + base64 of 24–64 bytes; or the name of an environment variable as `env:NAME`. */
  secret: z.string().min(1),
  /** The secret before the last rotation; both sign until it is removed. */
  previousSecret: z.string().optional(),
  minSeverity: severity.default('low'),
  /** Allows private, loopback and link-local targets (refused by default against SSRF). */
  allowPrivate: z.boolean().default(false),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
});
export type WebhookConfig = z.infer<typeof webhook>;

export const config = z.strictObject({
  tenant: z.string().min(1).default('default'),
  environment: z.string().min(1).default('production'),
  /** Data directory of the embedded store, the fingerprint key and follower positions. Default: user data home. */
  data: z.string().optional(),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
  ingest: z
    .strictObject({
      format: z.string().default('auto'),
      /** nginx log_format or Apache LogFormat string, for `format: combined`. */
      logFormat: z.string().optional(),
      /** For `format: generic`: our field → dotted path in the record. */
      mapping: z.record(z.string(), z.string()).optional(),
      /** Proxies whose X-Forwarded-For is believed (CIDR). */
      trustedProxies: z.array(proxyRange).default([]),
      /** Files to follow. */
      files: z.array(z.string()).default([]),
      http: z
        .strictObject({
          enabled: z.boolean().default(true),
          host: loopback,
          port: port.default(4681),
          /** Bearer token a sender must present; `env:NAME` reads it from the environment. Required off loopback. */
          token: z.string().optional(),
          maxBodyBytes: z
            .number()
            .int()
            .min(1024)
            .default(32 * 1024 * 1024),
        })
        .prefault({}),
      /** Kafka topic of raw gateway lines. */
      topic: z.string().optional(),
    })
    .prefault({}),
  identity: z
    .strictObject({ extractors: z.array(extractor).min(1).default(DEFAULT_EXTRACTORS) })
    .prefault({}),
  geo: z
    .strictObject({
      /** Own MaxMind or IPinfo .mmdb files instead of the bundled free data. */
      asn: z.string().optional(),
      country: z.string().optional(),
    })
    .prefault({}),
  kafka: z
    .strictObject({
      brokers: z.array(z.string()).default([]),
      clientId: z.string().default('keytrail'),
      group: z.string().default('keytrail-detect'),
      topics: z
        .strictObject({
          events: z.string().default('api.events'),
          deadLetters: z.string().default('api.dead-letters'),
        })
        .prefault({}),
      partitions: z.number().int().min(1).default(12),
      replication: z.number().int().min(1).default(1),
      compression: z.enum(['none', 'gzip', 'lz4']).default('lz4'),
      /** After this long without a sign of life a consumer's partitions go to others; the broker has bounds, too. */
      sessionTimeoutMs: z.number().int().min(1_000).max(300_000).default(30_000),
      ssl: z.boolean().default(false),
      sasl: z
        .strictObject({
          mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
          username: z.string(),
          /** `env:NAME` reads it from the environment. */
          password: z.string(),
        })
        .optional(),
    })
    .prefault({}),
  clickhouse: z
    .strictObject({
      /** Absent: the embedded server. */
      url: z.url().optional(),
      username: z.string().default('default'),
      /** `env:NAME` reads it from the environment. */
      password: z.string().default(''),
      database: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .default('keytrail'),
      /** Days events are kept; 0 keeps them for ever. */
      retentionDays: z.number().int().min(0).default(90),
    })
    .prefault({}),
  console: z.strictObject({ host: loopback, port: port.default(4680) }).prefault({}),
  /** `/healthz` and `/metrics` of the services that have no other port; `up` has them on the console's. */
  health: z
    .strictObject({
      enabled: z.boolean().default(true),
      host: loopback,
      ports: z
        .strictObject({
          detect: port.default(4682),
          deliver: port.default(4683),
          hunt: port.default(4684),
        })
        .prefault({}),
      /** Minutes without an event after which a gateway is said to be silent; 0 never says so. */
      silentMinutes: z.number().min(0).max(10_080).default(30),
    })
    .prefault({}),
  webhooks: z.array(webhook).default([]),
  /** Files of facts: inventory, revocations, deploys, rotations, declared jobs, canaries, sensitivity (docs/facts.md). */
  facts: z.array(z.string()).default([]),
  /** Security event tokens of OpenID CAEP, pushed to POST /v1/caep. */
  caep: z
    .strictObject({
      issuer: z.string().min(1),
      audience: z.string().min(1),
      /** Key set: a file, or an https address. */
      jwks: z.string().min(1),
      tenant: z.string().min(1).default('default'),
    })
    .optional(),
  /** Incidents of one tenant that may interrupt people a day; the rest are marked for the digest. */
  pagesPerDay: z.number().int().min(1).default(20),
  detectors: tuning.shape.detectors,
  overrides: z.array(override).default([]),
});
export type Config = z.infer<typeof config>;
