// What a format parser reads from one log line, before identity is known. It may hold secrets: it lives only in
// memory between parser and normalise, and is never stored, logged or sent anywhere.

/** Named strings without a prototype, so input keys can never reach one. */
export type Fields = Record<string, string>;

/** An empty Fields object. */
export function fields(): Fields {
  return Object.create(null) as Fields;
}

export interface GatewayRecord {
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  /** Request target as logged: path and query, origin form (`/v1/x?y=1`). */
  target: string;
  status: number;
  /** Address of the peer as logged (IP, no port). */
  ip: string;
  host: string | null;
  /** Value of X-Forwarded-For when logged, used only behind configured trusted proxies. */
  forwardedFor: string | null;
  bytesIn: number | null;
  bytesOut: number | null;
  items: number | null;
  latencyMs: number | null;
  userAgent: string | null;
  requestId: string | null;
  /** The gateway's own route template, when it logs one. */
  route: string | null;
  /** Name the gateway knows the authenticated user by (remote_user, consumer username). */
  user: string | null;
  /** JA4 or JA3 fingerprint. */
  tls: string | null;
  /** Request headers, names in lower case. */
  headers: Fields;
  cookies: Fields;
  /** Token claims the gateway logged (`sub`, `client_id`, `scope` …). */
  claims: Fields;
  /** Ids the gateway gave the caller: consumer_id, credential_id, api_key_id, principal_id, access_key_id, … */
  gateway: Fields;
  certificate: {
    fingerprint: string | null;
    subject: string | null;
    issuer: string | null;
    serial: string | null;
  } | null;
  /** Every other named value of the line (`--log-format` variables by name). */
  extra: Fields;
}
