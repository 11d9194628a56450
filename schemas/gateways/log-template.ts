// A compiled log format: literals and variables in order, matched against a line in one forward pass.
// Always holds: no backtracking, so time is linear in the line for a given template; match() never throws.
// Does not promise: to read what the format made ambiguous. Ambiguous formats are refused when compiled.

import type { Draft } from './draft.ts';
import { unescapeValue } from './escapes.ts';
import { closingQuote } from './tokens.ts';

export interface Variable {
  name: string;
  /** Spaces inside the value (a time of `29/Sep/2021:14:11:34 +0200` has one). */
  spaces: number;
  /** The value may be a list joined with `, ` or ` : `. */
  list: boolean;
  /** The value is an address, so a colon may belong to it. */
  address: boolean;
  /** Character the value always begins with, which separates it from a variable right before it. */
  opens: string;
  /** `-` is a value of its own rather than "absent". */
  dashIsValue?: boolean;
  /** The value is the request line; empty, `-` and escapes mean something there. */
  wholeRequest?: boolean;
  /** strftime pattern of an Apache `%{…}t`. */
  timePattern?: string;
  set(draft: Draft, value: string): void;
}

export type Piece = { kind: 'literal'; text: string } | { kind: 'variable'; variable: Variable };

export type EscapeMode = 'default' | 'json' | 'none';

/** Throws an Error when two variables touch and nothing tells where one ends. */
export function checkPieces(pieces: readonly Piece[]): void {
  for (let i = 1; i < pieces.length; i++) {
    const before = pieces[i - 1] as Piece;
    const piece = pieces[i] as Piece;
    if (piece.kind === 'variable' && before.kind === 'variable' && piece.variable.opens === '') {
      throw new Error(
        `the log format has ${before.variable.name} directly followed by ${piece.variable.name}; put a separator between them`,
      );
    }
  }
}

/** Fills the draft from the line; false when the line does not have the shape of the template. */
export function matchTemplate(
  pieces: readonly Piece[],
  line: string,
  draft: Draft,
  mode: EscapeMode,
): boolean {
  let at = 0;
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i] as Piece;
    if (piece.kind === 'literal') {
      if (!line.startsWith(piece.text, at)) return false;
      at += piece.text.length;
      continue;
    }
    const end = valueEnd(pieces, i, line, at);
    if (end < at) return false;
    assign(piece.variable, line.slice(at, end), draft, mode);
    at = end;
  }
  return line.slice(at).trim() === '';
}

/** Gives one logged value to its variable, unless it is absent (`-` or empty). */
export function assign(variable: Variable, raw: string, draft: Draft, mode: EscapeMode): void {
  if (variable.wholeRequest === true) {
    draft.escapedRequest = mode === 'default';
    variable.set(draft, raw);
    return;
  }
  if (raw === '' || (raw === '-' && variable.dashIsValue !== true)) return;
  variable.set(draft, mode === 'default' ? unescapeValue(raw) : raw);
}

function valueEnd(pieces: readonly Piece[], index: number, line: string, at: number): number {
  const variable = (pieces[index] as { variable: Variable }).variable;
  const next = pieces[index + 1];
  if (next === undefined) return line.length;
  if (next.kind === 'variable') return beforeOpening(pieces, index, line, at);
  const before = pieces[index - 1];
  const quoted = before?.kind === 'literal' && before.text.endsWith('"') && next.text.startsWith('"');
  if (quoted) return quotedEnd(line, at, next.text);
  if (variable.address && next.text.startsWith(':')) return addressEnd(line, at);
  return plainEnd(variable, line, at, next.text);
}

/** Two variables touch: the first ends where the second's opening character stands, or where the field ends. */
function beforeOpening(pieces: readonly Piece[], index: number, line: string, at: number): number {
  let limit = line.length;
  let opening = '';
  for (let i = index + 1; i < pieces.length; i++) {
    const piece = pieces[i] as Piece;
    if (piece.kind === 'variable') {
      opening ||= piece.variable.opens;
      continue;
    }
    const end = line.indexOf(piece.text, at);
    if (end < 0) return -1;
    limit = end;
    break;
  }
  const cut = line.indexOf(opening, at);
  return cut < 0 || cut > limit ? limit : cut;
}

function quotedEnd(line: string, at: number, closing: string): number {
  const end = closingQuote(line, at);
  return line.startsWith(closing, end) ? end : line.indexOf(closing, end);
}

/** `2001:db8::1:443`: the last colon of the word belongs to the separator. */
function addressEnd(line: string, at: number): number {
  let end = at;
  while (end < line.length && !' "\t|;,]'.includes(line[end] as string) && end - at < 64) end++;
  const colon = line.lastIndexOf(':', end);
  return colon >= at ? colon : -1;
}

function plainEnd(variable: Variable, line: string, at: number, closing: string): number {
  let from = at;
  for (let skip = variable.spaces; skip > 0; skip--) {
    const space = line.indexOf(' ', from);
    if (space < 0) return -1;
    from = space + 1;
  }
  let end = line.indexOf(closing, from);
  if (!closing.startsWith(' ')) return end;
  while (
    variable.list &&
    end > at &&
    (line[end - 1] === ',' || line[end - 1] === ':' || line.startsWith(' : ', end))
  ) {
    end = line.indexOf(closing, end + 1);
  }
  return end;
}
