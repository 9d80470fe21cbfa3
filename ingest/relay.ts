import type { InboxMessage } from "#store/inbox.ts";
import type { DecodedMessage } from "./decode-message.ts";

/** Anything about a message of the inbox. */
interface Relayed {
  readonly message: Pick<InboxMessage, "id" | "payload">;
  /** What was made of it; a few bytes may unpack to many. */
  readonly decoded?: DecodedMessage;
}

/**
 * Hands the inbox's messages from one of its readers to the next one in memory, so that they needn't be read back. What
 * doesn't fit is dropped, and what is held stays: a reader that fell behind has that much less to read from the records, where
 * everything is, and which costs twice as much.
 */
export interface Relay<Item extends Relayed> {
  /** Messages in order of id, of which the inbox holds none between `after` and the first, nor between two of them. */
  offer(after: number, items: readonly Item[]): void;
  /**
   * The messages that follow `position`, at most `limit`; none where it holds all that there is; null where memory can't tell.
   */
  take(position: number, limit: { readonly messages: number; readonly bytes: number }): Item[] | null;
}

const bytesMax = 32 * 1024 * 1024;
/** What a message takes in memory besides its payload. */
const overheadBytes = 600;

/**
 * For so long after something passed, an empty relay is taken at its word: who looked in the records at once would find what is
 * about to be offered, and read and decode all of it a second time.
 */
const trustedMs = 1_000;

/** Opens a relay between two readers of one process; `now` is any clock, in ms. */
export function openRelay<Item extends Relayed>(now: () => number = () => performance.now()): Relay<Item> {
  const items: Item[] = [];
  let after = 0;
  let bytes = 0;
  let isComplete = false;
  let passedAt = Number.NEGATIVE_INFINITY;
  /** Lets go of what the reader has already, as after it read the records. */
  const catchUp = (position: number) => {
    const keep = items.findIndex(({ message }) => message.id > position);
    const known = keep === -1 ? items.length : keep;
    for (const item of items.splice(0, known)) {
      bytes -= sizeOf(item);
      after = item.message.id;
    }
  };
  return {
    offer: (from, offered) => {
      const size = offered.reduce((n, item) => n + sizeOf(item), 0);
      const follows = items.length === 0 || items.at(-1)?.message.id === from;
      if (bytes + size > bytesMax || !follows) {
        isComplete = false; // the reader comes to the hole, reads the records, and what follows is new
        return;
      }
      if (items.length === 0) {
        after = from;
        isComplete = true;
      }
      passedAt = now();
      items.push(...offered);
      bytes += size;
    },
    take: (position, limit) => {
      if (after < position) catchUp(position);
      if (after !== position) return null;
      if (items.length === 0) return isComplete && now() - passedAt < trustedMs ? [] : null;
      passedAt = now();
      const taken = items.splice(0, countWithin(items, limit));
      for (const item of taken) bytes -= sizeOf(item);
      after = taken.at(-1)?.message.id ?? after;
      return taken;
    },
  };
}

function sizeOf({ message, decoded }: Relayed): number {
  const unpacked = decoded?.kind === "readings" ? decoded.unpackedBytes : 0;
  return Math.max(message.payload.length, unpacked) + overheadBytes;
}

function countWithin(
  items: readonly Relayed[],
  limit: { readonly messages: number; readonly bytes: number },
): number {
  let bytes = 0;
  const end = items.slice(0, limit.messages).findIndex((item, at) => {
    bytes += item.message.payload.length;
    return at > 0 && bytes > limit.bytes;
  });
  return end === -1 ? Math.min(items.length, limit.messages) : end;
}
