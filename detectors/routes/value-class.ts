// Names the class of a query value (`int`, `date`, `uuid`, `word` …), and the skeleton of a filter expression with its literals removed.
// Always holds: a class never contains any part of the value, a skeleton never contains a quoted text or a number; both are bounded.
// Does not promise to parse every filter language: what it does not understand is kept as words and operators.

import { hash32 } from '../hash.ts';
import { classify, isDate } from './segment.ts';

/** Longest skeleton; the rest is replaced by a hash. */
const MAX_SKELETON = 160;

const UUID_DASHES = [8, 13, 18, 23];

function isUuid(s: string): boolean {
  if (s.length !== 36) return false;
  for (const i of UUID_DASHES) if (s.charCodeAt(i) !== 45) return false;
  for (let i = 0; i < 36; i++) {
    const c = s.charCodeAt(i) | 32;
    if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 102) || c === 45)) return false;
  }
  return true;
}

/** Digits with an optional sign, and at most one dot when `fraction`. */
export function isNumber(s: string, fraction: boolean): boolean {
  let i = s.charCodeAt(0) === 45 || s.charCodeAt(0) === 43 ? 1 : 0;
  if (i === s.length) return false;
  let dots = 0;
  for (; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c === 46 && fraction && dots === 0) dots++;
    else if (c < 48 || c > 57) return false;
  }
  return s.charCodeAt(s.length - 1) !== 46;
}

/** 1, 2–5, 6–20, 21–100, more: the bucket's upper end. */
function bucket(length: number): string {
  return length <= 1 ? '1' : length <= 5 ? '5' : length <= 20 ? '20' : length <= 100 ? '100' : 'many';
}

/** Items of a comma list. */
function listLength(s: string): number {
  let n = 1;
  for (let i = s.indexOf(','); i >= 0; i = s.indexOf(',', i + 1)) n++;
  return n;
}

/** Class of one decoded value. */
export function valueClass(s: string): string {
  if (s.length === 0) return 'empty';
  if (isNumber(s, false)) return s.length <= 19 ? 'int' : 'id';
  if (s === 'true' || s === 'false') return 'bool';
  if (s.indexOf('*') >= 0 || s === '%' || s === '_all') return 'wildcard';
  if (isNumber(s, true)) return 'number';
  if (isDate(s)) return 'date';
  if (isUuid(s)) return 'uuid';
  if (s.length > 256) return 'long';
  const at = s.indexOf('@');
  if (at > 0 && s.indexOf('.', at) > 0 && s.indexOf(' ') < 0) return 'email';
  if (s.indexOf(' ') >= 0) return 'text';
  if (s.indexOf(',') > 0) return `list${bucket(listLength(s))}`;
  if (classify(s) !== null) return s.charCodeAt(0) === 43 ? 'phone' : 'id';
  return s.length <= 24 ? 'word' : 'text';
}

/** `fields=a,b,c` and its like: how many were asked for, or `wildcard`. */
export function fieldsClass(s: string): string {
  if (s.indexOf('*') >= 0) return 'wildcard';
  return s === '' ? 'empty' : `fields${bucket(listLength(s))}`;
}

/**
 * A filter, SOQL, OData or GraphQL expression with texts and numbers replaced by `?`, lists of them by one `?`, white space collapsed.
 */
export function skeleton(expression: string): string {
  let out = '';
  let i = 0;
  const n = Math.min(expression.length, 4096);
  while (i < n && out.length <= MAX_SKELETON * 2) {
    const c = expression.charCodeAt(i);
    if (c === 39 || c === 34) {
      i = endOfText(expression, i, n);
      out = hole(out);
    } else if (isWordCode(c)) {
      const from = i;
      while (i < n && (isWordCode(expression.charCodeAt(i)) || expression.charCodeAt(i) === 46)) i++;
      const word = expression.slice(from, i);
      const digit = word.charCodeAt(0) >= 48 && word.charCodeAt(0) <= 57;
      out =
        digit || word.length > 40 || (word.length >= 6 && classify(word) !== null) ? hole(out) : out + word;
    } else if (c <= 32 || c === 38 || c === 61 || c === 35) {
      // & = # would read as structure of the shape.
      const mark = c === 61 ? '~' : ' ';
      if (!(mark === ' ' && (out === '' || out.endsWith(' ')))) out += mark;
      i++;
    } else {
      out += c < 127 ? String.fromCharCode(c) : '?';
      i++;
    }
  }
  out = out.trimEnd();
  return out.length <= MAX_SKELETON ? out : `${out.slice(0, MAX_SKELETON)}#${hash32(out).toString(16)}`;
}

/** Adds a placeholder, folding `?, ?` into one. */
function hole(out: string): string {
  let end = out.length;
  while (
    end > 0 &&
    (out.charCodeAt(end - 1) === 32 || out.charCodeAt(end - 1) === 44 || out.charCodeAt(end - 1) === 45)
  )
    end--;
  return end > 0 && out.charCodeAt(end - 1) === 63 ? out.slice(0, end) : `${out}?`;
}

function endOfText(s: string, from: number, n: number): number {
  const quote = s.charCodeAt(from);
  let i = from + 1;
  while (i < n) {
    const c = s.charCodeAt(i);
    if (c === 92) i += 2;
    else if (c === quote) {
      if (s.charCodeAt(i + 1) !== quote) return i + 1;
      i += 2;
    } else i++;
  }
  return n;
}

function isWordCode(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 36;
}
