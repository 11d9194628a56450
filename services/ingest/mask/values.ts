// Masks secrets by value: a token seen in one place of a record is masked wherever else the record repeats it, also
// percent-encoded or in Base64. Always holds: linear in the text for each of at most 32 secrets.
// Does not promise: secrets shorter than four characters; those are coincidences more often than leaks.

import { decodePercent } from '../identify/query.ts';
import { MASKED } from './shapes.ts';

/** Secrets shorter than this are only masked where they stand alone, so that `test` does not eat `latest`. */
const STANDS_ALONE_BELOW = 8;
const SHORTEST = 4;
const MAX_SECRETS = 32;
const MAX_DEPTH = 3;
/** Whole parts; what is encoded in one is looked up apart, else each `%` would begin the search anew. */
const PART = /[^/?&=;\s]+/g;
const ENCODED = /%[0-9A-Fa-f]{2}/;
const BASE64_RUN = /[A-Za-z0-9+/_-]{16,}={0,2}/g;

interface Needle {
  text: string;
  secret: string;
}

export interface ValueMask {
  /** `replace` gives what stands for a secret; by default `[masked]`. */
  mask(text: string, replace?: (secret: string) => string): string;
  readonly empty: boolean;
}

const NOTHING: ValueMask = { mask: (text) => text, empty: true };

/** `publicValues` are names the record shows anyway; a secret equal to one of them is none. */
export function createValueMask(secrets: Iterable<string>, publicValues: ReadonlySet<string>): ValueMask {
  const needles: Needle[] = [];
  const seen = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST || seen.has(secret) || publicValues.has(secret)) continue;
    if (seen.size === MAX_SECRETS) break;
    seen.add(secret);
    for (const text of spellings(secret)) needles.push({ text, secret });
  }
  if (needles.length === 0) return NOTHING;
  // Longest first: a token before the part of it that is also a secret of its own.
  needles.sort((a, b) => b.text.length - a.text.length);
  return {
    empty: false,
    mask: (text, replace = () => MASKED) => maskNeedles(text, needles, replace),
  };
}

function spellings(secret: string): Set<string> {
  const out = new Set([secret]);
  const encoded = safeEncode(secret);
  out.add(encoded);
  if (secret.length >= STANDS_ALONE_BELOW) {
    const base64 = Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '');
    out.add(base64);
    out.add(base64.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return out;
}

function safeEncode(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    return secret;
  }
}

function maskNeedles(text: string, needles: readonly Needle[], replace: (secret: string) => string): string {
  if (text.length < SHORTEST) return text;
  let out = replaceAll(text, needles, replace);
  if (out.includes('%')) out = maskDecoded(out, needles, replace);
  return maskBase64(out, needles, replace);
}

function replaceAll(text: string, needles: readonly Needle[], replace: (secret: string) => string): string {
  let out = text;
  for (const needle of needles) if (out.includes(needle.text)) out = replaceIn(out, needle, replace);
  return out;
}

function replaceIn(text: string, needle: Needle, replace: (secret: string) => string): string {
  if (needle.text.length >= STANDS_ALONE_BELOW)
    return text.replaceAll(needle.text, () => replace(needle.secret));
  let out = '';
  let from = 0;
  for (let at = text.indexOf(needle.text); at >= 0; at = text.indexOf(needle.text, at + 1)) {
    if (at < from || !standsAlone(text, at, needle.text.length)) continue;
    out += text.slice(from, at) + replace(needle.secret);
    from = at + needle.text.length;
  }
  return out + text.slice(from);
}

function standsAlone(text: string, at: number, length: number): boolean {
  return !/[A-Za-z0-9]/.test(text[at - 1] ?? '') && !/[A-Za-z0-9]/.test(text[at + length] ?? '');
}

/** Parts between `/`, `&` and `=` whose decoded text holds a secret are replaced by their masked decoded text. */
function maskDecoded(text: string, needles: readonly Needle[], replace: (secret: string) => string): string {
  return text.replace(PART, (part) => {
    if (!ENCODED.test(part)) return part;
    let decoded = part;
    let found: string | null = null;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const next = decodePercent(decoded);
      if (next === decoded) break;
      decoded = replaceAll(next, needles, replace);
      if (decoded !== next) found = decoded;
    }
    return found === null ? part : found.replace(/[\s&#/%]/g, '_');
  });
}

function maskBase64(text: string, needles: readonly Needle[], replace: (secret: string) => string): string {
  return text.replace(BASE64_RUN, (run) => {
    const decoded = Buffer.from(run, 'base64').toString('utf8');
    const found = needles.find((needle) => needle.secret.length >= 6 && decoded.includes(needle.secret));
    return found === undefined ? run : replace(found.secret);
  });
}
