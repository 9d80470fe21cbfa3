import { setImmediate } from "node:timers/promises";
import type { InboxMessage } from "#store/inbox.ts";
import { type DecodedMessage, readWhenChecked, type SignedMessage } from "./decode-message.ts";

const unpackedBytesMax = 32 * 1024 * 1024;
/** So many messages are begun and not read: enough signatures to keep the thread that checks them at work meanwhile. */
const underWayMax = 512;
/** After so long at decoding, everything else gets its turn. */
const turnMs = 5;

/**
 * Decodes messages from the first on, as many as memory has room for, at least one: a few bytes of gzip may unpack to megabytes. What
 * waits for its signature counts too, and what that covers is unpacked in the message's turn. Everything else on this thread has its
 * turn every few milliseconds.
 */
export async function decodeWithin(
  messages: readonly InboxMessage[],
  decode: (message: InboxMessage) => DecodedMessage | SignedMessage,
): Promise<DecodedMessage[]> {
  const begun: (DecodedMessage | SignedMessage)[] = [];
  const all: DecodedMessage[] = [];
  let bytes = 0;
  let bytesBegun = 0;
  let until = performance.now() + turnMs;
  const takeNext = async (): Promise<void> => {
    const one = begun[all.length] as DecodedMessage | SignedMessage;
    const read = await readWhenChecked(one);
    all.push(read);
    bytesBegun -= bytesOf(one);
    bytes += bytesOf(read);
  };
  for (const message of messages) {
    if (bytes + bytesBegun > unpackedBytesMax) break;
    const one = decode(message);
    begun.push(one);
    bytesBegun += bytesOf(one);
    if (begun.length - all.length >= underWayMax) await takeNext();
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + turnMs;
  }
  while (all.length < begun.length && bytes <= unpackedBytesMax) await takeNext();
  return all;
}

function bytesOf(one: DecodedMessage | SignedMessage): number {
  return "unpackedBytes" in one ? one.unpackedBytes : 0;
}
