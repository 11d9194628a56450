// Writes the name that all state about a credential is kept under: `client:acme`, `consumer:17`, `api-key:9f0c…`.
// Always holds: the prefix comes from us and the rest never changes it, so one kind cannot pose as another; at most
// 200 characters, printable, well-formed; different inputs stay different, also when cut.

import { hash } from 'node:crypto';

export const MAX_LINEAGE = 200;
export const ANONYMOUS = 'anonymous';

/** Separators, controls, direction marks and everything else that is invisible or moves text around. */
const UNSAFE = /[%\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

/** `prefix:value`, made safe and bounded. A value too long ends in `~` and 16 hex digits of its SHA-256. */
export function lineageOf(prefix: string, value: string): string {
  return bounded(`${prefix}:${printable(value.trim())}`, MAX_LINEAGE);
}

/** A user acting through an application: both, because a token is issued to the pair. */
export function delegatedLineage(client: string, subject: string): string {
  const part = (text: string) => printable(text.trim()).replaceAll('/', '%2F');
  return bounded(`client:${part(client)}/sub:${part(subject)}`, MAX_LINEAGE);
}

/** Cuts to exactly `max` characters with a digest at the end; shorter text is untouched and never has that length. */
export function bounded(text: string, max: number): string {
  if (text.length < max) return text;
  const digest = hash('sha256', text, 'hex').slice(0, 16);
  return `${cut(text, max - 17)}~${digest}`.padEnd(max, '~');
}

/** Text as it may stand in an event: percent-escapes for what does not print, and for `%` itself. */
function printable(text: string): string {
  return isVisible(text) && !text.includes('%') ? text : text.replace(UNSAFE, escapeCharacter);
}

/** Printable ASCII that neither begins nor ends with a blank: most texts, and nothing in them has to change. */
function isVisible(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e) return false;
  }
  return text.charCodeAt(0) !== 0x20 && text.charCodeAt(text.length - 1) !== 0x20;
}

function escapeCharacter(character: string): string {
  let out = '';
  for (const byte of new TextEncoder().encode(character))
    out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return out;
}

/** Name or id for people: one line, printable, cut to `max` characters. */
export function label(text: string, max: number): string {
  if (text.length <= max && isVisible(text)) return text;
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu, ' ').trim();
  return clean.length <= max ? clean : `${cut(clean, max - 1)}…`;
}

/** The first `length` characters, without half of a surrogate pair at the end. */
export function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
