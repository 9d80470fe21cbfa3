import { AppError } from "#domain/errors.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import type { Checkpoint } from "#domain/log/checkpoint.ts";
import { openHeldCheckpoint } from "#domain/log/held-checkpoint.ts";
import { parseTrust } from "#domain/log/parse-bundle.ts";
import { readNamedFile } from "./read-named-file.ts";

/** The flags of `coldmark verify`, as they were typed. */
export interface VerifyFlags {
  readonly trust?: string;
  readonly code?: string;
  readonly rpc?: string[];
  readonly offline?: boolean;
  readonly maxAge?: string;
  readonly checkpoint?: string;
  readonly tiles?: string;
  readonly replay?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The trust file that was named, or null. @throws AppError BAD_REQUEST naming the file where it is none */
export async function trustOf({ trust }: VerifyFlags): Promise<TrustFile | null> {
  if (trust === undefined) return null;
  const text = (await readNamedFile(trust)).toString("utf8");
  try {
    return parseTrust(text);
  } catch (fault) {
    throw new AppError("BAD_REQUEST", `${trust} is not a trust file: ${(fault as Error).message}`);
  }
}

/** The note that was named and the checkpoint in it, or null. @throws AppError BAD_REQUEST where the trust file's log did not sign it */
export async function heldOf(
  { checkpoint }: VerifyFlags,
  trust: TrustFile | null,
): Promise<{ note: string; held: Checkpoint } | null> {
  if (checkpoint === undefined) return null;
  if (trust === null)
    throw new AppError("BAD_REQUEST", "--checkpoint needs --trust: nobody else knows its key");
  const note = (await readNamedFile(checkpoint)).toString("utf8");
  return { note, held: openHeldCheckpoint(note, trust) };
}

/** The allowed age in ms. @throws AppError BAD_REQUEST */
export function maxAgeOf({ maxAge }: VerifyFlags): { maxAgeMs?: number } {
  if (maxAge === undefined) return {};
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(maxAge) ?? [];
  if (count === undefined || unit === undefined) {
    throw new AppError("BAD_REQUEST", "--max-age takes a number and s, m, h or d, such as 24h");
  }
  return { maxAgeMs: Number(count) * (unitsMs[unit] ?? 0) };
}

/** Refuses flags that would change nothing: whoever types one relies on it. @throws AppError BAD_REQUEST naming the flag */
export function requireFitting({ rpc, offline, maxAge, ...flags }: VerifyFlags): void {
  const isReplay = flags.replay !== undefined;
  const asksChain = rpc !== undefined && offline !== true;
  const unfit: readonly (readonly [boolean, string])[] = [
    [isReplay && flags.code !== undefined, "--code names a pack or equipment: --replay reads a whole log"],
    [
      isReplay && flags.tiles !== undefined,
      "--tiles joins a checkpoint to a bundle: --replay reads all itself",
    ],
    [
      isReplay && maxAge !== undefined && !asksChain,
      "--max-age needs --rpc here: only the chain tells a log's age",
    ],
    [!isReplay && flags.keyFile !== undefined, "--key-file is for --replay"],
    [!isReplay && flags.tiles !== undefined && flags.checkpoint === undefined, "--tiles needs --checkpoint"],
  ];
  const [found] = unfit.filter(([isUnfit]) => isUnfit);
  if (found !== undefined) throw new AppError("BAD_REQUEST", found[1]);
}
