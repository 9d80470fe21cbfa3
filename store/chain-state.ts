import { eq } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { chainState } from "./schema/chain-state.ts";

const onlyRow = 1;

/** Which contract on which chain the log is anchored in; `deployedAt` is when we began to use it, epoch ms. */
export type ChainState = Omit<typeof chainState.$inferSelect, "id">;

/** The contract in use, or null before the first. */
export async function readChainState(tx: Tx): Promise<ChainState | null> {
  const rows = await tx.select().from(chainState).where(eq(chainState.id, onlyRow));
  if (rows[0] === undefined) return null;
  const { id: _, ...state } = rows[0];
  return state;
}

/** Notes the contract in use, in place of the one before. */
export async function saveChainState(tx: Tx, state: ChainState): Promise<void> {
  await tx
    .insert(chainState)
    .values({ id: onlyRow, ...state })
    .onConflictDoUpdate({ target: chainState.id, set: state });
}
