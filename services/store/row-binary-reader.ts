// Reads ClickHouse's RowBinary format: values one after another, without names or separators, in the order of the SELECT.
// Source: https://clickhouse.com/docs/interfaces/formats/RowBinary. Throws RangeError where the answer ends within a value.

const TWO_32 = 2 ** 32;

export class RowBinaryReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(answer: Buffer) {
    this.#buffer = answer;
  }

  /** Whether all is read. */
  get ended(): boolean {
    return this.#at >= this.#buffer.length;
  }

  /** String as UTF-8; also LowCardinality(String). */
  string(): string {
    const { start, end } = this.#span();
    return this.#buffer.toString('utf8', start, end);
  }

  /** String as bytes of their own: what it was read from may go. */
  bytes(): Uint8Array {
    const { start, end } = this.#span();
    return new Uint8Array(this.#buffer.subarray(start, end));
  }

  /** Int64 and UInt64; exact for safe integers. */
  int64(): number {
    const low = this.#buffer.readUInt32LE(this.#at);
    const high = this.#buffer.readInt32LE(this.#at + 4);
    this.#at += 8;
    return high * TWO_32 + low;
  }

  #span(): { start: number; end: number } {
    const length = this.#varint();
    const start = this.#at;
    const end = start + length;
    if (end > this.#buffer.length)
      throw new RangeError(`${length} bytes are announced, ${this.#buffer.length - start} are there`);
    this.#at = end;
    return { start, end };
  }

  /** Unsigned LEB128: lengths of strings. */
  #varint(): number {
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = this.#buffer.readUInt8(this.#at++);
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 128;
    }
  }
}
