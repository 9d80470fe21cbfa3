import type { Tx } from "#store/connect.ts";
import { readCursors } from "#store/inbox.ts";
import { endsOfInboxDay } from "#store/inbox-days.ts";
import { checkpointsCovering, finalSize, isSealingUpTo, isUnsealedUpTo } from "#store/retention.ts";

/** No reading lies further in the future of its message (design §4). */
const futureMaxMs = 300_000;

/**
 * Why an old day can't leave the database yet, in words; null when nothing needs it there any more: both readers are past
 * it, what was sealed of its messages is final on chain, and no window that they may touch waits to be sealed.
 */
export async function reasonToKeep(tx: Tx, part: number, backdatingMs: number): Promise<string | null> {
  const ends = await endsOfInboxDay(tx, part);
  if (ends === null) return null;
  const { tracker, projector } = await readCursors(tx);
  if (tracker.position < ends.last) return "the tracker has not read all of it";
  if (projector.position < ends.last) return "the projector has not read all of it";
  const covering = (await checkpointsCovering(tx, ends.first, ends.last)).at(-1);
  if (covering === undefined || covering.inboxTo < ends.last) return "no checkpoint covers all of it";
  if ((await finalSize(tx)) < covering.size) return "the checkpoint that covers it is not final on chain";
  const lastTouched = ends.lastReceivedAt + futureMaxMs;
  if (await isSealingUpTo(tx, lastTouched)) return "windows of its time wait to be sealed again";
  if (await isUnsealedUpTo(tx, ends.lastReceivedAt, backdatingMs))
    return "windows of its time are not sealed";
  return null;
}
