import type { Store } from "#store/connect.ts";
import { type InboxMessage, readInbox } from "#store/inbox.ts";

/** Which messages to read: `after` < id ≤ `upTo`. */
export interface InboxSpan {
  readonly after: number;
  readonly upTo: number;
  /** Where days that left the table were exported to. */
  readonly exportDir?: string;
}

const page = { limit: 5_000, maxBytes: 8 * 1024 * 1024 };

/** The inbox's messages in order of id, page by page; a page is never empty. */
export async function* readInboxMessages(
  store: Store,
  { after, upTo }: InboxSpan,
): AsyncIterable<InboxMessage[]> {
  let position = after;
  for (;;) {
    const messages = await store.as({ role: "worker" }, (tx) => readInbox(tx, { position, upTo, ...page }));
    const last = messages.at(-1);
    if (last === undefined) return;
    position = last.id;
    yield messages;
  }
}
