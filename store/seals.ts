import { asc, desc, gte } from "drizzle-orm";
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

/** The seals of this UTC day and later ones, oldest first. */
export async function sealsFrom(tx: Tx, day: number): Promise<Seal[]> {
  return tx.select().from(seals).where(gte(seals.day, day)).orderBy(asc(seals.day));
}

/** Forgets the seals of this UTC day and later ones: the chain took them back, and they are read anew. */
export async function forgetSealsFrom(tx: Tx, day: number): Promise<void> {
  await tx.delete(seals).where(gte(seals.day, day));
}

/** Forgets all seals: the chain that kept them is gone (the embedded chain, or another contract). */
export async function forgetSeals(tx: Tx): Promise<void> {
  await tx.delete(seals);
}
