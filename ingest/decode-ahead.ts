import { setImmediate } from "node:timers/promises";
import type { InboxMessage } from "#store/inbox.ts";
import { type DecodedMessage, readWhenChecked, type SignedMessage } from "./decode-message.ts";

/** A message with what it turned out to be. */
export interface Decoded {
  readonly message: InboxMessage;
  readonly decoded: DecodedMessage;
}

/** So many are begun in one turn, so that their signatures go to the thread that checks them in one batch. */
const begunTogether = 64;
/** So many are begun and not read: enough to keep that thread at work meanwhile. */
const underWayMax = 512;
const unpackedBytesMax = 32 * 1024 * 1024;
/** After so long at decoding, everything else gets its turn. */
const turnMs = 5;

/**
 * Decodes messages one after another, while the signatures of the next ones are checked. A few bytes of gzip may unpack to megabytes: so
 * much of it is ahead at most, and what a signature covers is unpacked in the message's turn. Everything else has its turn in between.
 */
export async function* decodeAhead(
  messages: readonly InboxMessage[],
  decode: (message: InboxMessage) => DecodedMessage | SignedMessage,
): AsyncGenerator<Decoded> {
  const begun: { readonly message: InboxMessage; readonly one: DecodedMessage | SignedMessage }[] = [];
  let bytes = 0;
  let until = performance.now() + turnMs;
  for (let next = 0; next < messages.length || begun.length > 0; ) {
    const end = Math.min(next + begunTogether, messages.length);
    for (; next < end && bytes <= unpackedBytesMax; next += 1) {
      const message = messages[next] as InboxMessage;
      const one = decode(message);
      begun.push({ message, one });
      bytes += bytesOf(one);
    }
    const isEnough = () => begun.length > underWayMax || bytes > unpackedBytesMax || next === messages.length;
    while (begun.length > 0 && isEnough()) {
      const { message, one } = begun.shift() as (typeof begun)[number];
      bytes -= bytesOf(one);
      yield { message, decoded: await readWhenChecked(one) };
      if (performance.now() < until) continue;
      await setImmediate();
      until = performance.now() + turnMs;
    }
    await setImmediate();
    until = performance.now() + turnMs;
  }
}

function bytesOf(one: DecodedMessage | SignedMessage): number {
  return "unpackedBytes" in one ? one.unpackedBytes : 0;
}
