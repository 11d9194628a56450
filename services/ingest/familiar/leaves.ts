// Takes a JSON text apart into its values, with their paths and places.
// Always holds: the leaves are all there is in it but keys, braces and blanks.
// Does not promise: to read every text. One with escapes, beyond ASCII, or with too many leaves gives null.

export interface Leaf {
  path: readonly string[];
  /** `word`: `true`, `false`, `null`, `{}` or `[]`. */
  kind: 'text' | 'number' | 'word';
  /** First character, after the quote of a text. */
  from: number;
  /** After the last character, where the quote of a text stands. */
  to: number;
}

export const MAX_LEAVES = 200;
const MAX_LENGTH = 16_384;
const READABLE = /^[\t\n\r\x20-\x5b\x5d-\x7e]*$/;
const NUMBER = /[-+.0-9eE]+/y;
const WORD = /true|false|null/y;
const BLANK = /[\t\n\r ]*/y;

/** What a JSON text consists of. */
export interface Taken {
  leaves: Leaf[];
  /** Names of all members. */
  keys: string[];
}

/** Null for a text that is no JSON, such as a line with a syslog header before it. */
export function takeApart(text: string): Taken | null {
  if (text.length > MAX_LENGTH || !READABLE.test(text) || !isJson(text)) return null;
  const leaves: Leaf[] = [];
  const keys: string[] = [];
  let at = 0;

  function blank(): void {
    BLANK.lastIndex = at;
    at += BLANK.exec(text)![0].length;
  }

  function value(path: readonly string[]): void {
    blank();
    const c = text[at];
    if (c === '{') members(path);
    else if (c === '[') elements(path);
    else if (c === '"') leaves.push({ path, kind: 'text', ...quoted() });
    else {
      const word = longest(WORD);
      const to = at + (word || longest(NUMBER));
      leaves.push({ path, kind: word > 0 ? 'word' : 'number', from: at, to });
      at = to;
    }
    blank();
  }

  function longest(pattern: RegExp): number {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0].length ?? 0;
  }

  function quoted(): { from: number; to: number } {
    const from = at + 1;
    const to = text.indexOf('"', from);
    at = to + 1;
    return { from, to };
  }

  function members(path: readonly string[]): void {
    const from = at++;
    blank();
    if (text[at] === '}') leaves.push({ path, kind: 'word', from, to: at + 1 });
    while (text[at] !== '}') {
      const { from, to } = quoted();
      blank();
      at++; // The colon.
      const key = text.slice(from, to);
      keys.push(key);
      value([...path, key]);
      if (text[at] === ',') at++;
      blank();
    }
    at++;
  }

  function elements(path: readonly string[]): void {
    const from = at++;
    blank();
    if (text[at] === ']') leaves.push({ path, kind: 'word', from, to: at + 1 });
    for (let i = 0; text[at] !== ']'; i++) {
      value([...path, String(i)]);
      if (text[at] === ',') at++;
      blank();
    }
    at++;
  }

  value([]);
  return leaves.length > MAX_LEAVES ? null : { leaves, keys };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
