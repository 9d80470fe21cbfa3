import { sha256 } from "@noble/hashes/sha2.js";
import { equalBytes, toHex } from "#domain/log/bytes.ts";
import type { Store } from "#store/connect.ts";
import { type InboxMessage, readInbox } from "#store/inbox.ts";
import { GrowingRoot } from "../growing-root.ts";
import type { HeadsBody } from "../plan-checkpoint.ts";
import type { Finding } from "./finding.ts";

const page = { limit: 5_000, maxBytes: 16 * 1024 * 1024 };

/** Hashes every message of the inbox again and compares with the roots that heads entries sealed. */
export async function auditInbox(store: Store, ranges: readonly HeadsBody["inbox"][]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const range of ranges) {
    const root = new GrowingRoot();
    for await (const message of messagesOf(store, range)) {
      const hash = sha256(message.payload);
      root.add(hash);
      if (!equalBytes(hash, message.sha256))
        findings.push(changed(`message ${message.id} is not what was received`));
    }
    if (toHex(root.root()) === range.root && root.size === range.count) continue;
    const words = `the messages ${range.from} to ${range.to} are not those that were sealed`;
    findings.push(changed(`${words}: ${root.size} of ${range.count} are there`));
  }
  return findings;
}

async function* messagesOf(
  store: Store,
  { from, to }: { from: number; to: number },
): AsyncGenerator<InboxMessage> {
  for (let position = from - 1; position < to; ) {
    const messages = await store.as({ role: "worker" }, (tx) =>
      readInbox(tx, { position, upTo: to, ...page }),
    );
    yield* messages;
    position = messages.at(-1)?.id ?? to;
  }
}

function changed(detail: string): Finding {
  return { kind: "INBOX_CHANGED", equipment: null, window: null, detail };
}
