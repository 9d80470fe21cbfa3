import { setImmediate } from "node:timers/promises";
import type { InboxMessage } from "#store/inbox.ts";
import type { DecodedMessage } from "./decode-message.ts";

const unpackedBytesMax = 32 * 1024 * 1024;
/** So many signatures are checked beside this thread at a time; what they cover is unpacked after that. */
const decodedTogether = 32;
/** After so long at decoding, everything else gets its turn. */
const turnMs = 5;

/**
 * Decodes messages from the first on, as many as memory has room for, at least one: a few bytes of gzip may unpack to megabytes.
 * Signatures are checked beside this thread, and everything else on it has its turn every few milliseconds.
 */
export async function decodeWithin(
  messages: readonly InboxMessage[],
  decode: (message: InboxMessage) => DecodedMessage | Promise<DecodedMessage>,
): Promise<DecodedMessage[]> {
  const all: DecodedMessage[] = [];
  let begun: (DecodedMessage | Promise<DecodedMessage>)[] = [];
  let bytes = 0;
  let until = performance.now() + turnMs;
  for (const message of messages) {
    begun.push(decode(message));
    const isTurnOver = performance.now() >= until;
    if (begun.length < decodedTogether && !isTurnOver) continue;
    const decoded = await Promise.all(begun);
    begun = [];
    all.push(...decoded);
    bytes += unpackedBytesOf(decoded);
    if (bytes > unpackedBytesMax) return all;
    if (!isTurnOver) continue;
    await setImmediate();
    until = performance.now() + turnMs;
  }
  all.push(...(await Promise.all(begun)));
  return all;
}

function unpackedBytesOf(decoded: readonly DecodedMessage[]): number {
  return decoded.reduce((sum, one) => sum + (one.kind === "readings" ? one.unpackedBytes : 0), 0);
}
