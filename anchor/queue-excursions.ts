import type { Store } from "#store/connect.ts";
import { markTold, readUntoldExcursions } from "#store/excursion-queue.ts";
import { queueEntries } from "#store/pending-entries.ts";
import { equipmentSubject } from "./equipment-rosters.ts";

const excursionsPerTick = 500;

/** Queues an urgent entry for every excursion that the log was not told of yet; gives their number. */
export async function queueExcursions(store: Store, now: number): Promise<number> {
  return store.as({ role: "worker" }, async (tx) => {
    const untold = await readUntoldExcursions(tx, excursionsPerTick);
    const entries = untold.map(
      ({ label, point, direction, fromTs, extremeMilliC, limitMilliC, detectedAt }) => ({
        subject: equipmentSubject(label),
        kind: "excursion",
        from: fromTs,
        to: Math.max(fromTs, detectedAt),
        body: { point, direction, at: fromTs, extremeMilliC, limitMilliC },
        urgent: true,
      }),
    );
    await queueEntries(tx, entries, now);
    for (const excursion of untold) await markTold(tx, excursion);
    return untold.length;
  });
}
