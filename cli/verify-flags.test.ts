import { expect, it } from "vitest";
import { requireFitting } from "./verify-flags.ts";

const rpc = ["http://127.0.0.1:1"];

it.each([
  ["--code", { replay: "log", code: "(01)06901234567892" }],
  ["--tiles", { replay: "log", tiles: "tiles", checkpoint: "note" }],
  ["--max-age", { replay: "log", maxAge: "24h" }],
  ["--max-age", { replay: "log", maxAge: "24h", rpc, offline: true }],
  ["--key-file", { keyFile: "key" }],
  ["--tiles", { tiles: "tiles" }],
])("a flag that would change nothing is refused by its name: %s", (name, flags) => {
  expect(() => requireFitting(flags)).toThrow(name);
});

it.each([
  [{ code: "(01)06901234567892", maxAge: "24h" }],
  [{ tiles: "tiles", checkpoint: "note" }],
  [{ replay: "log", maxAge: "24h", rpc, keyFile: "key", checkpoint: "note" }],
])("flags that fit each other pass: %j", (flags) => {
  expect(() => requireFitting(flags)).not.toThrow();
});
