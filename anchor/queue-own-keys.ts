import { toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { Store } from "#store/connect.ts";
import { operatorLabel, queuedKeys } from "#store/own-keys.ts";
import { queueEntries } from "#store/pending-entries.ts";
import type { SigningKey } from "./keys.ts";

/**
 * Tells the log of the keys that sign its checkpoints and receipts, once; false while the network's operator, whose
 * keys they are, is not registered.
 */
export async function queueOwnKeys(
  store: Store,
  keys: { readonly log: SigningKey; readonly receipt: SigningKey },
  now: number,
): Promise<boolean> {
  return store.as({ role: "worker" }, async (tx) => {
    const label = await operatorLabel(tx);
    if (label === null) return false;
    const owner = streamOf(`urn:coldmark:organisation:${label}`);
    const known = await queuedKeys(tx, [keys.log.kid, keys.receipt.kid]);
    const entries = (["log", "receipt"] as const)
      .filter((role) => !known.has(keys[role].kid))
      .map((role) => ({
        subject: "urn:coldmark:keys",
        kind: "key",
        from: now,
        to: now,
        body: bodyOf(keys[role], role, owner, now),
      }));
    await queueEntries(tx, entries, now);
    return true;
  });
}

function bodyOf({ kid, publicKey }: SigningKey, role: "log" | "receipt", owner: string, from: number) {
  return { kid, alg: "Ed25519", publicKey: toHex(publicKey), owner, role, offline: false, from, until: null };
}
