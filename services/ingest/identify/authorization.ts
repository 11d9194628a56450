// Takes an Authorization header apart (RFC 9110 §11, RFC 6750, RFC 7617, AWS Signature Version 4).
// Always holds: a redacted value is no credential. The result holds secrets: it lives as long as the line it came from.

import { real } from './placeholder.ts';
import { looksRandom } from './random.ts';
import { type Claims, readToken } from './token.ts';

export type Authorization =
  | { scheme: 'bearer'; token: string; claims: Claims | null }
  /** `key`: the scheme is used to carry an API key (key as user without password, or behind a fixed user name). */
  | { scheme: 'basic'; user: string; password: string; key: string | null }
  | { scheme: 'aws'; accessKeyId: string }
  | { scheme: 'key'; token: string };

const SCHEMES_WITH_KEY = new Set(['apikey', 'api-key', 'api_key', 'token', 'key', 'x-api-key', 'geniekey']);
/** Users that say "what follows is a key" and name nobody. */
const NO_USER = new Set([
  '',
  'api',
  'apikey',
  'api_key',
  'api-key',
  'key',
  'token',
  'x-access-token',
  'x-token-auth',
  'x-api-key',
  'oauth2',
  'oauth2accesstoken',
]);
/** Passwords that say "the user is the key". */
const NO_PASSWORD = new Set(['', 'x', 'api_token', 'x-oauth-basic', 'unused']);
const MAX_VALUE = 16_384;

/** Null when absent, redacted or of a scheme that names nobody. */
export function readAuthorization(raw: string | undefined): Authorization | null {
  const value = real(raw?.slice(0, MAX_VALUE));
  if (value === null) return null;
  const space = value.indexOf(' ');
  const scheme = (space < 0 ? '' : value.slice(0, space)).toLowerCase();
  const rest = real(space < 0 ? value : value.slice(space + 1));
  if (rest === null) return null;
  if (space < 0) return schemeOnly(value) ? null : token(value);
  if (scheme === 'bearer') return token(rest);
  if (scheme === 'basic') return basic(rest);
  if (scheme.startsWith('aws4-')) return signature(rest);
  if (scheme === 'aws') return legacySignature(rest);
  if (SCHEMES_WITH_KEY.has(scheme)) return { scheme: 'key', token: unquoted(rest) };
  if (scheme === 'digest') return digest(rest);
  return { scheme: 'key', token: value };
}

/** Access key id of SigV4 in the query (`X-Amz-Credential=AKIA…/date/region/service/aws4_request`). */
export function accessKeyOf(credential: string | null): string | null {
  return credential === null ? null : (/^([A-Z0-9]{16,32})(?:\/|$)/.exec(credential)?.[1] ?? null);
}

/** User name and password of `user:password` in Base64; null when it is not that. */
export function decodeBasic(encoded: string): { user: string; password: string } | null {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? null : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

const schemeOnly = (value: string) => /^(?:bearer|basic|digest|negotiate|ntlm|token|apikey)$/i.test(value);

function token(value: string): Authorization {
  return { scheme: 'bearer', token: value, claims: readToken(value) };
}

function basic(encoded: string): Authorization | null {
  const pair = decodeBasic(encoded);
  if (pair === null) return { scheme: 'key', token: encoded };
  const { user, password } = pair;
  if (NO_USER.has(user.toLowerCase())) {
    const key = real(password);
    return key === null ? null : { scheme: 'basic', user, password, key };
  }
  const userIsKey = looksLikeKey(user) || (NO_PASSWORD.has(password.toLowerCase()) && looksRandom(user));
  return { scheme: 'basic', user, password, key: userIsKey ? user : null };
}

function signature(rest: string): Authorization | null {
  const accessKeyId = accessKeyOf(/Credential=([^,\s]{16,200})/.exec(rest)?.[1] ?? null);
  return accessKeyId === null ? null : { scheme: 'aws', accessKeyId };
}

/** `AWS AKIA…:signature` (Signature Version 2). */
function legacySignature(rest: string): Authorization | null {
  const accessKeyId = accessKeyOf(rest.split(':')[0] ?? null);
  return accessKeyId === null ? null : { scheme: 'aws', accessKeyId };
}

/** The user name of Digest (RFC 7616) is public; the response is a one-time value. */
function digest(rest: string): Authorization | null {
  const user = /\busername="([^"]{1,200})"/.exec(rest)?.[1];
  return user === undefined ? null : { scheme: 'basic', user, password: '', key: null };
}

function unquoted(rest: string): string {
  return /^(?:token|key)?=?"?([^"]+)"?$/i.exec(rest)?.[1] ?? rest;
}

/** Vendors' key prefixes in a user name. */
function looksLikeKey(user: string): boolean {
  return /^(?:[a-z]{2,6}_(?:live|test)_|sk-|gh[pousr]_|glpat-|xox|AIza|key-)/.test(user) && user.length >= 16;
}
