// Security event tokens (RFC 8417) of OpenID CAEP, received by push (RFC 8935): a session was revoked, a credential changed.
// Always holds: a token counts only when its signature, issuer and audience are right; what it says becomes revocation facts.
// Does not keep the token, and does not answer polls.

import { readFileSync } from 'node:fs';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import type { Config } from '../../schemas/config.ts';
import type { CredentialMatch, Fact } from '../../schemas/fact.ts';
import { ConfigError } from '../config.ts';

const EVENT = 'https://schemas.openid.net/secevent/caep/event-type/';
/** What a credential-change says when the credential is no longer good. */
const ENDED = new Set(['revoke', 'delete']);

export class CaepError extends Error {
  /** Error code of RFC 8935 section 2.4. */
  readonly code:
    | 'invalid_request'
    | 'invalid_key'
    | 'invalid_issuer'
    | 'invalid_audience'
    | 'authentication_failed';
  constructor(code: CaepError['code'], message: string) {
    super(message);
    this.name = 'CaepError';
    this.code = code;
  }
}

/** Verifies a compact token and says what it means. Throws CaepError. */
export type CaepReader = (token: string) => Promise<Fact[]>;

export function createCaepReader(config: NonNullable<Config['caep']>): CaepReader {
  const keys = /^https:/.test(config.jwks)
    ? createRemoteJWKSet(new URL(config.jwks))
    : createLocalJWKSet(keysIn(config.jwks));
  return async (token) => {
    const payload = await verified(token, keys, config);
    return factsIn(payload, config.tenant);
  };
}

function keysIn(file: string): Parameters<typeof createLocalJWKSet>[0] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof createLocalJWKSet>[0];
  } catch (error) {
    throw new ConfigError('caep.jwks', [`${file} holds no key set: ${(error as Error).message}`]);
  }
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience }: NonNullable<Config['caep']>,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience });
    return payload;
  } catch (error) {
    const { code, claim } = error as { code?: string; claim?: string };
    if (claim === 'iss') throw new CaepError('invalid_issuer', `the issuer is not ${issuer}`);
    if (claim === 'aud') throw new CaepError('invalid_audience', `the audience is not ${audience}`);
    if (code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' || code === 'ERR_JWKS_NO_MATCHING_KEY')
      throw new CaepError('invalid_key', 'no key of caep.jwks verifies the signature');
    throw new CaepError('invalid_request', 'the body is no security event token');
  }
}

function factsIn(payload: JWTPayload, tenant: string): Fact[] {
  const events = (payload.events ?? {}) as Record<string, Record<string, unknown>>;
  const facts: Fact[] = [];
  for (const [type, event] of Object.entries(events)) {
    const ended =
      type === `${EVENT}session-revoked` ||
      (type === `${EVENT}credential-change` && ENDED.has(String(event.change_type)));
    if (!ended) continue;
    const at = Number(event.event_timestamp ?? payload.iat ?? 0) * 1000;
    const reason = firstText(event.reason_admin) ?? type.slice(EVENT.length);
    for (const match of subjectsOf((payload.sub_id ?? event.subject) as Subject | undefined))
      facts.push({ type: 'revocation', tenant, match, at, by: String(payload.iss ?? 'unknown'), reason });
  }
  return facts;
}

interface Subject {
  format?: string;
  id?: string;
  sub?: string;
  email?: string;
  jti?: string;
  user?: Subject;
  session?: Subject;
  application?: Subject;
}

/** What the subject identifier (RFC 9493) names, as a credential match. */
function subjectsOf(subject: Subject | undefined): CredentialMatch[] {
  if (subject === undefined) return [];
  switch (subject.format) {
    case 'iss_sub':
      return subject.sub ? [{ subject: subject.sub }] : [];
    case 'email':
      return subject.email ? [{ subject: subject.email }] : [];
    case 'jwt_id':
      return subject.jti ? [{ jti: subject.jti }] : [];
    case 'complex': {
      if (subject.session?.id) return [{ jti: subject.session.id }];
      const user = subject.user?.sub ?? subject.user?.id ?? subject.user?.email;
      const client = subject.application?.id;
      if (user === undefined && client === undefined) return [];
      return [{ ...(user ? { subject: user } : {}), ...(client ? { client } : {}) }];
    }
    default:
      return subject.id ? [{ lineage: subject.id }, { subject: subject.id }, { jti: subject.id }] : [];
  }
}

function firstText(texts: unknown): string | null {
  if (typeof texts === 'string') return texts.slice(0, 200);
  const [first] = Object.values((texts ?? {}) as Record<string, unknown>);
  return typeof first === 'string' ? first.slice(0, 200) : null;
}
