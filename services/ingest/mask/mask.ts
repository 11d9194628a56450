// Removes secrets from free text, query strings and paths: by name, by shape, and within percent-encoding and nested
// URLs up to three levels deep. Always holds: linear time; what is masked becomes `[masked]`; masking twice changes
// nothing more; nothing is decoded unless something in it had to be masked.
// Does not promise: a secret that has neither a name nor a shape (see values.ts).

import { decodePercent, decodePlus } from '../identify/query.ts';
import { isSecretName, normalised } from './names.ts';
import { type IsSecret, maskPairs } from './pairs.ts';
import { isPlainPath, isPlainQuery, isPlainText } from './plain.ts';
import { MASKED, maskLinks, maskShapes } from './shapes.ts';

export interface Masker {
  /** Free text: log lines, user agents, error messages. */
  text(text: string): string;
  /** Query string without `?`; harmless parameters stay as they are. */
  query(query: string): string;
  /** Path without query; object ids stay, `;jsessionid=…` and secrets as segments go. */
  path(path: string): string;
  /** Text of a refused line: also masks every long run of mixed letters and digits, since nothing says what it is. */
  excerpt(text: string): string;
  /** Whether a header, cookie, parameter or field of this name holds a secret. */
  isSecret: IsSecret;
}

const MAX_DEPTH = 3;
/** Shorter values hold neither a pair nor a shape. */
const SHORTEST = 6;
/** One masking can bring forth what another finds (`Cookie:%20…`); hostile text gets no more rounds than this. */
const MAX_ROUNDS = 4;
/** Whole runs; that something in one is encoded is looked up apart, else each `%` would begin the search anew. */
const RUN = /[^\s"'<>\\]+/g;
const ENCODED = /%[0-9A-Fa-f]{2}/;
/** What would change the structure of the text it goes back into. */
const IN_TEXT = /[\s&#+%]/g;
const IN_NAME = /[\s&#+%=]/g;
const IN_PATH = /[\s&#+%/?;]/g;
const SECRET_FOLLOWS =
  /^(?:reset[-_]?password|password[-_]?reset|magic[-_]?link|verify[-_]?email|confirm[-_]?email|activate|activation|unsubscribe)$/i;

/** `names` are further names that hold secrets, such as the configured identity extractors. */
export function createMasker(names: readonly string[] = []): Masker {
  const search = createSearch(names);
  const { isSecret } = search;
  return {
    ...search,
    text: (text) => (isPlainText(text) ? text : search.text(text)),
    query: (query) => (isPlainQuery(query, isSecret) ? query : search.query(query)),
    path: (path) => (isPlainPath(path) ? path : search.path(path)),
  };
}

/** Masks the same, without the glance that spares most texts the search. */
export function createSearch(names: readonly string[] = []): Masker {
  const more = new Set(names.map(normalised));
  const isSecret: IsSecret =
    more.size === 0 ? isSecretName : (name, value) => isSecretName(name, value) || more.has(normalised(name));

  /** Names end at the delimiters of their own level; shapes come last, for an encoded letter would cut one in two. */
  function text(raw: string, depth: number, structure: RegExp): string {
    if (raw.length < SHORTEST) return raw;
    const plain = depth === 0 ? unescaped(raw) : raw;
    const named = /[=:]/.test(plain) ? maskPairs(plain, isSecret) : plain;
    const inner = depth < MAX_DEPTH && named.includes('%') ? maskEncoded(named, depth, structure) : named;
    const out = maskShapes(inner);
    return out === plain ? raw : out;
  }

  function maskEncoded(raw: string, depth: number, structure: RegExp): string {
    return raw.replace(RUN, (run) => {
      if (!ENCODED.test(run)) return run;
      const decoded = decodePercent(run);
      if (decoded === run) return run;
      const masked = text(decoded, depth + 1, structure);
      return masked === decoded ? run : encodeLightly(masked, structure);
    });
  }

  function pair(raw: string): string {
    const equals = raw.indexOf('=');
    if (equals < 0) return text(raw, 0, IN_NAME);
    const name = raw.slice(0, equals);
    const value = raw.slice(equals + 1);
    const shown = text(name, 0, IN_NAME);
    if (value === '') return `${shown}=`;
    if (isSecret(decodePlus(name), decodePlus(value))) return `${shown}=${MASKED}`;
    return `${shown}=${value.length < SHORTEST ? value : queryText(value)}`;
  }

  function queryText(value: string): string {
    const plain = decodePlus(value);
    const masked = text(plain, 1, IN_TEXT);
    return masked === plain ? value : encodeLightly(masked, IN_TEXT);
  }

  function segment(raw: string, before: string): string {
    if (raw.length >= 16 && SECRET_FOLLOWS.test(before)) return MASKED;
    return text(raw, 0, IN_PATH);
  }

  const freeOnce = (t: string) => text(t, 0, IN_TEXT);
  const queryOnce = (t: string) => t.split('&').map(pair).join('&');
  const pathOnce = (t: string) => {
    const parts = maskLinks(t).split('/');
    return parts.map((part, i) => segment(part, parts[i - 1] ?? '')).join('/');
  };
  const maskFree = (raw: string) => settled(raw, freeOnce);
  return {
    isSecret,
    text: maskFree,
    query: (query) => settled(query, queryOnce),
    path: (path) => settled(path, pathOnce),
    excerpt: (raw) => maskRuns(maskFree(raw)),
  };
}

/** Masks until nothing changes any more, so that masking again never does. */
function settled(raw: string, mask: (text: string) => string): string {
  let out = raw;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const next = out.length < SHORTEST ? out : mask(out);
    if (next === out) break;
    out = next;
  }
  return out;
}

const standard = createMasker();

/** Removes every kind of secret from free text. */
export function maskText(text: string): string {
  return standard.text(text);
}

/** As Masker.excerpt. */
export function maskExcerpt(text: string): string {
  return standard.excerpt(text);
}

export function maskQuery(query: string): string {
  return standard.query(query);
}

export function maskPath(path: string): string {
  return standard.path(path);
}

/** `\u0070` and `\x70` written for a printable character would hide a name from the rules. */
function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(/\\(?:u00|x)([2-7][0-9A-Fa-f])/g, (whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /["'\\\x7f]/.test(character) ? whole : character;
  });
}

/** Masked text goes back into a URL: only what would change its structure is encoded. */
function encodeLightly(text: string, structure: RegExp): string {
  return text.replace(structure, encodeURIComponent);
}

/** Runs of 16 and more letters and digits mixed; dates, addresses and words stay. */
function maskRuns(text: string): string {
  return text.replace(/[A-Za-z0-9_+=~-]{16,}/g, (run) =>
    /\d/.test(run) && /[A-Za-z]{2}/.test(run) ? MASKED : run,
  );
}
