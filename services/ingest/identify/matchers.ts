// One matcher per extractor: what it found, and the lineage that follows from it.
// Always holds: a lineage shows ids and names, and secrets only as the first 16 digits of their fingerprint.

import type { CredentialKind } from '../../../schemas/event.ts';
import { accessKeyOf, readAuthorization } from './authorization.ts';
import { readAwsCaller } from './aws.ts';
import type { Evidence } from './evidence.ts';
import type { Fingerprinter } from './fingerprint.ts';
import { delegatedLineage, lineageOf } from './lineage.ts';
import { isIdentifierName } from './names.ts';
import { real } from './placeholder.ts';
import { queryValue } from './query.ts';
import { type Claims, readToken } from './token.ts';

export interface Match {
  kind: CredentialKind;
  lineage: string;
  fingerprint: string | null;
  /** The secret itself, so that its other occurrences can be masked; null for ids. */
  secret: string | null;
  subject?: string | null;
  client?: string | null;
  display: string;
  weak?: boolean;
  /** Claims of the token that matched. */
  claims?: Claims | null;
}

export type Matcher = (evidence: Evidence) => Match | null;

/** `spec` is an extractor that schemas/config.ts accepts. */
export function matcherFor(spec: string, fingerprint: Fingerprinter): Matcher {
  const colon = spec.indexOf(':');
  const name = colon < 0 ? '' : spec.slice(colon + 1);
  switch (colon < 0 ? spec : spec.slice(0, colon)) {
    case 'header':
      return headerMatcher(name, fingerprint);
    case 'query':
      return (e) => namedValue({ name, value: queryValue(e.query, name), kind: 'api-key' }, fingerprint);
    case 'cookie':
      return (e) => {
        const value = real(e.record.cookies[name]) ?? real(e.record.cookies[name.toLowerCase()]);
        return value === null ? null : secretMatch(value, 'session', fingerprint);
      };
    case 'claim':
      return (e) => claimMatch(e.claims, name);
    case 'field':
      return (e) => {
        const { extra, gateway } = e.record;
        return namedValue(
          { name, value: extra[name] ?? gateway[name] ?? null, kind: 'api-key' },
          fingerprint,
        );
      };
    case 'jwt':
      return (e) => jwtMatch(e, fingerprint);
    case 'bearer':
      return (e) => {
        const found = e.authorization;
        return found?.scheme === 'bearer' || found?.scheme === 'key'
          ? secretMatch(found.token, found.scheme === 'key' ? 'api-key' : 'bearer', fingerprint)
          : null;
      };
    case 'basic':
      return (e) => basicMatch(e, fingerprint);
    case 'mtls':
      return mtlsMatch;
    case 'consumer':
      return consumerMatch;
    case 'aws':
      return awsMatch;
    case 'user':
      return userMatch;
    case 'client':
      return clientMatch;
    default:
      throw new Error(`no such identity extractor: ${spec}`);
  }
}

/** An opaque secret; a JWT among them is known by its claims, which survive its renewal. */
function secretMatch(value: string, kind: CredentialKind, fingerprint: Fingerprinter): Match {
  const claims = readToken(value);
  if (claims !== null) return tokenMatch(claims, { secret: value, fingerprint: fingerprint(value) });
  const digest = fingerprint(value);
  return {
    kind,
    lineage: `${kind}:${digest.slice(0, 16)}`,
    fingerprint: digest,
    secret: value,
    display: `${kind} ${digest.slice(0, 8)}`,
  };
}

function headerMatcher(rawName: string, fingerprint: Fingerprinter): Matcher {
  const name = rawName.toLowerCase();
  if (name !== 'authorization' && name !== 'proxy-authorization') {
    return (e) => {
      const value = e.record.headers[name]?.replace(/^(?:bearer|apikey|token)\s+/i, '') ?? null;
      return namedValue({ name, value, kind: 'api-key' }, fingerprint);
    };
  }
  return (e) => {
    const found = name === 'authorization' ? e.authorization : readAuthorization(e.record.headers[name]);
    if (found === null) return null;
    if (found.scheme === 'basic') return basicPair(found, fingerprint);
    if (found.scheme === 'aws') return idMatch('aws-access-key', 'aws', found.accessKeyId);
    return secretMatch(found.token, found.scheme === 'key' ? 'api-key' : 'bearer', fingerprint);
  };
}

/** A header, parameter or field chosen by its name: an id when the name says so, else a secret. */
function namedValue(
  found: { name: string; value: string | null; kind: CredentialKind },
  fingerprint: Fingerprinter,
): Match | null {
  const value = real(found.value);
  if (value === null) return null;
  if (!isIdentifierName(found.name) || value.length > 500 || readToken(value) !== null) {
    return secretMatch(value, found.kind, fingerprint);
  }
  return { ...idMatch('consumer', `id:${found.name.toLowerCase()}`, value), subject: value };
}

function idMatch(kind: CredentialKind, prefix: string, value: string, display = value): Match {
  return { kind, lineage: lineageOf(prefix, value), fingerprint: null, secret: null, display };
}

function jwtMatch(e: Evidence, fingerprint: Fingerprinter): Match | null {
  const { authorization, claims } = e;
  if (claims === null) return null;
  const token =
    authorization?.scheme === 'bearer' && authorization.claims !== null ? authorization.token : null;
  if (token === null && claims.client === null && claims.subject === null) return null;
  return tokenMatch(claims, { secret: token, fingerprint: token === null ? null : fingerprint(token) });
}

/** Application tokens by client id; user tokens by client id and subject, because each user has their own. */
function tokenMatch(claims: Claims, secret: Pick<Match, 'secret' | 'fingerprint'>): Match {
  const { client, subject, machine, name } = claims;
  const who = { kind: 'jwt', ...secret, subject, client, claims } as const;
  if (client !== null && (machine || subject === null))
    return { ...who, lineage: lineageOf('client', client), display: client };
  if (client !== null && subject !== null) {
    return { ...who, lineage: delegatedLineage(client, subject), display: `${name ?? subject} (${client})` };
  }
  if (subject !== null) return { ...who, lineage: lineageOf('sub', subject), display: name ?? subject };
  const digest = secret.fingerprint ?? '';
  return { ...who, lineage: `jwt:${digest.slice(0, 16)}`, display: `jwt ${digest.slice(0, 8)}` };
}

function claimMatch(claims: Claims | null, name: string): Match | null {
  const value = real(claims?.claim(name));
  if (claims === null || value === null) return null;
  const prefix = CLAIM_PREFIX.get(name) ?? `claim:${name}`;
  return { ...idMatch('jwt', prefix, value), subject: claims.subject, client: claims.client, claims };
}

const CLAIM_PREFIX = new Map([
  ['client_id', 'client'],
  ['azp', 'client'],
  ['appid', 'client'],
  ['cid', 'client'],
  ['sub', 'sub'],
]);

/** Basic authentication, or the user name a web server took from it (`$remote_user`). */
function basicMatch(e: Evidence, fingerprint: Fingerprinter): Match | null {
  const found = e.authorization;
  if (found?.scheme === 'basic') return basicPair(found, fingerprint);
  return found === null && consumerMatch(e) === null && e.certificate === null ? userMatch(e) : null;
}

function basicPair(found: { user: string; key: string | null }, fingerprint: Fingerprinter): Match | null {
  if (found.key !== null) return secretMatch(found.key, 'api-key', fingerprint);
  const user = real(found.user);
  return user === null ? null : { ...idMatch('basic', 'user', user), subject: user };
}

function mtlsMatch(e: Evidence): Match | null {
  const found = e.certificate;
  if (found === null) return null;
  const common = /(?:^|[,/]\s*)CN\s*=\s*([^,/]+)/i.exec(found.name)?.[1];
  const digestOnly = found.name === found.sha256;
  return {
    ...idMatch('mtls', 'mtls', digestOnly ? found.name.slice(0, 32) : found.name),
    display: digestOnly ? `certificate ${found.name.slice(0, 8)}` : (common?.trim() ?? found.name),
    subject: found.subject,
  };
}

/** A gateway's own name for the caller. What outlives a key's rotation comes before ids of the key itself. */
function consumerMatch(e: Evidence): Match | null {
  const ids = e.record.gateway;
  const id = (...names: string[]): string | null => {
    for (const name of names) {
      const value = real(ids[name]);
      if (value !== null) return value;
    }
    return null;
  };
  const name = id('consumer_username', 'consumer_name', 'consumer', 'username') ?? null;
  const consumer = id('consumer_id', 'consumer_custom_id') ?? name;
  if (consumer !== null) {
    return {
      ...idMatch('consumer', 'consumer', consumer, name ?? consumer),
      subject: name,
      client: consumer,
    };
  }
  const client = id('client_id', 'application_id', 'app_id', 'developer_app');
  if (client !== null) return { ...idMatch('consumer', 'client', client), client };
  const key = id('subscription_id', 'api_key_id', 'credential_id', 'key_id');
  if (key !== null) return { ...idMatch('api-key', 'key', key, `key ${key}`), client: null };
  const principal = id('principal_id', 'user_id');
  if (principal === null || readAwsCaller(e.record, null) !== null) return null;
  return { ...idMatch('consumer', 'consumer', principal), subject: principal };
}

function awsMatch(e: Evidence): Match | null {
  const header = e.authorization?.scheme === 'aws' ? e.authorization.accessKeyId : null;
  const found = readAwsCaller(e.record, header ?? accessKeyOf(queryValue(e.query, 'X-Amz-Credential')));
  if (found === null) return null;
  const tail = found.principal?.slice(found.principal.lastIndexOf(':') + 1) ?? null;
  return {
    ...idMatch(found.byKey ? 'aws-access-key' : 'aws-principal', 'aws', found.name),
    subject: found.principal,
    client: null,
    display: found.byKey
      ? [tail, found.name].filter((part) => part !== null).join(' ')
      : (tail ?? found.name),
  };
}

function userMatch(e: Evidence): Match | null {
  const user = real(e.record.user);
  if (user === null) return null;
  const kind = consumerMatch(e) === null && e.authorization?.scheme !== 'bearer' ? 'basic' : 'consumer';
  return { ...idMatch(kind, 'user', user), subject: user };
}

/** Nobody was identified: the network and program a call came from, marked as a guess. */
function clientMatch(e: Evidence): Match | null {
  const { prefix, family } = e.source;
  return { ...idMatch('client', 'weak', `${prefix}/${family}`, `${prefix} ${family}`), weak: true };
}
