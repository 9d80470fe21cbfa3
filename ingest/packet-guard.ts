import type { Duplex } from "node:stream";

const longestHeader = 5;

/**
 * Watches the bytes a stream gives to its reader and destroys it at the first MQTT packet that says it is larger than
 * `maxBytes` (MQTT 3.1.1 §2.2.3), before its body is gathered in memory; aedes itself takes up to 256 MB.
 */
export function guardPacketSize(stream: Duplex, maxBytes: number): void {
  const isTooLarge = createScanner(maxBytes);
  const read = stream.read.bind(stream);
  stream.read = (size?: number) => {
    const chunk: unknown = read(size);
    if (!(chunk instanceof Uint8Array) || !isTooLarge(chunk)) return chunk;
    stream.destroy();
    return null;
  };
}

/** Follows packet boundaries over chunks: a type byte, a length of 1 to 4 bytes of 7 bits, then that many bytes. */
function createScanner(maxBytes: number): (chunk: Uint8Array) => boolean {
  let header = 0;
  let length = 0;
  let body = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (body > 0) {
        const step = Math.min(body, chunk.length - at);
        body -= step;
        at += step;
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      header += 1;
      if (header === 1) continue;
      length += (byte & 0x7f) * 128 ** (header - 2);
      if (length > maxBytes || header > longestHeader) return true;
      if ((byte & 0x80) !== 0) continue;
      body = length;
      header = 0;
      length = 0;
    }
    return false;
  };
}
