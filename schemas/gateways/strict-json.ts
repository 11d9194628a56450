// Reads one JSON text strictly: what JSON.parse accepts, minus what makes a record ambiguous or dangerous.
// Always holds: never throws; an accepted value has no duplicate keys, no `__proto__` key, no
// `constructor` → `prototype` path, and at most 32 levels.
// Does not promise: an object. Callers check the shape.

export type JsonOutcome =
  | { ok: true; value: unknown }
  | { ok: false; reason: 'invalid-json' | 'too-deep' | 'duplicate-key' | 'unsafe-key'; detail: string };

export const MAX_DEPTH = 32;

export function parseJson(text: string): JsonOutcome {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'invalid-json', detail: 'the line is not one complete JSON value' };
  }
  return inspectKeys(text) ?? { ok: true, value };
}

interface Level {
  /** Keys seen so far in this object; null in an array. */
  keys: Set<string> | null;
  /** True when this object is the value of a key named `constructor`. */
  underConstructor: boolean;
}

/** One pass over the characters of a text that JSON.parse has accepted; syntax is not checked again. */
function inspectKeys(text: string): JsonOutcome | null {
  const levels: Level[] = [];
  let expectKey = false;
  let lastKey = '';
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34 /* " */) {
      const end = stringEnd(text, i);
      if (expectKey) {
        const key = keyText(text, i, end);
        const problem = keyProblem(levels[levels.length - 1] as Level, key);
        if (problem !== null) return problem;
        lastKey = key;
        expectKey = false;
      }
      i = end;
    } else if (c === 123 /* { */ || c === 91 /* [ */) {
      if (levels.length >= MAX_DEPTH) return tooDeep();
      levels.push({
        keys: c === 123 ? new Set() : null,
        underConstructor: c === 123 && lastKey === 'constructor',
      });
      lastKey = '';
      expectKey = c === 123;
    } else if (c === 125 /* } */ || c === 93 /* ] */) {
      levels.pop();
      expectKey = false;
      lastKey = '';
    } else if (c === 44 /* , */) {
      expectKey = levels[levels.length - 1]?.keys !== null;
    }
  }
  return null;
}

function keyProblem(level: Level, key: string): JsonOutcome | null {
  const keys = level.keys as Set<string>;
  if (key === '__proto__' || (level.underConstructor && key === 'prototype')) {
    return {
      ok: false,
      reason: 'unsafe-key',
      detail: 'an object has a key that reaches into object prototypes',
    };
  }
  if (keys.has(key))
    return { ok: false, reason: 'duplicate-key', detail: 'an object has the same key twice' };
  keys.add(key);
  return null;
}

function tooDeep(): JsonOutcome {
  return { ok: false, reason: 'too-deep', detail: `the JSON is nested deeper than ${MAX_DEPTH} levels` };
}

/** Index of the quote that ends the string beginning at `start`. */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (text.charCodeAt(i) !== 34) i += text.charCodeAt(i) === 92 ? 2 : 1;
  return i;
}

function keyText(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? (JSON.parse(text.slice(start, end + 1)) as string) : raw;
}
