import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endOrphan } from "#anchor/chain/anvil-files.ts";
import { AppError } from "#domain/errors.ts";
import { lockFolder } from "#store/lock.ts";

const marker = "this-is-a-demo";

/**
 * Makes an empty folder for a demo; what an earlier demo left is deleted, anything else is not touched.
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
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  writeFileSync(join(folder, marker), "An earlier demo's files are deleted when the next one starts here.\n");
}
