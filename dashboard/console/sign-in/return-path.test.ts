import { expect, it } from "vitest";
import { returnPath } from "./return-path.ts";

it.each([
  ["/", "/"],
  ["/equipment/ab12?range=7d", "/equipment/ab12?range=7d"],
  ["//evil.example/x", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example/", "/"],
  ["javascript:alert(1)", "/"],
  ["/sign-in?to=%2F", "/"],
  [undefined, "/"],
  [12, "/"],
])("%s leads to %s", (wanted, path) => {
  expect(returnPath(wanted)).toBe(path);
});
