// Reads strings, numbers and objects out of parsed JSON without trusting its shape.
// Always holds: only own properties are read; the wrong type gives null, never an exception.
// Does not promise: that a value is meaningful, only that it has the type asked for.

import type { ParseOutcome } from './gateway-format.ts';
import type { Fields } from './gateway-record.ts';
import { parseJson } from './strict-json.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function object(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

export function property(of: JsonObject | null, key: string): unknown {
  return of !== null && Object.hasOwn(of, key) ? of[key] : undefined;
}

/** The nested object under `key`, or null. */
export function child(of: JsonObject | null, key: string): JsonObject | null {
  return object(property(of, key));
}

/** Text of a string, number or boolean; arrays of those joined with `, ` (repeated headers). `''` and `-` are absent. */
export function text(value: unknown): string | null {
  if (typeof value === 'string') return value === '' || value === '-' ? null : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value) || value.length > 64) return null;
  const parts = value.map((v) => (Array.isArray(v) ? null : text(v))).filter((v) => v !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

/** Finite non-negative number, also from digits in a string (`"1024"`). */
export function amount(value: unknown): number | null {
  const n = typeof value === 'string' && /^\d{1,15}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  return typeof n === 'number' && Number.isFinite(n) && n >= 0 ? n : null;
}

/** Copies scalar properties of an object into Fields; `name` may rename or (null) skip a key. Bounded to 256 keys. */
export function copyScalars(
  from: JsonObject | null,
  into: Fields,
  name: (key: string) => string | null,
): void {
  if (from === null) return;
  let copied = 0;
  for (const key of Object.keys(from)) {
    const value = text(from[key]);
    const target = value === null ? null : name(key);
    if (value === null || target === null) continue;
    into[target] = value;
    if (++copied >= 256) return;
  }
}

/** Parses a line that must hold one JSON object. */
export function readObject(
  line: string,
): { ok: true; value: JsonObject } | Exclude<ParseOutcome, { ok: true }> {
  const parsed = parseJson(line);
  if (!parsed.ok) return parsed;
  const value = object(parsed.value);
  if (value === null)
    return { ok: false, reason: 'wrong-shape', detail: 'the line is JSON, but not one object' };
  return { ok: true, value };
}
