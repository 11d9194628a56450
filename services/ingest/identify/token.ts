// Reads JSON Web Tokens (RFC 7519) and claims that a gateway logged, as far as identity needs them.
// Always holds: only named claims leave this file, bounded and of the expected type; the signature never does.
// Does not promise: that a token is genuine. Its signature is not checked; the gateway's status says what it thought of it.

import { decodeJwt } from 'jose';
import type { Fields } from '../../../schemas/gateways/gateway-record.ts';

export interface Claims {
  /** `client_id` (RFC 9068), `azp` (OpenID Connect), `appid` (Entra), `cid` (Okta). */
  client: string | null;
  subject: string | null;
  /** Name a person knows the subject by. */
  name: string | null;
  /** The token speaks for the application itself, not for a user (client credentials grant). */
  machine: boolean;
  scopes: string[];
  /** ms */
  issuedAt: number | null;
  /** ms */
  expiresAt: number | null;
  /** ms */
  notBefore: number | null;
  audience: string[];
  /** Who acts for the subject: `act.sub` (RFC 8693). */
  actor: string | null;
  jti: string | null;
  /** RFC 7800 confirmation: `x5t#S256` or `jkt`. */
  cnf: string | null;
  /** One claim by name, when it is text, a number or a boolean. */
  claim(name: string): string | null;
}

const MAX_TOKEN = 16_384;
const MAX_CLAIM = 1024;
const MAX_SCOPES = 32;
const MAX_SCOPE = 100;
const MAX_AUDIENCE = 8;
const SHAPE = /^[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?$/;

/** Claims of a token, null when it is not a JWT that can be read (opaque, encrypted or malformed). */
export function readToken(token: string): Claims | null {
  if (token.length > MAX_TOKEN || !token.startsWith('ey') || !SHAPE.test(token)) return null;
  const twoParts = token.indexOf('.') === token.lastIndexOf('.');
  try {
    return readClaims(decodeJwt(twoParts ? `${token}.` : token));
  } catch {
    return null;
  }
}

/** Claims the gateway verified and logged, null when there are none. They come before those read from a token. */
export function loggedClaims(fields: Fields, token: Claims | null): Claims | null {
  for (const name in fields) {
    if (name !== '') return mergeClaims(readClaims(fields), token);
  }
  return token;
}

function mergeClaims(logged: Claims, token: Claims | null): Claims {
  if (token === null) return logged;
  return {
    client: logged.client ?? token.client,
    subject: logged.subject ?? token.subject,
    name: logged.name ?? token.name,
    machine: logged.machine || token.machine,
    scopes: logged.scopes.length > 0 ? logged.scopes : token.scopes,
    issuedAt: logged.issuedAt ?? token.issuedAt,
    expiresAt: logged.expiresAt ?? token.expiresAt,
    notBefore: logged.notBefore ?? token.notBefore,
    audience: logged.audience.length > 0 ? logged.audience : token.audience,
    actor: logged.actor ?? token.actor,
    jti: logged.jti ?? token.jti,
    cnf: logged.cnf ?? token.cnf,
    claim: (name) => logged.claim(name) ?? token.claim(name),
  };
}

function readClaims(source: Readonly<Record<string, unknown>>): Claims {
  const claim = (name: string): string | null => (Object.hasOwn(source, name) ? text(source[name]) : null);
  const client = claim('client_id') ?? claim('azp') ?? claim('appid') ?? claim('cid');
  const subject = claim('sub');
  const name = claim('preferred_username') ?? claim('username') ?? claim('email') ?? claim('upn');
  return {
    client,
    subject,
    name,
    machine: speaksForApplication({ client, subject, name }, claim),
    scopes: scopes(source.scope ?? source.scp ?? source.scopes),
    issuedAt: milliseconds(source.iat),
    expiresAt: milliseconds(source.exp),
    notBefore: milliseconds(source.nbf),
    audience: audience(source.aud),
    actor: actor(source),
    jti: claim('jti'),
    cnf: confirmation(source),
    claim,
  };
}

/** How issuers mark client credentials: RFC 9068 §2.2, Auth0 (`gty`, `@clients`), Entra (`idtyp`), Keycloak (service-account-). */
function speaksForApplication(
  who: Pick<Claims, 'client' | 'subject' | 'name'>,
  claim: (name: string) => string | null,
): boolean {
  if (who.client === null) return false;
  if (who.subject === null || who.subject === who.client || who.subject === `${who.client}@clients`)
    return true;
  return (
    claim('gty') === 'client-credentials' ||
    claim('idtyp') === 'app' ||
    (who.name?.startsWith('service-account-') ?? false)
  );
}

function text(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return null;
  const trimmed = value.trim();
  return trimmed === '' || trimmed === '-' ? null : trimmed.slice(0, MAX_CLAIM);
}

/** `a b`, `["a","b"]`, `[a b]` or an array. */
function scopes(value: unknown): string[] {
  const parts = Array.isArray(value)
    ? value.filter((part): part is string => typeof part === 'string')
    : typeof value === 'string'
      ? value.slice(0, 8192).split(/[\s,[\]"]+/)
      : [];
  const out = new Set<string>();
  for (const part of parts) {
    if (out.size === MAX_SCOPES) break;
    if (part !== '' && part !== '-') out.add(part.slice(0, MAX_SCOPE));
  }
  return [...out];
}

/** One name or several (RFC 7519 §4.1.3). */
function audience(value: unknown): string[] {
  const names = Array.isArray(value) ? value : [value];
  return names
    .filter((name): name is string => typeof name === 'string' && name.trim() !== '' && name !== '-')
    .slice(0, MAX_AUDIENCE)
    .map((name) => name.slice(0, MAX_SCOPE));
}

function actor(source: Readonly<Record<string, unknown>>): string | null {
  const { act } = source;
  const inner = typeof act === 'object' && act !== null ? (act as Record<string, unknown>).sub : undefined;
  return text(inner ?? source['act.sub']);
}

/** Seconds since the epoch (RFC 7519 NumericDate) → ms; null outside the years 1970–9999. */
function milliseconds(value: unknown): number | null {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > 253_402_300_799) return null;
  return Math.round(seconds * 1000);
}

function confirmation(source: Readonly<Record<string, unknown>>): string | null {
  let cnf: unknown = source.cnf;
  if (typeof cnf === 'string' && cnf.startsWith('{')) {
    try {
      cnf = JSON.parse(cnf.slice(0, MAX_CLAIM));
    } catch {
      cnf = null;
    }
  }
  const inner = typeof cnf === 'object' && cnf !== null ? (cnf as Record<string, unknown>) : {};
  const value = inner['x5t#S256'] ?? inner.jkt ?? source['cnf.x5t#S256'] ?? source['cnf.jkt'];
  return typeof value === 'string' && value !== '' ? value.slice(0, 128) : null;
}
