import { describe, expect, it } from "vitest";
import { toHex } from "#domain/log/bytes.ts";
import { claimHash, readSticker } from "./sticker.ts";

describe("a sticker", () => {
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

  it("leaves nothing of its code but the SHA-256", () => {
    expect(toHex(claimHash("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
