import { eq } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { cursors } from "./schema/cursors.ts";

const name = "mirror";

/** How many entries the log's second place held when that was last noted: those aren't lost with the database. */
export async function mirroredSize(tx: Tx): Promise<number> {
  const rows = await tx.select({ size: cursors.position }).from(cursors).where(eq(cursors.name, name));
  return rows[0]?.size ?? 0;
}

/** Notes how many entries are durable in the second place, so that processes know which don't see it. */
export async function saveMirroredSize(tx: Tx, size: number): Promise<void> {
  await tx
    .insert(cursors)
    .values({ name, position: size })
    .onConflictDoUpdate({ target: cursors.name, set: { position: size } });
}
