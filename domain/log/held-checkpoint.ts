/** A bundle held against a checkpoint that somebody got apart from it: an authority, by e-mail or as a QR code. */
import { AppError } from "../errors.ts";
import type { Proofs, TrustFile } from "./bundle.ts";
import { toHex } from "./bytes.ts";
import { logIdOf } from "./chain-view.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { compareTrees, type LogTree } from "./compare-trees.ts";
import { StreamFault } from "./open-streams.ts";
import type { ReadTiles } from "./tile.ts";

/**
 * The checkpoint of a signed note that the trust file's log made: what a bundle is to be held against. Mail may have
 * bent its line ends.
 * @throws AppError BAD_REQUEST where it is no such note, with KEY_UNKNOWN, BAD_SIGNATURE or MALFORMED in its words
 */
export function openHeldCheckpoint(note: string, trust: TrustFile): Checkpoint {
  const lines = note.replaceAll("\r\n", "\n");
  const opened = openCheckpoint(lines.endsWith("\n") ? lines : `${lines}\n`, trust.logKeys);
  if ("error" in opened) throw new AppError("BAD_REQUEST", `the checkpoint can't be used: ${opened.error}`);
  if (logIdOf(opened.origin) !== trust.logId.toLowerCase())
    throw new AppError("BAD_REQUEST", "the checkpoint can't be used: it is of another log");
  return opened;
}

/**
 * A check, for `verifyBundle`, that the tree of a bundle and the held one are one history. Sizes that are alike, or a day of
 * the bundle of that size, need nothing else: all that a bundle shows was compared with its days. Else the log's tiles must
 * show it. It rejects with StreamFault: FORK_DETECTED where they are two histories, ANCHOR_UNPROVED where nobody can tell.
 */
export function checkHeld(
  held: LogTree,
  readTiles?: ReadTiles,
): (bundle: Pick<Proofs, "days">, newest: LogTree) => Promise<void> {
  return (bundle, newest) => compareHeld(bundle, newest, held, readTiles);
}

async function compareHeld(
  bundle: Pick<Proofs, "days">,
  newest: LogTree,
  held: LogTree,
  readTiles: ReadTiles | undefined,
): Promise<void> {
  const day = bundle.days.find(({ size }) => BigInt(size) === held.size);
  const alike = day === undefined ? newest.size === held.size : true;
  const root = day?.root ?? toHex(newest.root);
  if (alike && root === toHex(held.root)) return;
  if (alike) throw forked(held);
  const [older, newer] = newest.size < held.size ? ["bundle", "checkpoint"] : ["checkpoint", "bundle"];
  if (readTiles === undefined)
    throw unproved(
      `the ${older} is older than the ${newer}: only the log's tiles show that one goes on from the other`,
    );
  const found = await compareTrees(newest, held, readTiles);
  if (found === "forked") throw forked(held);
  if (found === "unproved")
    throw unproved(`the tiles do not show that the ${newer} goes on from the ${older}`);
}

function forked({ size }: LogTree): StreamFault {
  return new StreamFault(
    "FORK_DETECTED",
    `the checkpoint of size ${size} is of another history than the bundle`,
  );
}

function unproved(reason: string): StreamFault {
  return new StreamFault("ANCHOR_UNPROVED", reason);
}
