// Splits a text log line into fields: bare words, "quoted" fields and [bracketed] fields.
// Always holds: linear time; a quote inside a quoted field counts only when unescaped and followed by a separator.
// Does not promise: balanced quotes. An unclosed field runs to the end of the line.

export interface Token {
  /** Content without the quotes or brackets, escapes untouched. */
  text: string;
  kind: 'word' | 'quoted' | 'bracketed';
}

const MAX_TOKENS = 256;

export function tokenise(line: string, from = 0): Token[] {
  const tokens: Token[] = [];
  let i = from;
  while (i < line.length && tokens.length < MAX_TOKENS) {
    const c = line[i];
    if (c === ' ' || c === '\t') {
      i++;
      continue;
    }
    const end =
      c === '"' ? closingQuote(line, i + 1) : c === '[' ? closingBracket(line, i + 1) : wordEnd(line, i);
    if (c === '"' || c === '[') {
      tokens.push({ text: line.slice(i + 1, end), kind: c === '"' ? 'quoted' : 'bracketed' });
      i = end + 1;
    } else {
      tokens.push({ text: line.slice(i, end), kind: 'word' });
      i = end;
    }
  }
  return tokens;
}

/** Index of the quote that closes a field opened before `from`, or the line's length. */
export function closingQuote(line: string, from: number): number {
  let i = from;
  while (i < line.length) {
    const quote = line.indexOf('"', i);
    if (quote < 0) return line.length;
    if (!escaped(line, quote, from)) return quote;
    i = quote + 1;
  }
  return line.length;
}

/** Whether an odd number of backslashes stands before `at`. */
function escaped(line: string, at: number, from: number): boolean {
  let slashes = 0;
  for (let i = at - 1; i >= from && line[i] === '\\'; i--) slashes++;
  return slashes % 2 === 1;
}

function closingBracket(line: string, from: number): number {
  const close = line.indexOf(']', from);
  return close < 0 ? line.length : close;
}

function wordEnd(line: string, from: number): number {
  let i = from;
  while (i < line.length && line[i] !== ' ' && line[i] !== '\t') i++;
  return i;
}
