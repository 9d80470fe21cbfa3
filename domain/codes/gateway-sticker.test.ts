import { describe, expect, it } from "vitest";
import { readSticker, stickerText } from "./gateway-sticker.ts";

describe("a gateway's sticker", () => {
  const read = { serial: "CM2-000417", code: "ABCDEFGH23456789" };

  it.each(["coldmark:gw:CM2-000417:ABCDEFGH23456789", "  COLDMARK:GW:CM2-000417:ABCDEFGH23456789\r\n"])(
    "is read from %j",
    (text) => {
      expect(readSticker(text)).toEqual(read);
    },
  );

  it.each([
    "",
    "coldmark:gw:CM2-000417",
    "coldmark:gw:CM2-000417:SHORT",
    "coldmark:gw:CM2 000417:ABCDEFGH23456789",
    "coldmark:gw:-1:ABCDEFGH23456789",
    `coldmark:gw:CM2-000417:${"A".repeat(65)}`,
    "coldmark:gw:CM2-000417:ABCDEFGH23456789:more",
    "https://example.org/coldmark:gw:CM2-000417:ABCDEFGH23456789",
  ])("isn't %j", (text) => {
    expect(readSticker(text)).toBeNull();
  });

  it("says its serial and its code, and nothing else than what it was made from", () => {
    expect(readSticker(stickerText(read))).toEqual(read);
    expect(readSticker(stickerText({ ...read, code: "ABCDEFGH:23456789" }))).toBeNull();
  });
});
