import { expect, it } from "vitest";
import { logState } from "./log-state.ts";

const well = { hasContract: true, hasAnchor: true, chainWord: "up", isForked: false, isLate: false } as const;

it.each([
  ["anchored", {}],
  ["behind", { isLate: true }],
  ["behind", { hasAnchor: false }],
  ["behind", { hasAnchor: false, chainWord: null }],
  ["fork", { chainWord: "fork", isLate: true }],
  ["fork", { chainWord: null, isForked: true }],
  ["no-chain", { chainWord: "absent" }],
  ["no-chain", { hasContract: false, hasAnchor: false }],
  ["unknown", { chainWord: null }],
  ["unknown", { chainWord: "down" }],
  ["unknown", { chainWord: "disagree" }],
  ["behind", { chainWord: "costly", isLate: true }],
  ["behind", { chainWord: null, isLate: true }],
] as const)("the log is %s with %o", (state, change) => {
  expect(logState({ ...well, ...change })).toBe(state);
});
