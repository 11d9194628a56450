// The words of an incident: title, summary, and the cleaning of every string that came from input.
// Always holds: no control character, bidirectional override or line break of a log reaches an analyst's terminal or
// SIEM, and every string is bounded. Does not promise to be HTML-safe: renderers escape for their own medium.

import type { Family } from '../../schemas/finding.ts';

/** C0, C1, soft hyphen, zero-width, bidirectional and line-separating characters, BOM, lone surrogates, tags. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}|[\u{e0000}-\u{e007f}]/gu;

/** Terminal control sequences (ECMA-48 CSI and OSC), removed whole so that no remains are printed. */
const TERMINAL_SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing control sequences is the purpose.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;

/** Text on one line without control characters, at most `limit` UTF-16 units (an ellipsis marks the cut). */
export function plain(text: string, limit: number): string {
  const bounded = text.length > limit * 4 ? text.slice(0, limit * 4) : text;
  const clean = bounded.replace(TERMINAL_SEQUENCE, '').replace(UNPRINTABLE, ' ').replace(/\s+/g, ' ').trim();
  if (clean.length <= limit) return clean;
  return `${clean.slice(0, limit - 1).replace(/\p{Surrogate}$/u, '')}…`;
}

/** 1234567 → `1,234,567`; fractions are dropped. */
export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Bytes in decimal units: `912 bytes`, `3.4 MB`. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1000) return `${thousands(bytes)} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : thousands(value)} ${units[unit]}`;
}

const TITLES: Readonly<Record<Family, (who: string, records: string) => string>> = {
  replay: (who, records) => `${who} is used by somebody else${records && `, who took ${records}`}`,
  enumeration: (who, records) => (records ? `${who} enumerated ${records}` : `${who} enumerates records`),
  scraping: (who, records) => (records ? `${who} scraped ${records}` : `${who} scrapes listings`),
  authentication: (who) => `Sign-in abuse around ${who}`,
  privilege: (who) => `${who} uses privileges it never used`,
  exposure: (who, records) => `${who} receives more data than it needs${records && `: ${records}`}`,
  anonymous: (_who, records) => `Calls without a credential succeed${records && `: ${records}`}`,
  lifecycle: (who) => `${who} is used outside its lifetime`,
  volume: (who) => `${who} moves an unusual amount of data`,
  automation: (who) => `${who} is used by automation`,
  destruction: (who) => `${who} overwrites or deletes data`,
};

export function titleOf(o: { family: Family; display: string; records: number; fleet: boolean }): string {
  if (o.fleet) return plain(`Many credentials changed at once: ${o.display}`, 200);
  const records = o.records === 0 ? '' : o.records === 1 ? '1 record' : `${thousands(o.records)} records`;
  return plain(TITLES[o.family](o.display, records), 200);
}

/** Claims start in lower case after the credential's name and may or may not end in a full stop. */
export function summaryOf(o: {
  display: string;
  claims: readonly string[];
  exposed: { records: number; low: number; high: number; bytes: number };
  /** Null where calls were not followed one by one. */
  sources: number | null;
  callers: number;
}): string {
  const [first, second] = o.claims.map((claim) => plain(claim, 400).replace(/[.\s]+$/, ''));
  const claim = `${o.display} ${first ?? 'behaves unlike itself'}${second ? `; it also ${second}` : ''}.`;
  const { records, low, high, bytes } = o.exposed;
  const interval = low === high ? '' : ` (${thousands(low)} to ${thousands(high)})`;
  const taken =
    records > 0
      ? `${thousands(records)} distinct ${records === 1 ? 'record' : 'records'}${interval} and ${sizeInWords(bytes)}`
      : sizeInWords(bytes);
  const [count, what] = o.sources === null ? [o.callers, 'caller'] : [o.sources, 'source'];
  return `${claim} Taken so far: ${taken}, to ${thousands(count)} ${count === 1 ? what : `${what}s`}.`;
}
