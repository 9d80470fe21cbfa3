import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { shared } from "./shared.ts";

/** docs/sparkplug.md, against the specification's assertions and against the tests that it names. */
const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/sparkplug.md", root), "utf8");
const rows = page.split("\n").flatMap((line) => {
  const match = /^\| `?([\w-]+)`? \| (.+) \|$/.exec(line);
  return match === null ? [] : [[match[1] ?? "", match[2] ?? ""] as const];
});
const keys = new Map(rows.filter(([name]) => !name.startsWith("tck-id-")));
const assertions = new Map(rows.filter(([name]) => name.startsWith("tck-id-")));
const specified = readFileSync(shared("data/sparkplug-spec/tck-assertions.tsv"), "utf8")
  .trimEnd()
  .split("\n")
  .slice(1)
  .map((line) => line.split("\t"));
const speaksOfHost = /host|ncmd|dcmd|rebirth|phid|-hid-|state/;

test("every assertion about a host is in the table, and nothing else", () => {
  const ofHost = specified.filter(
    ([id = "", , text = ""]) => text.includes("Host Application") || speaksOfHost.test(id),
  );
  expect(ofHost.length).toBeGreaterThan(100);
  expect([...assertions.keys()].sort()).toEqual(ofHost.map(([id]) => id).sort());
});

test("every assertion is held by a test, or has its reason", () => {
  for (const [id, held] of assertions) {
    for (const key of held.split(", ")) expect([id, key, keys.has(key)]).toEqual([id, key, true]);
  }
});

test("every test that is named is there", () => {
  const named = [...keys.values()].flatMap((words) => {
    const match = /^`(.+)`: ([^(]+)/.exec(words);
    return match === null ? [] : [[match[1] ?? "", match[2]?.trim() ?? ""] as const];
  });
  expect(named).toHaveLength(8);
  for (const [file, name] of named) {
    const code = readFileSync(new URL(file, root), "utf8");
    expect([file, name, code.includes(`"${name}"`)]).toEqual([file, name, true]);
  }
});
