// Finds secrets by their shape alone: JSON Web Tokens, vendors' key prefixes, private keys, credentials in URLs and
// authorisation schemes. Always holds: linear time (a literal prefix, then one run that never backtracks).
// Does not promise: secrets without a shape; those are found by name or by value.

import { decodeBasic } from '../identify/authorization.ts';

export const MASKED = '[masked]';

/**
 * Whether a value was masked before: nothing follows `[masked]`, or a delimiter, plain or as encodeLightly writes it.
 * A longer value that merely begins so is a secret like any other.
 */
export function isMasked(value: string): boolean {
  if (!value.startsWith(MASKED)) return false;
  return /^(?:$|[\s&#;,"'<>\\)\]}|?]|%(?:2[035BF6]|3[BDF]|0[9-D]))/.test(
    value.slice(MASKED.length, MASKED.length + 3),
  );
}

/** Cheap test: false means that no shape below can match, in the text or in any part of it. */
export const HINT =
  /eyJ|bearer|basic|digest|negotiate|token|api-?key|aws4|:\/\/|-----BEGIN|[srp]k[-_]|gh[pousr]_|github_pat|gl[a-z]{2,5}-|xox|xapp|AIza|ya29|whsec|npm_|pypi|do[opr]_v1|shp[a-z]{2}_|SG\.|hf_|key-|bot\d|services\/T|AGE-SECRET|EAA|sq0|rzp_|ntn_|lin_|dapi|hv[sb]\./i;

const PEM = /-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const JWT = /eyJ[A-Za-z0-9_.=+/-]*/g;
const SCHEME =
  /\b(bearer|basic|digest|negotiate|ntlm|token|apikey|api-key|aws4-hmac-sha256)((?:\s|%20|\+|:\s?)+)([^\s"'<>\\;]+)/gi;
const USERINFO = /:\/\/([^\s/?#"'<>\\]+)/g;
/** A vendor's prefix, then enough of a run to be a key. */
const KEY = new RegExp(
  [
    '(?:sk|rk|pk|rzp)_(?:live|test|prod)_[A-Za-z0-9_-]{6,}',
    'sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{16,}',
    'gh[pousr]_[A-Za-z0-9_]{16,}',
    'github_pat_[A-Za-z0-9_]{16,}',
    'gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|oas|ffct)-[A-Za-z0-9_.-]{10,}',
    'xox[a-z](?:\\.[a-z]+)?-[A-Za-z0-9-]{8,}',
    'xapp-[A-Za-z0-9-]{8,}',
    'AIza[A-Za-z0-9_-]{20,}',
    'ya29\\.[A-Za-z0-9_-]{10,}',
    'whsec_[A-Za-z0-9+/=_-]{10,}',
    'npm_[A-Za-z0-9]{20,}',
    'pypi-[A-Za-z0-9_-]{20,}',
    'do[opr]_v1_[a-f0-9]{20,}',
    'shp(?:at|ss|ca|pa)_[A-Za-z0-9]{16,}',
    'SG\\.[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}',
    'hf_[A-Za-z0-9]{20,}',
    'key-[a-f0-9]{24,}',
    'bot\\d{6,12}:[A-Za-z0-9_-]{20,}',
    'AGE-SECRET-KEY-[A-Z0-9]{20,}',
    'EAA[A-Za-z0-9]{40,}',
    'sq0[a-z]{3}-[A-Za-z0-9_-]{16,}',
    '(?:ntn|lin_api|lin_oauth)_[A-Za-z0-9]{20,}',
    'dapi[a-f0-9]{28,}',
    'hv[sb]\\.[A-Za-z0-9_-]{20,}',
  ].join('|'),
  'g',
);
/** Slack incoming webhooks carry their secret as the last path segment. */
const SLACK_HOOK = /(\/services\/T[A-Z0-9]{6,14}\/B[A-Z0-9]{6,14}\/)[A-Za-z0-9]{8,}/g;

/** The text with every secret of a known shape replaced. */
export function maskShapes(text: string): string {
  if (text.length < 6 || !HINT.test(text)) return text;
  let out = text;
  if (out.includes('-----BEGIN')) out = maskPem(out);
  if (out.includes('eyJ')) out = out.replace(JWT, (run) => (isToken(run) ? MASKED : run));
  out = out.replace(SCHEME, (whole, scheme: string, gap: string, value: string) =>
    isSchemeValue(scheme.toLowerCase(), value) ? `${scheme}${gap}${MASKED}` : whole,
  );
  return maskLinks(out).replace(KEY, MASKED);
}

/** The shapes that reach across path segments: `://user:password@` and incoming webhooks. */
export function maskLinks(text: string): string {
  const out = text.includes('://') ? text.replace(USERINFO, maskUserinfo) : text;
  return out.includes('/services/T') ? out.replace(SLACK_HOOK, `$1${MASKED}`) : out;
}

/** From the opening line to the closing one, or to the end of the text. */
function maskPem(text: string): string {
  let out = '';
  let from = 0;
  PEM.lastIndex = 0;
  for (let found = PEM.exec(text); found !== null; found = PEM.exec(text)) {
    const end = text.indexOf('-----END', found.index);
    const close = end < 0 ? -1 : text.indexOf('-----', end + 8);
    out += text.slice(from, found.index) + MASKED;
    from = close < 0 ? text.length : close + 5;
    PEM.lastIndex = from;
  }
  return out + text.slice(from);
}

/** Two Base64url parts, or one that decodes to a token header or to named secrets; other `eyJ…` are cursors. */
function isToken(run: string): boolean {
  if (run.length < 12) return false;
  if (/^eyJ[A-Za-z0-9_=-]{5,}\.[A-Za-z0-9_-]/.test(run)) return true;
  const decoded = Buffer.from(run.slice(0, 4096), 'base64').toString('latin1');
  return /"(?:alg|enc|kid)"\s*:|token|secret|passw|api_?key/i.test(decoded);
}

/** Prose such as `basic authentication` or `token expired` stays. */
function isSchemeValue(scheme: string, value: string): boolean {
  if (isMasked(value)) return false;
  if (scheme === 'bearer') return value.length >= 6;
  if (scheme === 'basic') return value.length >= 4 && (decodeBasic(value) !== null || /[0-9=]/.test(value));
  return value.length >= 6 && /\d/.test(value);
}

function maskUserinfo(whole: string, authority: string): string {
  const at = authority.lastIndexOf('@');
  return at < 0 ? whole : `://${MASKED}@${authority.slice(at + 1)}`;
}
