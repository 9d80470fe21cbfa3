import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

const folder = join(dirname(import.meta.dirname), "peers");
const marker = join(folder, "node_modules", ".coldmark-setup");

/** A file in the peers' folder. */
export function peerFile(...parts: readonly string[]): string {
  return join(folder, ...parts);
}

/** Installs the peers' own packages where they are missing or stale. @throws Error with npm's words when that fails */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const wanted = createHash("sha256")
    .update(readFileSync(peerFile("package-lock.json")))
    .digest("hex");
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return;
  say("installing the peers' packages (Node-RED and others; once)");
  // npm must run under the Node that will run the packages.
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const options = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  await promisify(execFile)("npm", options, { cwd: folder, env: { ...process.env, PATH: path } });
  writeFileSync(marker, wanted);
}
