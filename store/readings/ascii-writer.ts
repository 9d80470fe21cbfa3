/** ASCII text, written piece by piece into one piece of memory that is used again. */
export interface AsciiWriter {
  /** How much is written. */
  length(): number;
  write(text: string): void;
  /** A whole number up to 2^53, in decimal. */
  writeWhole(value: number): void;
  /** Takes back all but the first `length` characters. */
  cutTo(length: number): void;
  text(): string;
}

const zero = 0x30;
const minus = 0x2d;
/** Below this a number's digits are found in 32-bit arithmetic. */
const smallBelow = 1e9;
const million = 1e6;

/**
 * Opens an empty writer. A text that grows by pieces is a chain of as many objects, each to be collected, and all of them walked when
 * the text is sent: half a kilobyte a line of InfluxDB's, against none.
 */
export function openAsciiWriter(): AsciiWriter {
  let bytes = Buffer.allocUnsafeSlow(64 * 1024);
  let end = 0;
  const makeRoom = (more: number): void => {
    if (end + more <= bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (end + more));
    larger.set(bytes);
    bytes = larger;
  };
  const writeDigits = (value: number, count: number): void => {
    let left = value;
    for (let at = end + count - 1; at >= end; at -= 1) {
      const rest = (left / 10) | 0;
      bytes[at] = zero + left - rest * 10;
      left = rest;
    }
    end += count;
  };
  const writeNatural = (value: number): void => {
    if (value < smallBelow) writeDigits(value, digitsOf(value));
    else {
      const high = Math.floor(value / million);
      writeNatural(high);
      writeDigits(value - high * million, 6);
    }
  };
  return {
    length: () => end,
    write: (text) => {
      makeRoom(text.length);
      const own = bytes;
      const start = end;
      for (let at = 0; at < text.length; at += 1) own[start + at] = text.charCodeAt(at);
      end = start + text.length;
    },
    writeWhole: (value) => {
      makeRoom(17);
      if (value < 0) {
        bytes[end] = minus;
        end += 1;
      }
      writeNatural(Math.abs(value));
    },
    cutTo: (length) => {
      end = length;
    },
    text: () => bytes.toString("latin1", 0, end),
  };
}

function digitsOf(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count += 1;
  return count;
}
