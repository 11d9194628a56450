// Collects every secret a gateway record carries, so that values.ts can mask them wherever else they occur.
// Always holds: at most 32 secrets a record; the result lives as long as the record and is never stored.

import type { Fields, GatewayRecord } from '../../../schemas/gateways/gateway-record.ts';
import { decodeBasic } from '../identify/authorization.ts';
import { isIdentifierName } from '../identify/names.ts';
import { isPlaceholder } from '../identify/placeholder.ts';
import { decodePlus, findPair } from '../identify/query.ts';
import { looksRandom } from '../identify/random.ts';
import type { IsSecret } from './pairs.ts';

const MAX_SECRETS = 32;
const MAX_SECRET = 16_384;
/** Cookies hold language and theme too; shorter values are not session secrets. */
const SHORTEST_COOKIE = 8;
/** Parameters can be made to equal object ids; shorter values would blind the path. */
const SHORTEST_PARAMETER = 8;

export function collectSecrets(record: GatewayRecord, query: string, isSecret: IsSecret): string[] {
  const out: string[] = [];
  const add = (value: string) => {
    if (out.length < MAX_SECRETS && value.length <= MAX_SECRET && !isPlaceholder(value)) out.push(value);
  };
  for (const name in record.headers) {
    const value = record.headers[name]!;
    if (name === 'authorization' || name === 'proxy-authorization') addAuthorization(value, add);
    else if (name !== 'cookie' && isSecret(name, value))
      add(value.replace(/^(?:bearer|apikey|token)\s+/i, ''));
  }
  addFields(record.extra, isSecret, add);
  addCookies(record.cookies, isSecret, add);
  if (query !== '') addParameters(query, isSecret, add);
  return out;
}

type Add = (value: string) => void;

function addAuthorization(value: string, add: Add): void {
  const space = value.indexOf(' ');
  const token = space < 0 ? value : value.slice(space + 1).trim();
  add(token);
  const scheme = value.slice(0, Math.max(space, 0)).toLowerCase();
  if (scheme === 'basic') {
    const pair = decodeBasic(token);
    if (pair !== null && pair.password !== pair.user) add(pair.password);
    if (pair !== null && looksRandom(pair.user)) add(pair.user);
  } else if (scheme.startsWith('aws') || scheme === 'digest') {
    for (const part of token.split(/[,\s:]+/)) {
      const secret = /^(?:Signature|response)="?([^"]{8,})"?$/i.exec(part)?.[1];
      if (secret !== undefined) add(secret);
    }
  } else if (token.includes('.')) {
    const signature = token.slice(token.lastIndexOf('.') + 1);
    if (signature.length >= 16) add(signature);
  }
}

function addFields(fields: Fields, isSecret: IsSecret, add: Add): void {
  for (const name in fields) {
    const value = fields[name]!;
    if (value.length >= 4 && isSecret(name, value) && !isIdentifierName(name)) add(value);
  }
}

function addCookies(cookies: Fields, isSecret: IsSecret, add: Add): void {
  for (const name in cookies) {
    const value = cookies[name]!;
    if (isSecret(name, value)) add(value);
    else if (
      value.length >= SHORTEST_COOKIE &&
      !isIdentifierName(name) &&
      /\d/.test(value) &&
      /[A-Za-z]/.test(value)
    )
      add(value);
  }
}

function addParameters(query: string, isSecret: IsSecret, add: Add): void {
  findPair(query, (from, equals, end) => {
    if (equals > from && end - equals > SHORTEST_PARAMETER) {
      const raw = query.slice(equals + 1, end);
      if (isSecret(decodePlus(query.slice(from, equals)), raw)) add(decodePlus(raw));
    }
    return null;
  });
}
