import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";

describe("password", () => {
  it("is known again, and only itself, from a salted hash", async () => {
    const kept = await hashPassword("correct horse");
    expect(await verifyPassword("correct horse", kept)).toBe(true);
    expect(await verifyPassword("correct horsf", kept)).toBe(false);
    expect(await hashPassword("correct horse")).not.toBe(kept);
  });

  it("that is 32 random bytes is hashed quickly, any other slowly", async () => {
    const random = "Zm9yIGEgdGVzdCBvbmx5LCBub3QgcmFuZG9tLCAzMmI";
    const kept = await hashPassword(random);
    expect(kept).toMatch(/^sha256\$/);
    expect(await verifyPassword(random, kept)).toBe(true);
    expect(await verifyPassword(`${random.slice(0, -1)}J`, kept)).toBe(false);
    expect(await hashPassword(`${random}x`)).toMatch(/^scrypt\$/);
  });

  it.each(["", "scrypt", "plain$1$2$3$4$5", "scrypt$3$8$1$AAAA$AAAA", "sha256$AAAA$", "scrypt$AAAA$AAAA"])(
    "is refused by the broken hash %j",
    async (kept) => {
      expect(await verifyPassword("", kept)).toBe(false);
    },
  );
});
