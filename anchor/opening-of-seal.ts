import { toHex } from "#domain/log/bytes.ts";
import { sealDigest } from "#domain/log/chain-view.ts";
import { jobsAnchoredBetween } from "#store/anchor-jobs.ts";
import type { Tx } from "#store/connect.ts";
import type { Seal } from "#store/seals.ts";

const dayMs = 86_400_000;

/**
 * The head that a UTC day (number since 1970) ended with: the newest of our anchors of that day whose digest (hex) the contract
 * keeps. Null where none of ours is it.
 */
export async function openingOfSeal(tx: Tx, day: number, digest: string): Promise<Seal | null> {
  const jobs = await jobsAnchoredBetween(tx, day * dayMs, (day + 1) * dayMs);
  const seals = jobs.map(({ newSize, root, anchoredAt }) => {
    return { day, size: newSize, root, anchoredAt: anchoredAt ?? 0 };
  });
  return seals.find((seal) => sealDigest({ ...seal, root: toHex(seal.root) }) === digest) ?? null;
}
