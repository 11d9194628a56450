// Tells log lines from a JSON document by the first bytes of the input.
// Always holds: the verdict depends on the bytes only, not on how they arrive; it is reached within 4 KiB.

export type Shape =
  | { kind: 'lines' }
  /** A JSON document; `start` is the offset of the first byte after the opening bracket (of the first `{` for objects). */
  | { kind: 'array' | 'records' | 'objects'; start: number };

const LIMIT = 4096;
const SPACE = /[ \t\r\n]/;
const LINES: Shape = { kind: 'lines' };

/**
 * `[{` opens an array of records, `{"Records":[` a CloudTrail file, `{` and a line break pretty-printed objects;
 * everything else is lines, also Envoy's `[2024-…`. Null: more bytes are needed.
 */
export function sniffShape(head: Buffer, ended: boolean): Shape | null {
  const shape = look(head.toString('latin1', 0, LIMIT));
  return shape ?? (ended || head.length >= LIMIT ? LINES : null);
}

function look(text: string): Shape | null {
  let at = skipSpace(text, 0);
  if (at === text.length) return null;
  if (text[at] === '[') {
    const next = skipSpace(text, at + 1);
    if (next === text.length) return null;
    return text[next] === '{' || text[next] === ']' ? { kind: 'array', start: at + 1 } : LINES;
  }
  if (text[at] !== '{') return LINES;
  const open = at;
  at = skipSpace(text, at + 1);
  const broken = text.slice(open, at).includes('\n');
  for (const token of ['"Records"', ':', '[']) {
    const given = text.slice(at, at + token.length);
    if (given !== token) {
      if (given.length < token.length && token.startsWith(given)) return null;
      return broken ? { kind: 'objects', start: open } : LINES;
    }
    at = skipSpace(text, at + token.length);
    if (token === '[') return { kind: 'records', start: text.lastIndexOf('[', at - 1) + 1 };
  }
  return LINES;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.test(text[at]!)) at++;
  return at;
}
