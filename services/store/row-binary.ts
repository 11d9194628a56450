// Writes ClickHouse's RowBinary format: values one after another, without names or separators.
// Source: https://clickhouse.com/docs/interfaces/formats/RowBinary. The caller keeps the order of the columns.

const TWO_32 = 2 ** 32;
/** Strings up to this length are tried as ASCII first: most are, and a loop beats a call into the runtime. */
const SHORT = 48;

export class RowBinary {
  #buffer: Buffer;
  #length = 0;

  constructor(expectedBytes = 4096) {
    this.#buffer = Buffer.allocUnsafe(Math.max(64, expectedBytes));
  }

  get length(): number {
    return this.#length;
  }

  /** String, UTF-8, preceded by its length; also LowCardinality(String). */
  string(text: string): void {
    if (text.length <= SHORT && this.#ascii(text)) return;
    const length = Buffer.byteLength(text);
    this.varint(length);
    this.#reserve(length);
    this.#buffer.write(text, this.#length);
    this.#length += length;
  }

  /** FixedString of ASCII characters; throws RangeError when the text has another length. */
  fixedString(text: string, length: number): void {
    if (text.length !== length) throw new RangeError(`${text.length} characters, not ${length}`);
    this.#reserve(length);
    this.#buffer.write(text, this.#length, length, 'latin1');
    this.#length += length;
  }

  /** String of arbitrary bytes, preceded by its length. */
  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** UInt8 and Bool. */
  uint8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** Little endian, as all that follow. */
  uint16(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16LE(value, this.#length);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  /** Int64 and UInt64, exact for safe integers; DateTime64(3) as milliseconds since the epoch. */
  int64(value: number): void {
    this.#reserve(8);
    const high = Math.floor(value / TWO_32);
    this.#length = this.#buffer.writeUInt32LE(value - high * TWO_32, this.#length);
    this.#length = this.#buffer.writeInt32LE(high, this.#length);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  /** Nullable(T): whether it is null, and the value by `write` when it is not. */
  nullable<T>(value: T | null, write: (this: RowBinary, value: T) => void): void {
    this.uint8(value === null ? 1 : 0);
    if (value !== null) write.call(this, value);
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Unsigned LEB128: lengths of strings and arrays. */
  varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  /** Writes a short string if it is ASCII; false, and nothing written, if it is not. */
  #ascii(text: string): boolean {
    const { length } = text;
    this.#reserve(length + 1);
    const start = this.#length;
    const buffer = this.#buffer;
    buffer[start] = length;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      buffer[start + 1 + i] = code;
    }
    this.#length = start + 1 + length;
    return true;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
