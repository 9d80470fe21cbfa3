import { setImmediate } from "node:timers/promises";
import type { InboxMessage } from "#store/inbox.ts";
import type { DecodedMessage } from "./decode-message.ts";

const unpackedBytesMax = 32 * 1024 * 1024;
/** So many signatures wait to be checked beside this thread: enough to keep its helpers at work while it does something else. */
const underWayMax = 48;
/** After so long at decoding, everything else gets its turn. */
const turnMs = 5;

/**
 * Decodes messages from the first on, as many as memory has room for, at least one: a few bytes of gzip may unpack to megabytes.
 * What a signature covers is unpacked once it is checked, so that those under way may come on top. Everything else on this thread
 * has its turn every few milliseconds.
 */
export async function decodeWithin(
  messages: readonly InboxMessage[],
  decode: (message: InboxMessage) => DecodedMessage | Promise<DecodedMessage>,
): Promise<DecodedMessage[]> {
  const begun: (DecodedMessage | Promise<DecodedMessage>)[] = [];
  const all: DecodedMessage[] = [];
  let bytes = 0;
  let until = performance.now() + turnMs;
  const takeNext = async (): Promise<void> => {
    const one = await (begun[all.length] as DecodedMessage | Promise<DecodedMessage>);
    all.push(one);
    bytes += one.kind === "readings" ? one.unpackedBytes : 0;
  };
  for (const message of messages) {
    if (bytes > unpackedBytesMax) break;
    const one = decode(message);
    begun.push(one);
    if (one instanceof Promise) one.catch(() => undefined); // told when it is taken
    if (begun.length - all.length >= underWayMax) await takeNext();
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + turnMs;
  }
  while (all.length < begun.length) await takeNext();
  return all;
}
