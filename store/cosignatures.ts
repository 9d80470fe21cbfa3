import { desc, eq, lte } from "drizzle-orm";
import type { StoredCheckpoint } from "./checkpoints.ts";
import type { Tx } from "./connect.ts";
import { checkpoints } from "./schema/checkpoints.ts";
import { cosignatures } from "./schema/cosignatures.ts";

/** What a witness signed of one checkpoint. */
export type StoredCosignature = typeof cosignatures.$inferSelect;

/** What every reader of a note takes: 64 signatures, ours among them, and in a bundle so many characters (docs/verify.md). */
const linesMax = 63;
const noteLengthMax = 10_000;

/** Keeps a cosignature; a newer one of the same tree takes its place. */
export async function saveCosignature(tx: Tx, cosignature: StoredCosignature): Promise<void> {
  const { witness, size } = cosignatures;
  const { line, seenAt } = cosignature;
  await tx
    .insert(cosignatures)
    .values(cosignature)
    .onConflictDoUpdate({ target: [witness, size], set: { line, seenAt } });
}

/** A checkpoint's note with what witnesses signed of it so far, by their names. */
export async function cosignedNote(
  tx: Tx,
  { size, note }: Pick<StoredCheckpoint, "size" | "note">,
): Promise<string> {
  const rows = await tx
    .select({ line: cosignatures.line })
    .from(cosignatures)
    .where(eq(cosignatures.size, size))
    .orderBy(cosignatures.witness)
    .limit(linesMax);
  return rows.reduce((text, { line }) => {
    return text.length + line.length < noteLengthMax ? `${text}${line}\n` : text;
  }, note);
}

/** The newest size that a witness cosigned, 0 before the first. */
export async function newestCosigned(tx: Tx, witness: string): Promise<number> {
  const rows = await tx
    .select({ size: cosignatures.size })
    .from(cosignatures)
    .where(eq(cosignatures.witness, witness))
    .orderBy(desc(cosignatures.size))
    .limit(1);
  return rows[0]?.size ?? 0;
}

/** The newest checkpoint of at most this size, or null. */
export async function newestCheckpointWithin(tx: Tx, size: number): Promise<StoredCheckpoint | null> {
  const rows = await tx
    .select()
    .from(checkpoints)
    .where(lte(checkpoints.size, size))
    .orderBy(desc(checkpoints.size))
    .limit(1);
  return rows[0] ?? null;
}
