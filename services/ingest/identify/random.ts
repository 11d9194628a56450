// Tells generated strings from names people chose: keys and tokens from `acme-partner-0001`.
// Always holds: linear time; a UUID is an id, not a secret. Does not promise: short keys, or keys made of words.

const SHORTEST = 16;
const LONGEST = 16_384;
/** Changes between digits, lower and upper case a name does not have. */
const CHANGES = 5;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Sixteen and more characters that change often between digits, lower case and upper case. */
export function looksRandom(text: string): boolean {
  if (text.length < SHORTEST || text.length > LONGEST || UUID.test(text)) return false;
  let changes = 0;
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const kind = c >= 48 && c <= 57 ? 1 : c >= 97 && c <= 122 ? 2 : c >= 65 && c <= 90 ? 3 : 0;
    if (kind === 0) continue;
    if (before !== 0 && kind !== before) changes++;
    before = kind;
  }
  return changes >= CHANGES;
}
