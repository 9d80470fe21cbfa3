import { toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { leafHash, treeRoot } from "#domain/log/merkle.ts";
import { keyAlias } from "#domain/log/subjects.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store } from "#store/connect.ts";
import type { SourceMessage } from "#store/source-messages.ts";
import { readMissing } from "#store/window-sources.ts";

/** What one key of one boot of a gateway contributed to a window: its messages, and what is missing between them. */
export interface SourceBody {
  /** Alias of the gateway in the log. */
  readonly gateway: string;
  /** Alias of the key in the log; null where the messages were not signed. */
  readonly kid: string | null;
  readonly boot: number;
  readonly first: number;
  readonly last: number;
  readonly missing: readonly (readonly [number, number])[];
  /** RFC 9162 root over the SHA-256 of its raw messages, in order of sequence. */
  readonly root: string;
}

/** The subject whose stream is the alias of a gateway in the log. */
function gatewaySubject(gatewayId: string): string {
  return `urn:coldmark:gateway:${gatewayId}`;
}

/** The sources of a window by gateway, key and boot, in byte order of gateway and key. */
export async function sourcesOf(store: Store, messages: readonly SourceMessage[]): Promise<SourceBody[]> {
  const groups = Map.groupBy(messages, ({ gatewayId, kid, boot }) => JSON.stringify([gatewayId, kid, boot]));
  const sources = await Promise.all([...groups.values()].map((group) => sourceOf(store, group)));
  return sources.sort(byGatewayKeyAndBoot);
}

async function sourceOf(store: Store, group: readonly SourceMessage[]): Promise<SourceBody> {
  const messages = group.toSorted((a, b) => a.seq - b.seq);
  const [first, last] = [messages[0] as SourceMessage, messages.at(-1) as SourceMessage];
  const { tenantId, gatewayId, boot, kid } = first;
  const isWhole = last.seq - first.seq + 1 === messages.length;
  const range = { tenantId, gatewayId, boot, first: first.seq, last: last.seq };
  const missing = isWhole ? [] : await store.as({ role: "worker" }, (tx) => readMissing(tx, range));
  const root = toHex(
    treeRoot(
      messages.map(({ sha256 }) => leafHash(sha256, fastSha256)),
      fastSha256,
    ),
  );
  return {
    gateway: streamOf(gatewaySubject(gatewayId)),
    kid: keyAlias(kid),
    boot,
    first: first.seq,
    last: last.seq,
    missing,
    root,
  };
}

function byGatewayKeyAndBoot(a: SourceBody, b: SourceBody): number {
  if (a.gateway !== b.gateway) return a.gateway < b.gateway ? -1 : 1;
  if (a.kid !== b.kid) return (a.kid ?? "") < (b.kid ?? "") ? -1 : 1;
  return a.boot - b.boot;
}
