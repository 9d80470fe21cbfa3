/** Room that one short text after another is written into as bytes: where a million are hashed, making each costs more than its hash. */
import { writeInteger } from "./write-integer.ts";

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
    this.#length = writeInteger(value, this.#bytes, this.#length);
  }

  /** What was put in since it was cleared; it changes when more is put in. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
