import { toHex } from "#domain/log/bytes.ts";
import type { Tx } from "#store/connect.ts";
import { insertSeal, newestSealedDay, type Seal } from "#store/seals.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { decodeSeals, encodeSeals } from "./contract.ts";
import { openingOfSeal } from "./opening-of-seal.ts";

const dayMs = 86_400_000;
/** As many as the contract answers for at once. */
const daysMax = 400;

/**
 * Keeps the opening of every seal that the contract stored since the last one we know, by reading the digests back: the
 * head a day ended with is the newest of our anchors of that day whose digest it is. `until`: the newest head's time.
 */
export async function mirrorSeals(log: AnchoredLog, until: number): Promise<void> {
  const toDay = Math.floor(until / dayMs);
  const known = await log.store.as({ role: "worker" }, newestSealedDay);
  const fromDay = Math.max(known === null ? 0 : known + 1, toDay - daysMax + 1);
  if (fromDay > toDay) return;
  const answer = await log.chain.rpc("eth_call", [
    { to: log.contract, data: encodeSeals(log.logId, fromDay, toDay) },
    "latest",
  ]);
  for (const [at, digest] of decodeSeals(String(answer)).entries()) {
    if (digest === null) continue;
    const day = fromDay + at;
    const seal = await log.store.as({ role: "worker" }, (tx) => keepSeal(tx, day, toHex(digest)));
    if (seal === null)
      log.log.error({ day }, "the chain holds a seal that none of our anchors of that day explains");
  }
}

async function keepSeal(tx: Tx, day: number, digest: string): Promise<Seal | null> {
  const seal = await openingOfSeal(tx, day, digest);
  if (seal !== null) await insertSeal(tx, seal);
  return seal;
}
