const [minus, zero] = [0x2d, 0x30];
/** Safe integers are below 2^53, so that both parts of one fit into 31 bits. */
const part = 1e7;
const partDigits = 7;

/** Writes a safe integer in decimal digits, as JSON has it, from a place on; where it ends. A text of it takes twice as long. */
export function writeInteger(value: number, room: Uint8Array, start: number): number {
  let at = start;
  if (value < 0) room[at++] = minus;
  const size = Math.abs(value);
  const high = Math.floor(size / part);
  if (high > 0) at = writeDigits(high, 1, room, at);
  return writeDigits(size - high * part, high > 0 ? partDigits : 1, room, at);
}

function writeDigits(value: number, digitsMin: number, room: Uint8Array, start: number): number {
  let digits = digitsMin;
  for (let power = 10 ** digitsMin; value >= power; power *= 10) digits += 1;
  let left = value | 0;
  for (let at = start + digits - 1; at >= start; at -= 1) {
    const rest = (left / 10) | 0;
    room[at] = zero + left - 10 * rest;
    left = rest;
  }
  return start + digits;
}
