import { gte } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { sentRevocations } from "./schema/sent-revocations.ts";

/** A transaction that tells the contract of a recall; `sentAt` in epoch ms. */
export type SentRevocation = typeof sentRevocations.$inferSelect;

/** Notes a transaction that is about to be sent, in place of another one of its nonce: only one of them can cost something. */
export async function saveRevocation(tx: Tx, sent: SentRevocation): Promise<void> {
  const { account, nonce } = sentRevocations;
  await tx
    .insert(sentRevocations)
    .values(sent)
    .onConflictDoUpdate({ target: [account, nonce], set: { rawTx: sent.rawTx, sentAt: sent.sentAt } });
}

/** Those that were sent since then, epoch ms. */
export async function revocationsSentSince(tx: Tx, since: number): Promise<SentRevocation[]> {
  return tx.select().from(sentRevocations).where(gte(sentRevocations.sentAt, since));
}
