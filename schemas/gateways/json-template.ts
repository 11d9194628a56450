// A log format whose line is itself a JSON object (`{"time":"$time_iso8601","status":$status}`).
// Always holds: a line is read as JSON when it is JSON, else by the text of the format; never throws.
// Does not promise: key order. Keys are found by name, so a reordered line still reads.

import { type Draft, finish, newDraft, reject } from './draft.ts';
import type { LineParser } from './gateway-format.ts';
import { object, property } from './json-values.ts';
import { assign, type EscapeMode, matchTemplate, type Piece } from './log-template.ts';
import { settle } from './settle.ts';
import { parseJson } from './strict-json.ts';

interface Leaf {
  path: readonly string[];
  pieces: readonly Piece[];
}

const MARK = '\uE000';

/** Throws an Error when the format is not JSON once its variables are filled in. */
export function compileJsonTemplate(pieces: readonly Piece[], mode: EscapeMode): LineParser {
  const leaves = findLeaves(pieces);
  return (line) => {
    const draft = newDraft();
    const parsed = parseRepaired(line);
    if (parsed.ok) fill(leaves, parsed.value, draft);
    else if (!matchTemplate(pieces, line, draft, mode)) return reject(parsed.reason, parsed.detail);
    settle(draft);
    return finish(draft);
  };
}

/** nginx without escape=json writes `\x22` into strings, which JSON does not know. */
function parseRepaired(line: string): ReturnType<typeof parseJson> {
  const parsed = parseJson(line);
  if (parsed.ok || parsed.reason !== 'invalid-json' || !line.includes('\\x')) return parsed;
  return parseJson(
    line.replace(/\\(?:x([0-9a-fA-F]{2})|.)/g, (all, hex) => (hex === undefined ? all : `\\u00${hex}`)),
  );
}

function findLeaves(pieces: readonly Piece[]): Leaf[] {
  let skeleton = '';
  let inString = false;
  pieces.forEach((piece, index) => {
    if (piece.kind === 'variable') {
      skeleton += inString ? `${MARK}${index}${MARK}` : `"${MARK}${index}${MARK}"`;
      return;
    }
    skeleton += piece.text;
    inString = piece.text.replace(/\\./g, '').split('"').length % 2 === 0 ? !inString : inString;
  });
  const parsed = parseJson(skeleton);
  const root = parsed.ok ? object(parsed.value) : null;
  if (root === null)
    throw new Error('the log format begins with { but is not one JSON object with variables as values');
  const leaves: Leaf[] = [];
  collect(root, [], pieces, leaves);
  return leaves;
}

function collect(value: unknown, path: readonly string[], pieces: readonly Piece[], leaves: Leaf[]): void {
  if (typeof value === 'string' && value.includes(MARK)) {
    const parts = value.split(MARK);
    const own: Piece[] = [];
    parts.forEach((part, i) => {
      if (i % 2 === 1) own.push(pieces[Number(part)] as Piece);
      else if (part !== '') own.push({ kind: 'literal', text: part });
    });
    leaves.push({ path, pieces: own });
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(inner, [...path, key], pieces, leaves);
  }
}

function fill(leaves: readonly Leaf[], value: unknown, draft: Draft): void {
  for (const leaf of leaves) {
    const found = at(value, leaf.path);
    const text = typeof found === 'number' ? String(found) : found;
    if (typeof text !== 'string') continue;
    const only = leaf.pieces[0];
    if (leaf.pieces.length === 1 && only?.kind === 'variable') assign(only.variable, text, draft, 'json');
    else matchTemplate(leaf.pieces, text, draft, 'json');
  }
}

function at(value: unknown, path: readonly string[]): unknown {
  let here: unknown = value;
  for (const key of path) here = Array.isArray(here) ? here[Number(key)] : property(object(here), key);
  return here;
}
