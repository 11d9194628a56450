// One normalised API call: what ingest publishes, the engine judges and ClickHouse stores.
// Always holds: no field carries a secret; times are milliseconds since the epoch, UTC; sizes are bytes.
// Does not promise: that a gateway logged everything; what was not logged is null, never guessed.

import { z } from 'zod';

/** How the caller proved who it is. `client` is the weak last resort (address prefix + user-agent family). */
export const CREDENTIAL_KINDS = [
  'api-key',
  'jwt',
  'bearer',
  'basic',
  'mtls',
  'consumer',
  'session',
  'aws-access-key',
  'aws-principal',
  'client',
  'anonymous',
] as const;
export const credentialKind = z.enum(CREDENTIAL_KINDS);
export type CredentialKind = z.infer<typeof credentialKind>;

/** Who called, without the secret. */
export const eventCredential = z.strictObject({
  /** What state is keyed by; survives rotation. `anonymous` when nobody was identified. Max 200 characters. */
  lineage: z.string().min(1).max(200),
  /** HMAC(key, SHA-256(secret)), 32 hex digits; null when the gateway logged an id instead of a secret. */
  fingerprint: z.string().nullable(),
  kind: credentialKind,
  /** True when the identity is a guess (client prefix + user-agent family). */
  weak: z.boolean(),
  /** User or principal the credential speaks for (JWT `sub`, basic user, consumer name). */
  subject: z.string().nullable(),
  /** Application or client id (`client_id`, `azp`, consumer id). */
  client: z.string().nullable(),
  /** Short text a person recognises the credential by. */
  display: z.string(),
  scopes: z.array(z.string()),
  issued_at: z.number().nullable(),
  expires_at: z.number().nullable(),
  jti: z.string().nullable(),
  /** RFC 7800 confirmation thumbprint the token is bound to (`x5t#S256` or `jkt`). */
  cnf: z.string().nullable(),
  /** SHA-256 fingerprint (hex) of the client certificate presented on the connection. */
  certificate: z.string().nullable(),
  /** JWT `nbf`, ms. Absent, like the fields after it, when the token or the log has none. */
  not_before: z.number().optional(),
  /** JWT `aud`. */
  audience: z.array(z.string()).optional(),
  /** Who acts for the subject: `act.sub` of RFC 8693. */
  actor: z.string().optional(),
  /** DPoP proof of the call (RFC 9449): thumbprint of its key, its `jti` and `iat` (ms). */
  proof: z.strictObject({ thumbprint: z.string(), jti: z.string(), at: z.number() }).optional(),
});
export type EventCredential = z.infer<typeof eventCredential>;

/** Where the call came from. */
export const eventClient = z.strictObject({
  ip: z.string(),
  /** /24 or /48 in CIDR notation; private and reserved ranges keep their prefix. */
  prefix: z.string(),
  /** Autonomous system number, 0 when unknown or not public. */
  asn: z.number().int().nonnegative(),
  /** Name of the autonomous system, or of the reserved range (`private`, `loopback`, `cgnat` …). */
  network: z.string(),
  /** ISO 3166 alpha-2, `ZZ` when unknown or not public. */
  country: z.string().length(2),
  user_agent: z.string(),
  /** Product family of the user agent (`curl`, `python-requests`, `chrome`); `none` when absent. */
  ua_family: z.string(),
  /** TLS client fingerprint (JA4 or JA3) when the gateway logs it. */
  tls: z.string().nullable(),
});
export type EventClient = z.infer<typeof eventClient>;

/** An object id read from the path or an id-like query parameter. */
export const eventObject = z.strictObject({
  /** Collection the id belongs to: the route up to the parameter (`/v1/customers`) or `?name`. */
  collection: z.string(),
  id: z.string(),
});
export type EventObject = z.infer<typeof eventObject>;

export const apiEvent = z.strictObject({
  /** 32 hex digits derived from content and source position, so redelivery is harmless. */
  id: z.string().length(32),
  at: z.number().int().nonnegative(),
  /** Format or configured name of the gateway that logged the call. */
  gateway: z.string(),
  tenant: z.string(),
  environment: z.string(),
  host: z.string(),
  method: z.string(),
  /** Path with secrets masked, without the query. */
  path: z.string(),
  /** Route template (`/v1/customers/{id}`): the gateway's own, else learned. */
  route: z.string(),
  objects: z.array(eventObject),
  /** Query string with secrets masked, without `?`. */
  query: z.string(),
  /** Query shape: sorted parameter names with value classes (`limit=int&q=text`). */
  query_shape: z.string(),
  /** Position within a listing, when the query pages (`page`, `offset`, `cursor` …). */
  page: z
    .strictObject({
      kind: z.enum(['page', 'offset', 'cursor']),
      /** Page number or offset; for cursors a 32-bit hash of the cursor. */
      value: z.number(),
      /** Page size asked for (`limit`, `per_page` …), null when not given. */
      limit: z.number().nullable(),
    })
    .nullable(),
  status: z.number().int().min(0).max(999),
  bytes_in: z.int().nonnegative(),
  bytes_out: z.int().nonnegative(),
  /** Items in the response when the gateway says so. */
  items: z.number().nonnegative().nullable(),
  latency_ms: z.number().nonnegative().nullable(),
  /** The gateway's own request or event id, quoted in incidents as a sample. */
  request_id: z.string().nullable(),
  client: eventClient,
  credential: eventCredential,
});
export type ApiEvent = z.infer<typeof apiEvent>;
