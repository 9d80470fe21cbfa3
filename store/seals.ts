import { desc } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { seals } from "./schema/seals.ts";

/** The head a UTC day (number since 1970) ended with: what opens the contract's seal. `anchoredAt` in epoch ms. */
export type Seal = typeof seals.$inferSelect;

/** The newest day whose seal is kept, or null. */
export async function newestSealedDay(tx: Tx): Promise<number | null> {
  const rows = await tx.select({ day: seals.day }).from(seals).orderBy(desc(seals.day)).limit(1);
  return rows[0]?.day ?? null;
}

/** Keeps the opening of a day's seal. */
export async function insertSeal(tx: Tx, seal: Seal): Promise<void> {
  await tx.insert(seals).values(seal).onConflictDoNothing();
}

/** Forgets all seals: the chain that kept them is gone (embedded chain only). */
export async function forgetSeals(tx: Tx): Promise<void> {
  await tx.delete(seals);
}
