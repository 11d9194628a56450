// Finds secrets by the name in front of them, in any text: `password=…`, `"token": "…"`, `Cookie: …`, `{\"pwd\":\"…\"}`.
// Always holds: linear time; the value is masked to its own end (closing quote, separator, or end of line for headers).
// Does not promise: prose. `key: value` in a sentence is masked too.

import { decodePercent } from '../identify/query.ts';
import { isMasked, MASKED } from './shapes.ts';

export type IsSecret = (name: string, value: string) => boolean;

const MAX_NAME = 64;
/** A value that makes every name secret that can be. */
const LIKELY = '0123456789abcdef';
const VALUE_END = /[\s&;,"'<>\\)\]}|]/g;
/** Header values go to the end of the line: they contain the characters that end other values. */
const WHOLE_LINE = /^(?:proxy-)?authorization$|^(?:set-)?cookie2?$/i;

/** The text with the value of every secret name replaced. */
export function maskPairs(text: string, isSecret: IsSecret): string {
  let out = '';
  let from = 0;
  for (let at = 1; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c !== 61 && c !== 58) continue;
    const name = nameBefore(text, at, from);
    // The name first: looking for the end of every value would cost the square of the length.
    if (name === '' || !isSecret(decodePercent(name), LIKELY)) continue;
    const value = valueAfter(text, at + 1, name);
    if (value.from >= value.to) continue;
    const plain = text.slice(value.from, value.to);
    if (!isSecret(decodePercent(name), plain)) continue;
    out += text.slice(from, value.from) + MASKED;
    from = value.to;
    at = value.to - 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** The name that ends just before `at`, quotes and blanks between them aside. */
function nameBefore(text: string, at: number, floor: number): string {
  let end = at;
  while (end > floor && at - end < 6 && isGap(text.charCodeAt(end - 1))) end--;
  let start = end;
  while (start > floor && end - start < MAX_NAME && isNameCharacter(text.charCodeAt(start - 1))) start--;
  return text.slice(start, end);
}

/** Empty when the value was masked before: that is seen from its beginning, without a search for its end. */
function valueAfter(text: string, start: number, name: string): { from: number; to: number } {
  let at = start;
  if (text.charCodeAt(at) === 62) at++; // `=>`
  while (at < text.length && at - start < 8 && isBlank(text.charCodeAt(at))) at++;
  const opening = /^\\*["']/.exec(text.slice(at, at + 8))?.[0];
  const from = at + (opening?.length ?? 0);
  const after = text.startsWith(MASKED, from) ? from + MASKED.length : -1;
  if (after === text.length) return { from, to: from };
  if (opening !== undefined)
    return { from, to: after > 0 && text.startsWith(opening, after) ? from : closing(text, from, opening) };
  if (WHOLE_LINE.test(name))
    return { from, to: after > 0 && /["\r\n]/.test(text[after]!) ? from : until(text, from, /["\r\n]/g) };
  if (after > 0)
    return { from, to: isMasked(text.slice(from, after + 3)) ? from : until(text, after, VALUE_END) };
  if (text[at] === '[') return { from: at, to: arrayEnd(text, at) };
  if (text[at] === '{') return { from: at, to: at };
  return { from: at, to: until(text, at, VALUE_END) };
}

/** Index after the bracket that closes the array, brackets within its strings aside, or the end of the text. */
function arrayEnd(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const c = text[at];
    if (c === '[') depth++;
    else if (c === ']' && --depth === 0) return at + 1;
    const opening = c === '"' || c === '\\' ? /^\\*"/.exec(text.slice(at, at + 8))?.[0] : undefined;
    at = opening === undefined ? at + 1 : closing(text, at + opening.length, opening) + opening.length;
  }
  return text.length;
}

/** Index of the same quote with the same number of backslashes before it, or the end of the text. */
function closing(text: string, from: number, opening: string): number {
  const slashes = opening.length - 1;
  const quote = opening[slashes]!;
  let at = text.indexOf(quote, from);
  while (at >= 0) {
    let before = 0;
    while (at - before > from && text.charCodeAt(at - before - 1) === 92) before++;
    if (before <= slashes || (slashes === 0 && before % 2 === 0)) return at - Math.min(before, slashes);
    at = text.indexOf(quote, at + 1);
  }
  return text.length;
}

function until(text: string, from: number, stop: RegExp): number {
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}

/** Blank, quote or backslash between a name and its separator. */
function isGap(c: number): boolean {
  return c === 32 || c === 34 || c === 39 || c === 92;
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9;
}

/** Letters, digits and `_ - . % [ ] $`. */
function isNameCharacter(c: number): boolean {
  return (
    (c >= 97 && c <= 122) ||
    (c >= 65 && c <= 90) ||
    (c >= 48 && c <= 57) ||
    c === 95 ||
    c === 45 ||
    c === 46 ||
    c === 37 ||
    c === 91 ||
    c === 93 ||
    c === 36
  );
}
