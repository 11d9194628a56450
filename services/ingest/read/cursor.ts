// Reads the JSON that JSON.stringify writes, byte by byte and in an order known beforehand: keys, texts, numbers, null.
// Always holds: what is read is what JSON.parse of the same bytes would give; at the first byte that is not as expected the
// cursor has failed, and stays so. Does not promise: to read all of JSON. Escapes, exponents, minus signs, numbers of more
// than 15 digits and blanks make it fail, so that whoever uses it asks JSON.parse.

import { createTexts } from './texts.ts';

/** Decoding in place, without what toString() checks at each call. Node has both, its types do not. */
export interface Bytes extends Buffer {
  latin1Slice(from: number, to: number): string;
  utf8Slice(from: number, to: number): string;
}

/** Bytes that must stand there, as 32-bit words; the last word overlaps the one before. Fewer than four make a byte each. */
export interface Expected {
  readonly length: number;
  readonly words: Int32Array;
}

const QUOTE = 34;
const COMMA = 44;
const CLOSING_BRACKET = 93;
const STOP = 0;
const PLAIN = 1;
const WIDE = 2;
/** What a byte is within a text: PLAIN as it stands, WIDE a part of a character beyond ASCII, else the text ends or is unusual. */
const KIND = Uint8Array.from({ length: 256 }, (_, c) =>
  c >= 128 ? WIDE : c < 32 || c === QUOTE || c === 92 ? STOP : PLAIN,
);
const NULL = expected('null');
const TRUE = expected('true');
const FALSE = expected('false');
/** Exact as doubles, as is every number of at most 15 digits: their quotient is the double that is nearest (Clinger 1990). */
const POWERS = Array.from({ length: 16 }, (_, digits) => 10 ** digits);
const MOST_DIGITS = 15;

/** `text` is ASCII. */
export function expected(text: string): Expected {
  const bytes = Buffer.from(text, 'latin1');
  if (bytes.length < 4) return { length: bytes.length, words: Int32Array.from(bytes) };
  const count = Math.ceil(bytes.length / 4);
  const words = Int32Array.from({ length: count }, (_, i) =>
    bytes.readInt32LE(i === count - 1 ? bytes.length - 4 : 4 * i),
  );
  return { length: bytes.length, words };
}

export class Cursor {
  /** Everything the value lies in, so that messages of one fetch share it; positions are those of `memory`. */
  memory = Buffer.alloc(0) as Bytes;
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  end = 0;
  failed = false;
  private readonly texts = createTexts();

  open(value: Buffer): void {
    if (value.buffer !== this.memory.buffer) {
      this.memory = Buffer.from(value.buffer) as Bytes;
      this.view = new DataView(value.buffer);
    }
    this.at = value.byteOffset;
    this.end = value.byteOffset + value.length;
    this.failed = false;
  }

  /** Lets go of the memory. */
  close(): void {
    this.memory = Buffer.alloc(0) as Bytes;
    this.view = new DataView(new ArrayBuffer(0));
  }

  fail(): void {
    this.failed = true;
    this.at = this.end;
  }

  /** Whether exactly these bytes come next. */
  comes({ words, length }: Expected): boolean {
    const { at, view } = this;
    if (at + length > this.end) return false;
    if (length < 4) return this.shortComes(words);
    const last = words.length - 1;
    for (let i = 0; i < last; i++) if (view.getInt32(at + 4 * i, true) !== words[i]) return false;
    return view.getInt32(at + length - 4, true) === words[last];
  }

  private shortComes(bytes: Int32Array): boolean {
    for (let i = 0; i < bytes.length; i++) if (this.memory[this.at + i] !== bytes[i]) return false;
    return true;
  }

  skip(bytes: Expected): void {
    if (this.comes(bytes)) this.at += bytes.length;
    else this.fail();
  }

  /** Passes these bytes if they come next. */
  passes(bytes: Expected): boolean {
    if (!this.comes(bytes)) return false;
    this.at += bytes.length;
    return true;
  }

  /** A byte of ASCII that comes next. */
  next(code: number): boolean {
    return this.at < this.end && this.memory[this.at] === code;
  }

  passesByte(code: number): boolean {
    if (!this.next(code)) return false;
    this.at++;
    return true;
  }

  skipByte(code: number): void {
    if (!this.passesByte(code)) this.fail();
  }

  /** A text; the opening quote was part of the key, the closing quote is part of the next one. */
  text(): string {
    const { memory, at } = this;
    let to = at;
    while (KIND[memory[to]!] === PLAIN) to++;
    if (memory[to] !== QUOTE || to >= this.end) return this.wideText();
    this.at = to;
    return to === at ? '' : memory.latin1Slice(at, to);
  }

  /** A text that is likely to come again: one that came before is the same string, with its hash known. */
  repeated(): string {
    const { memory, at } = this;
    let to = at;
    let hash = 0;
    for (let c = memory[to]!; KIND[c] === PLAIN; c = memory[++to]!) hash = (Math.imul(hash, 31) + c) | 0;
    if (memory[to] !== QUOTE || to >= this.end) return this.wideText();
    this.at = to;
    return to === at ? '' : this.texts.of(memory, at, to, hash);
  }

  private wideText(): string {
    const { memory, at } = this;
    let to = at;
    while (to < this.end && KIND[memory[to]!] !== STOP) to++;
    if (to >= this.end || memory[to] !== QUOTE) {
      this.fail();
      return '';
    }
    this.at = to;
    return memory.utf8Slice(at, to);
  }

  /** A whole number without sign. */
  whole(): number {
    const { memory } = this;
    const from = this.at;
    let to = from;
    let value = 0;
    for (let c = memory[to]!; c >= 48 && c <= 57; c = memory[++to]!) value = value * 10 + c - 48;
    const digits = to - from;
    if (digits === 0 || digits > MOST_DIGITS || to > this.end || (memory[from] === 48 && digits > 1))
      this.fail();
    else this.at = to;
    return value;
  }

  /** A number without sign and exponent. */
  quantity(): number {
    const from = this.at;
    let value = this.whole();
    if (!this.next(46)) return value;
    const { memory } = this;
    const point = this.at;
    let to = point + 1;
    for (let c = memory[to]!; c >= 48 && c <= 57; c = memory[++to]!) value = value * 10 + c - 48;
    const digits = to - point - 1;
    if (digits === 0 || to - from - 1 > MOST_DIGITS || to > this.end) this.fail();
    else this.at = to;
    return value / POWERS[digits]!;
  }

  quantityOrNull(): number | null {
    return this.passes(NULL) ? null : this.quantity();
  }

  truth(): boolean {
    if (this.passes(TRUE)) return true;
    this.skip(FALSE);
    return false;
  }

  /** Null, or a text with its quotes. */
  textOrNull(): string | null {
    return this.opens() ? this.closed(this.text()) : null;
  }

  repeatedOrNull(): string | null {
    return this.opens() ? this.closed(this.repeated()) : null;
  }

  /** Texts with their quotes up to the closing bracket, which is part of the next key. */
  list(): string[] {
    const texts: string[] = [];
    if (this.next(CLOSING_BRACKET)) return texts;
    do {
      this.skipByte(QUOTE);
      texts.push(this.repeated());
      this.skipByte(QUOTE);
    } while (this.passesByte(COMMA));
    return texts;
  }

  /** Passes an opening quote, or null. */
  private opens(): boolean {
    if (this.passesByte(QUOTE)) return true;
    this.skip(NULL);
    return false;
  }

  private closed(text: string): string {
    this.skipByte(QUOTE);
    return text;
  }
}
