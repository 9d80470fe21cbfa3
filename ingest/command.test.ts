import { ed25519 } from "@noble/curves/ed25519.js";
import { expect, it } from "vitest";
import { openCommand } from "#demo/command.ts";
import { makeCommand, rangesInCommand } from "./command.ts";
import type { SeqRange } from "./find-holes.ts";

const key = { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) };
const known = [{ kid: key.kid, publicKey: ed25519.getPublicKey(key.privateKey) }];
const asked = { counter: 3, time: 1_800_000_000_000, boot: 7, ranges: [[5, 7]] as const };
const textOf = ({ payload }: { payload: Uint8Array }) => Buffer.from(payload).toString("utf8");

it("is what a gateway obeys, on its own topic only and under a key it knows", () => {
  const { topic, payload } = makeCommand("gw-1", asked, key);
  expect(topic).toBe("coldmark/v1/gw-1/command");
  expect(openCommand(topic, payload, known)).toMatchObject({ counter: 3, boot: 7, ranges: [[5, 7]] });
  expect(openCommand("coldmark/v1/gw-2/command", payload, known)).toBeNull();
  expect(openCommand(topic, payload, [])).toBeNull();
  const stranger = makeCommand("gw-1", asked, { ...key, privateKey: new Uint8Array(32).fill(8) });
  expect(openCommand(topic, stranger.payload, known)).toBeNull();
});

it.each([
  ["another range", '"ranges":[[5,7]]', '"ranges":[[5,8]]'],
  ["another counter", '"counter":3', '"counter":4'],
  ["another command", '"resend"', '"forget"'],
  ["one more member", '"v":1', '"v":1,"also":1'],
])("isn't obeyed with %s", (_what, from, to) => {
  const made = makeCommand("gw-1", asked, key);
  const changed = textOf(made).replace(from, to);
  expect(changed).not.toBe(textOf(made));
  expect(openCommand(made.topic, Buffer.from(changed), known)).toBeNull();
});

it("names a hundred ranges at most", () => {
  const ranges = Array.from({ length: rangesInCommand + 5 }, (_, n): SeqRange => [2 * n + 1, 2 * n + 1]);
  const { ranges: told } = JSON.parse(textOf(makeCommand("gw-1", { ...asked, ranges }, key)));
  expect(told).toEqual(ranges.slice(0, 100));
});
