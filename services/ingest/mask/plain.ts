// Tells at one glance the many texts, paths and queries that masking leaves as they are, so that mask.ts need not take them apart.
// Always holds: what is called plain here is exactly what mask.ts would give back unchanged (property-tested). Does not promise:
// to know all of it. What only might hold a secret is not plain.

import { findPair } from '../identify/query.ts';
import type { IsSecret } from './pairs.ts';
import { HINT } from './shapes.ts';

/** Without a separator no name stands before a value; without `%` and `\\` nothing is encoded. */
const TEXT_HINT = new RegExp(`[=:%\\\\]|${HINT.source}`, 'i');
/** Words before a segment that is a secret (mask.ts, SECRET_FOLLOWS). */
const PATH_HINT = new RegExp(`${TEXT_HINT.source}|password|magic|verify|confirm|activat|unsubscribe`, 'i');
/** `=` has its place in a query: isPlainQuery looks at each. */
const QUERY_HINT = new RegExp(`[:%+\\\\]|${HINT.source}`, 'i');

export function isPlainText(text: string): boolean {
  return isHex(text) || !TEXT_HINT.test(text);
}

/** Request ids mostly: no shape consists of lower-case hex digits and hyphens alone. */
function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (!((c >= 97 && c <= 102) || (c >= 48 && c <= 57) || c === 45)) return false;
  }
  return true;
}

export function isPlainPath(path: string): boolean {
  return !PATH_HINT.test(path);
}

export function isPlainQuery(query: string, isSecret: IsSecret): boolean {
  if (query === '') return true;
  if (QUERY_HINT.test(query)) return false;
  return (
    findPair(query, (from, equals, end) => {
      if (equals < 0) return null;
      const value = query.slice(equals + 1, end);
      return value.includes('=') || isSecret(query.slice(from, equals), value) ? true : null;
    }) === null
  );
}
