import { and, eq, gte } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { sentTransactions } from "./schema/sent-transactions.ts";

/** A transaction of ours, an anchor or a recall; `sentAt` in epoch ms, from when on it may have been sent. */
export type SentTransaction = typeof sentTransactions.$inferSelect;

/** Notes a transaction that is about to be sent, in place of another one of its nonce: only one of them can cost something. */
export async function saveTransaction(tx: Tx, sent: SentTransaction): Promise<void> {
  const { account, nonce } = sentTransactions;
  await tx
    .insert(sentTransactions)
    .values(sent)
    .onConflictDoUpdate({ target: [account, nonce], set: { rawTx: sent.rawTx, sentAt: sent.sentAt } });
}

/** What is noted under a nonce of an account, or null. */
export async function transactionUnder(
  tx: Tx,
  { account, nonce }: Pick<SentTransaction, "account" | "nonce">,
): Promise<SentTransaction | null> {
  const isIt = and(eq(sentTransactions.account, account), eq(sentTransactions.nonce, nonce));
  const rows = await tx.select().from(sentTransactions).where(isIt);
  return rows[0] ?? null;
}

/** Those that were sent since then, epoch ms. */
export async function transactionsSentSince(tx: Tx, since: number): Promise<SentTransaction[]> {
  return tx.select().from(sentTransactions).where(gte(sentTransactions.sentAt, since));
}
