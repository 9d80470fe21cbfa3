import { expect, it } from "vitest";
import { toHex } from "#domain/log/bytes.ts";
import { claimHash } from "./claim-hash.ts";

it("leaves nothing of a sticker's code but the SHA-256", () => {
  expect(toHex(claimHash("abc"))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
