import { expect, it } from "vitest";
import { stickerOf, typedSticker } from "./typed-sticker.ts";

const none = { serial: "", code: "" };
const sticker = { serial: "CM2-000417", code: "K7Q2M9X4T6B8W3ZP5R1D" };
const text = "coldmark:gw:CM2-000417:K7Q2M9X4T6B8W3ZP5R1D";

it("a whole sticker in either field fills both; anything else stays where it was typed", () => {
  expect(typedSticker(none, { serial: text })).toEqual(sticker);
  expect(typedSticker(sticker, { code: `${text}\n` })).toEqual(sticker);
  expect(typedSticker(sticker, { serial: "CM2-9" })).toEqual({ ...sticker, serial: "CM2-9" });
  expect(typedSticker(none, { code: "K7Q2" })).toEqual({ serial: "", code: "K7Q2" });
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
