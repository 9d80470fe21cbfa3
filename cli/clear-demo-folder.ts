import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { endOrphan } from "#anchor/chain/anvil-files.ts";
import { AppError } from "#domain/errors.ts";
import { lockFolder } from "#store/lock.ts";

const marker = "this-is-a-demo";
const trash = ".earlier-";

/**
 * Makes an empty folder for a demo; what an earlier demo left is set aside at once and deleted meanwhile, anything else
 * is not touched. Resolves when the folder can be used.
 * @throws AppError DATA_LOCKED while a demo runs on it; BAD_SETTING when the folder holds other things
 */
export async function clearDemoFolder(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const isDemo = existsSync(join(folder, marker));
  if (!isDemo && readdirSync(folder).length > 0) {
    throw new AppError("BAD_SETTING", `${folder} is not empty and not a demo's; choose another --data`);
  }
  lockFolder(folder).release();
  // A demo that was killed leaves its chain running; without its note nobody could end it any more.
  await endOrphan(join(folder, "chain", "state.json"));
  const earlier = readdirSync(folder);
  writeFileSync(join(folder, marker), "An earlier demo's files are deleted when the next one starts here.\n");
  const aside = mkdtempSync(join(folder, trash));
  for (const name of earlier) {
    if (name !== marker && !name.startsWith(trash)) renameSync(join(folder, name), join(aside, name));
  }
  // What a start that was killed left half deleted goes with it; a rest that stays does no harm.
  for (const name of readdirSync(folder).filter((each) => each.startsWith(trash)))
    rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
}
