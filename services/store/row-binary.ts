// Writes ClickHouse's RowBinary format: values one after another, without names or separators.
// Source: https://clickhouse.com/docs/interfaces/formats/RowBinary. The caller keeps the order of the columns.

export class RowBinary {
  #buffer: Buffer;
  #length = 0;

  constructor(expectedBytes = 4096) {
    this.#buffer = Buffer.allocUnsafe(Math.max(64, expectedBytes));
  }

  /** String, UTF-8, preceded by its length. */
  string(text: string): void {
    const length = Buffer.byteLength(text);
    this.#varint(length);
    this.#reserve(length);
    this.#buffer.write(text, this.#length);
    this.#length += length;
  }

  /** String of arbitrary bytes, preceded by its length. */
  bytes(value: Uint8Array): void {
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** Int64, little endian. */
  int64(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeBigInt64LE(BigInt(value), this.#length);
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Unsigned LEB128. */
  #varint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
