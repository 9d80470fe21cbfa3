import { expect, it } from "vitest";
import { stickerOf, wholeSticker } from "./typed-sticker.ts";

const none = { serial: "", code: "" };
const sticker = { serial: "CM2-000417", code: "K7Q2M9X4T6B8W3ZP5R1D" };
const text = "coldmark:gw:CM2-000417:K7Q2M9X4T6B8W3ZP5R1D";

it("a whole sticker is found in either field, nothing in what was typed apart", () => {
  expect(wholeSticker({ ...none, serial: text })).toEqual(sticker);
  expect(wholeSticker({ ...sticker, code: `${text}\n` })).toEqual(sticker);
  expect(wholeSticker({ ...none, serial: `CM2-000416${text}` })).toEqual(sticker);
  expect(wholeSticker(sticker)).toBeNull();
  expect(stickerOf({ ...none, serial: text })).toEqual(sticker);
});

it("spaces between groups don't count, letters do", () => {
  expect(stickerOf({ serial: " CM2-000417 ", code: "K7Q2 M9X4 T6B8 W3ZP 5R1D" })).toEqual(sticker);
  expect(stickerOf({ ...sticker, code: sticker.code.toLowerCase() })).not.toEqual(sticker);
});

it.each([
  none,
  { ...sticker, code: "SHORT" },
  { ...sticker, serial: "CM2:000417" },
  { ...sticker, code: `${sticker.code}:${sticker.code}` },
])("%o says no sticker", (typed) => {
  expect(stickerOf(typed)).toBeNull();
});
