import { sha256 } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { equalBytes } from "#domain/log/bytes.ts";
import { quickSha256 } from "./quick-sha256.ts";

afterEach(() => vi.unstubAllGlobals());

describe("the pages' SHA-256", () => {
  it("is that of the verifier, at every length and whatever was hashed before", async () => {
    const quick = await quickSha256();
    expect(quick).not.toBe(sha256);
    for (let length = 0; length < 300; length += 1) {
      const bytes = new Uint8Array(length).fill(length);
      expect(quick(bytes)).toEqual(sha256(bytes));
    }
    const long = fc.uint8Array({ maxLength: 40_000 });
    fc.assert(fc.property(long, (bytes) => equalBytes(quick(bytes), sha256(bytes))));
  });

  it("keeps neither the bytes that it is given nor the hash that it gave", async () => {
    const quick = await quickSha256();
    const room = Uint8Array.of(1, 2, 3);
    const first = quick(room);
    room.fill(9);
    quick(room);
    expect(first).toEqual(sha256(Uint8Array.of(1, 2, 3)));
  });

  it("is the verifier's own where a browser allows no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    vi.resetModules();
    const { quickSha256: anew } = await import("./quick-sha256.ts");
    expect((await anew())(Uint8Array.of(1))).toEqual(sha256(Uint8Array.of(1)));
  });
});
