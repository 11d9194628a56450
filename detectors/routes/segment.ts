// Classifies one path segment by the shape of its value: an identifier becomes a pattern (`{id}`, `{id}.json`), a word stays a literal.
// Always holds: one pass over the character codes, no regular expressions, never throws; the same text gives the same answer, and a
// pattern given back as input is its own answer. Does not promise to know slugs (`alice`): those are learned by cardinality in tree.ts.

/** A variable segment. `pattern` is what the template shows, `id` the value taken out of it (percent-decoded). */
export interface Variable {
  pattern: string;
  id: string;
}

/** Longest literal segment; longer ones are values. */
const MAX_LITERAL = 64;

/** File formats that make a suffix (`{id}.json`); a dot followed by anything else belongs to the value. */
const FORMATS = new Set(
  (
    'json xml csv tsv txt html htm pdf rss atom ics yaml yml md ndjson jsonl parquet pb xls xlsx doc docx ' +
    'png jpg jpeg gif svg webp avif ico bmp mp3 mp4 webm m3u8 js mjs css map wasm woff woff2 ttf zip gz tar tgz bz2 php asp aspx jsp do'
  ).split(' '),
);

const DIGIT = 1;
const LOWER = 2;
const UPPER = 4;
const HEX = 8;
const SEPARATOR = 16;

const CLASS = new Uint8Array(128);
for (let c = 48; c <= 57; c++) CLASS[c] = DIGIT | HEX;
for (let c = 97; c <= 122; c++) CLASS[c] = LOWER | (c <= 102 ? HEX : 0);
for (let c = 65; c <= 90; c++) CLASS[c] = UPPER | (c <= 70 ? HEX : 0);
for (const c of '-_.:~,') CLASS[c.charCodeAt(0)] = SEPARATOR;

/** Coarse kinds for a first look at a whole segment. */
const DASH = 32;
const PUNCTUATION = 64;
const OTHER = 128;
const KIND = new Uint8Array(128).fill(OTHER);
for (let c = 0; c < 128; c++)
  if (CLASS[c]! & (DIGIT | LOWER | UPPER)) KIND[c] = CLASS[c]! & (DIGIT | LOWER | UPPER);
for (const c of '-_') KIND[c.charCodeAt(0)] = DASH;
for (const c of '.:()') KIND[c.charCodeAt(0)] = PUNCTUATION;

const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** Extension of a segment when it names a file format, with its dot; else ''. */
export function formatSuffix(segment: string): string {
  const dot = segment.lastIndexOf('.');
  if (dot < 1 || dot < segment.length - 8) return '';
  return FORMATS.has(segment.slice(dot + 1).toLowerCase()) ? segment.slice(dot) : '';
}

/** Percent-decodes; malformed text is returned as it is. */
export function decode(text: string): string {
  if (text.indexOf('%') < 0) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `v1`, `v2.1`, `v1beta1`: never a value. (`v1.2.3` with two dots is a release tag, a value.) */
function isVersion(s: string): boolean {
  const first = s.charCodeAt(0) | 32;
  if (first !== 118 || s.length < 2 || s.length > 12 || !isDigit(s.charCodeAt(1))) return false;
  let dots = 0;
  let i = 1;
  for (; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c === 46) dots++;
    else if (!isDigit(c)) break;
  }
  if (i === s.length) return dots < 2 && s.length <= 6;
  const rest = s.slice(i).toLowerCase();
  return rest.startsWith('alpha') || rest.startsWith('beta') || rest.startsWith('rc');
}

/** ISO 8601 calendar date `2024-01-31`, month `2024-01`, or date and time `2024-01-31T…`. */
export function isDate(s: string): boolean {
  const n = s.length;
  if (n < 7 || n > 35 || s.charCodeAt(4) !== 45) return false;
  for (let i = 0; i < 7; i++) if (i !== 4 && !isDigit(s.charCodeAt(i))) return false;
  const century = s.charCodeAt(0);
  if (century !== 49 && century !== 50) return false;
  const month = (s.charCodeAt(5) - 48) * 10 + s.charCodeAt(6) - 48;
  if (month < 1 || month > 12) return false;
  if (n === 7) return true;
  if (n < 10 || s.charCodeAt(7) !== 45 || !isDigit(s.charCodeAt(8)) || !isDigit(s.charCodeAt(9)))
    return false;
  return n === 10 || s.charCodeAt(10) === 84 || s.charCodeAt(10) === 116;
}

/** A number that reads as an API version (`2`, `2.0`, `1.1`): at most two digits either side of at most one dot. */
export function isNumericVersion(s: string): boolean {
  if (s.length > 4) return false;
  let dots = 0;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c === 46) dots++;
    else if (!isDigit(c)) return false;
  }
  return isDigit(s.charCodeAt(0)) && (dots === 0 ? s.length <= 2 : dots === 1);
}

/** Whether the characters from..to (no separators inside) look drawn from an id alphabet rather than written as a word. */
function isIdToken(s: string, from: number, to: number): boolean {
  const n = to - from;
  let digits = 0;
  let hex = 0;
  let runs = 0;
  let turns = 0;
  let kind = 0;
  let runLength = 0;
  for (let i = from; i < to; i++) {
    const code = s.charCodeAt(i);
    const c = code < 128 ? CLASS[code]! : 0;
    if (c & DIGIT) digits++;
    if (c & HEX) hex++;
    const k = c & (DIGIT | LOWER | UPPER);
    if (k !== kind) {
      // A capital followed by lower case is one run, so CamelCase reads as words.
      if (!(kind === UPPER && k === LOWER && runLength === 1)) runs++;
      if (kind !== 0 && (kind === DIGIT) !== (k === DIGIT)) turns++;
      runLength = 0;
      kind = k;
    }
    runLength++;
  }
  if (digits === n) return n >= 3;
  if (hex === n && ((n >= 8 && digits >= 2) || n >= 12)) return true;
  if (digits === 0) return n >= 16 && runs * 7 >= n * 2; // CamelCase words are longer than 3.5 letters on average
  if (n >= 8 && runs * 5 >= n * 2) return true;
  if (n >= 16 && digits >= 2 && runs * 10 >= n * 3) return true;
  if (n >= 6 && turns >= 3 && digits >= 2) return true;
  if (n >= 8 && turns >= 2 && digits * 4 >= n) return true;
  return n >= 7 && digits >= 3;
}

/** Whether the whole text (no file suffix) is a value. */
function isValue(s: string): boolean {
  const n = s.length;
  if (n > MAX_LITERAL) return true;
  const first = s.charCodeAt(0);
  if (first === 126 || (first === 64 && n > 1)) return true; // ~user, @user
  let start = 0;
  let digits = 0;
  let idTokens = 0;
  let digitTokens = 0;
  let digitTotal = 0;
  let upperStart = first >= 65 && first <= 90;
  let allDigits = true;
  for (let i = 0; i <= n; i++) {
    const code = i < n ? s.charCodeAt(i) : 45;
    const c = code < 128 ? CLASS[code]! : 0;
    if (i < n && c === 0) {
      if (code === 64 && i > 0 && s.indexOf('.', i) > 0) return true; // e-mail
      if (code === 37 || code === 123 || code === 125 || code > 127) return true; // percent-encoding, a pattern, not ASCII
      if (code === 43 && i === 0 && n > 6 && isDigit(s.charCodeAt(1))) return true; // E.164 number
      continue;
    }
    if (c & DIGIT) digits++;
    else if (c & SEPARATOR || i === n) {
      if (i > start) {
        if (digits === i - start) {
          digitTokens++;
          digitTotal += digits;
          if (digits >= 3) idTokens++;
        } else {
          allDigits = false;
          if (start === 0) {
            for (let j = 0; j < i && upperStart; j++)
              if (!(CLASS[s.charCodeAt(j)]! & (UPPER | DIGIT))) upperStart = false;
          }
          if ((digits >= 3 && i - start >= 7) || isIdToken(s, start, i)) idTokens++;
        }
      }
      start = i + 1;
      digits = 0;
    }
  }
  if (allDigits && digitTokens > 0) return true;
  if (idTokens > 0) return true;
  if (digitTokens >= 2 && digitTotal >= 4) return true;
  if (digitTokens >= 2 && (first | 32) === 118 && isDigit(s.charCodeAt(1))) return true; // release tag v1.2.3
  return digitTokens > 0 && upperStart && n <= 24; // issue keys: ABC-42
}

/** OData key segment `Customers(42)`, `Customers('ALFKI')`, `Lines(Order=1,Line=2)`; null when it is not one. */
function keySegment(s: string): Variable | null {
  const open = s.indexOf('(');
  if (open < 1 || s.charCodeAt(s.length - 1) !== 41 || s.length - open < 3) return null;
  const name = s.slice(0, open);
  for (let i = 0; i < open; i++) {
    const c = name.charCodeAt(i);
    if (c >= 128 || !(CLASS[c]! & (DIGIT | LOWER | UPPER) || c === 46 || c === 95)) return null;
  }
  let id = decode(s.slice(open + 1, -1));
  if (id.length > 1 && id.startsWith("'") && id.endsWith("'")) id = id.slice(1, -1).replaceAll("''", "'");
  return { pattern: `${name}({id})`, id };
}

/**
 * The segment as a variable, or null when its shape is that of a literal.
 * Position matters only for versions and is the tree's business; see `isNumericVersion` and `isDate`.
 */
export function classify(s: string): Variable | null {
  const n = s.length;
  if (n === 0) return null;
  let seen = 0;
  for (let i = 0; i < n; i++) {
    const c = s.charCodeAt(i);
    seen |= c < 128 ? KIND[c]! : OTHER;
  }
  // The two commonest answers first: a number is a value, a word is not.
  if (seen === DIGIT) return { pattern: '{id}', id: s };
  if ((seen & ~(LOWER | DASH)) === 0 && n < 12) return null;
  if ((seen & (DIGIT | DASH)) === (DIGIT | DASH) && isDate(s)) return { pattern: '{date}', id: s };
  if (seen & OTHER && s === '{date}') return { pattern: s, id: s };
  if (isVersion(s)) return null;
  return (
    (seen & PUNCTUATION ? composed(s, n) : null) ?? (isValue(s) ? { pattern: '{id}', id: decode(s) } : null)
  );
}

/** Patterns with a part that stays: key segments, ranges, file formats, content hashes, custom methods. */
function composed(s: string, n: number): Variable | null {
  const key = keySegment(s);
  if (key !== null) return key;
  const range = s.indexOf('...');
  if (range > 0 && range + 3 < n) return { pattern: '{id}...{id}', id: decode(s) };
  const suffix = formatSuffix(s);
  if (suffix !== '') {
    const stem = s.slice(0, -suffix.length);
    const hash = stem.lastIndexOf('.');
    // app.3f2a9c.js: a content hash between name and format.
    if (hash > 0 && suffix !== '.html' && (isHash(stem, hash + 1) || stem.endsWith('.{id}')))
      return { pattern: `${stem.slice(0, hash)}.{id}${suffix}`, id: stem.slice(hash + 1) };
    return isValue(stem) ? { pattern: `{id}${suffix}`, id: decode(stem) } : null;
  }
  const verb = s.lastIndexOf(':');
  if (verb > 0 && verb + 1 < n && isVerb(s, verb + 1) && isValue(s.slice(0, verb)))
    return { pattern: `{id}${s.slice(verb)}`, id: decode(s.slice(0, verb)) };
  return null;
}

/** Custom method after a colon (`{id}:cancel`), letters only, starting in lower case. */
function isVerb(s: string, from: number): boolean {
  if (!(CLASS[s.charCodeAt(from) & 127]! & LOWER) || s.charCodeAt(from) > 127) return false;
  for (let i = from; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c > 127 || !(CLASS[c]! & (LOWER | UPPER))) return false;
  }
  return s.length - from >= 3 && s.length - from <= 24;
}

/** A build's content hash: 6 or more hex digits with at least one digit, or 8 or more id characters. */
function isHash(s: string, from: number): boolean {
  const n = s.length - from;
  if (n < 6) return false;
  let digits = 0;
  let hex = 0;
  for (let i = from; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (isDigit(c)) digits++;
    if (c < 128 && CLASS[c]! & HEX) hex++;
  }
  return (hex === n && digits > 0) || (n >= 8 && isIdToken(s, from, s.length));
}
