/** Room that one short text after another is written into as bytes: where a million are hashed, making each costs more than its hash. */

const [minus, zero] = [0x2d, 0x30];
/** Safe integers are below 2^53, so that both parts of one fit into 31 bits. */
const part = 1e7;
const partDigits = 7;

/** Bytes in the making; it must be long enough for all that is put into it. */
export class JsonRoom {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0;
  }

  /** Puts one byte in. */
  byte(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  /** Puts bytes in. */
  bytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 1) this.byte(bytes[at] as number);
  }

  /** A safe integer in decimal digits, as JSON has it. */
  integer(value: number): void {
    const size = Math.abs(value);
    if (value < 0) this.byte(minus);
    const high = Math.floor(size / part);
    if (high > 0) this.#digits(high, 1);
    this.#digits(size - high * part, high > 0 ? partDigits : 1);
  }

  /** What was put in since it was cleared; it changes when more is put in. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #digits(value: number, digitsMin: number): void {
    let digits = digitsMin;
    for (let power = 10 ** digitsMin; value >= power; power *= 10) digits += 1;
    let left = value | 0;
    for (let at = this.#length + digits - 1; at >= this.#length; at -= 1) {
      const rest = (left / 10) | 0;
      this.#bytes[at] = zero + left - 10 * rest;
      left = rest;
    }
    this.#length += digits;
  }
}
