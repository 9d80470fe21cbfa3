import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";

describe("password", () => {
  it("is known again, and only itself, from a salted hash", async () => {
    const kept = await hashPassword("correct horse");
    expect(await verifyPassword("correct horse", kept)).toBe(true);
    expect(await verifyPassword("correct horsf", kept)).toBe(false);
    expect(await hashPassword("correct horse")).not.toBe(kept);
  });

  it.each(["", "scrypt", "plain$1$2$3$4$5", "scrypt$3$8$1$AAAA$AAAA"])(
    "is refused by the broken hash %j",
    async (kept) => {
      expect(await verifyPassword("", kept)).toBe(false);
    },
  );
});
