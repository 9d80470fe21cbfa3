import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "../..");
const parts = [
  "contracts",
  "domain",
  "test/support",
  "hardhat.config.ts",
  "vitest.config.ts",
  "package.json",
  "tsconfig.json",
];
const built = ["artifacts", "cache", "node_modules"];

/** A copy of what the contract's tests need, in a folder of its own where sources may be changed; `remove` ends it. */
export function copyProject(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-contract-"));
  for (const part of parts) {
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (from) => !built.includes(basename(from)),
    });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
