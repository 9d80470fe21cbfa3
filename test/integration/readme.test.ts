import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { settingsTable } from "#config";
import { coldmark } from "../support/service.ts";

const root = dirname(dirname(import.meta.dirname));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const readme = read("README.md");
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true }).map((name) => `docs/${name}`),
].filter((name) => name.endsWith(".md"));

/** The command of the launcher's own (`test`) and those that `--help` lists. */
let known: Set<string>;
beforeAll(async () => {
  const { stdout } = await coldmark(["--help"]);
  const listed = [...(stdout.split("Commands:")[1] ?? "").matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(
    ([, name]) => name,
  );
  const own = [...read("coldmark").matchAll(/if \[ "\$\{1:-\}" = (\w+) \]/g)].map(([, name]) => name);
  expect(own).toEqual(["test"]);
  known = new Set([...listed, ...own].map(String));
});

it("README's settings are those of the schema", () => {
  const [, table] = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(readme) ?? [];
  expect(table).toBe(settingsTable());
});

it.each(pages)("every command that %s names exists", (page) => {
  const text = read(page);
  const called = [...text.matchAll(/\.\/coldmark ([a-z][a-z-]*)/g)].map(([, name]) => String(name));
  const listed =
    page === "README.md"
      ? [...(/## Commands\n\n(.*)/.exec(text)?.[1]?.matchAll(/`([a-z][a-z-]*)`/g) ?? [])]
      : [];
  const named = new Set([...called, ...listed.map(([, name]) => String(name))]);
  if (page === "README.md") expect(named.size).toBeGreaterThan(5);
  expect([...named].filter((name) => !known.has(name))).toEqual([]);
});

it.each(pages)("every relative link of %s leads somewhere", (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => String(target));
  const relative = targets.filter((target) => !/^([a-z]+:|#)/.test(target));
  if (page === "README.md") expect(relative.length).toBeGreaterThan(2);
  const missing = relative.filter(
    (target) => !existsSync(join(root, dirname(page), target.split("#")[0] ?? "")),
  );
  expect(missing).toEqual([]);
});
