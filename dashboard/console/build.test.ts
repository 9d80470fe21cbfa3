import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { consoleAsset } from "./assets.ts";
import { buildConsole, type ConsoleBuild } from "./build.ts";

let folder: string;
let built: ConsoleBuild;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coldmark-console-"));
  built = await buildConsole(pathToFileURL(`${folder}/`));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** All script that the first page loads. */
async function homeScript(): Promise<string> {
  const scripts = built.home.filter(({ name }) => name.endsWith(".js"));
  return (await Promise.all(scripts.map(({ name }) => text(name)))).join("\n");
}
const text = (name: string) => readFile(join(folder, name), "utf8");

it("the first page loads at most 155 kB gzipped, and no chart and no verifier", async () => {
  const total = built.home.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  expect(total).toBeGreaterThan(50_000);
  expect(total).toBeLessThanOrEqual(155_000);
  const script = await homeScript();
  for (const later of ["registerSubTypeDefaulter", "tlog-tiles", "CHAIN_UNREACHABLE"])
    expect(script.includes(later), later).toBe(false);
});

it("the page names built files that are served, and nothing from elsewhere", async () => {
  const html = await text("index.html");
  const names = [...html.matchAll(/\/console\/assets\/([^"]+)"/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThanOrEqual(2);
  for (const name of names) {
    expect(consoleAsset(name)).not.toBeNull();
    expect(built.home.map((file) => file.name)).toContain(name);
  }
  expect(html).not.toMatch(/https?:|<style|style=|onload=/);
});

it("keeps the words of both languages whole", async () => {
  const script = await homeScript();
  for (const word of ["冷藏柜", "worst first"]) expect(script.includes(word), word).toBe(true);
});
