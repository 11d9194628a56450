// Makes text that came from a log safe to show in a terminal: control characters, escape sequences and the invisible
// direction marks of Unicode are shown as `\u{…}` instead of obeyed (CWE-150).

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is for.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
