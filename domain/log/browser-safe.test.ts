import { readdirSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { leafHash, treeRoot } from "./merkle.ts";

const room = import.meta.dirname;
const modules = readdirSync(room).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
/** What the log's code may find around it; a browser has all of it, also on plain http. */
const around = { TextEncoder, TextDecoder, atob, btoa, URL, structuredClone };

/** The modules as one script for a browser; fails where any of them, or what it imports, asks for a part of Node. */
async function scriptOf(contents: string): Promise<string> {
  const stdin = { contents, resolveDir: room, loader: "ts" } as const;
  const options = {
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    globalName: "log",
  } as const;
  const { outputFiles } = await build({ ...options, stdin, target: "es2022", logLevel: "silent" });
  return outputFiles[0]?.text ?? "";
}

it("runs where there is no Node: every module of the log loads, and a proof is checked", async () => {
  const names = modules.map((name, at) => `export * as m${at} from ${JSON.stringify(`./${name}`)};`);
  const script = await scriptOf([...names, 'export * as merkle from "./merkle.ts";'].join("\n"));
  const context = createContext({ ...around });
  runInContext(script, context);
  const leaves = [1, 2, 3].map((byte) => leafHash(Uint8Array.of(byte)));
  const claim = {
    index: 2,
    size: 3,
    leafHash: leaves[2],
    proof: [treeRoot(leaves.slice(0, 2))],
    root: treeRoot(leaves),
  };
  Object.assign(context, { claim });
  expect(runInContext("log.merkle.verifyInclusion(claim)", context)).toBe(true);
  expect(runInContext("log.merkle.verifyInclusion({ ...claim, index: 1 })", context)).toBe(false);
  expect(modules).toContain("verify.ts");
});

it.each([
  'import "node:fs";',
  'import { hash } from "node:crypto"; hash("sha256", "");',
  'export { Mirror } from "../../anchor/mirror.ts";',
])("would not be built with %s", async (line) => expect(scriptOf(line)).rejects.toThrow("node:"));

it("would stop where a module asks for Node's globals", async () => {
  const script = await scriptOf(
    "export const home = process.env.HOME; export const bytes = Buffer.from('');",
  );
  expect(() => runInContext(script, createContext({ ...around }))).toThrow(/not defined/);
});
