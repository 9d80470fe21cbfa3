import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "#config";
import { authSecret } from "./auth-secret.ts";

describe("authSecret", () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), "coldmark-secret-"));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it("is made once, for its owner only to read, and stays the same", () => {
    const config = { dataDir, environment: "development", authSecret: undefined } as const;
    const first = authSecret(config);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(authSecret(config)).toBe(first);
    expect(statSync(join(dataDir, "keys", "auth.key")).mode & 0o777).toBe(0o600);
  });

  it("is the setting where there is one, and must be set in production", () => {
    const production = { dataDir, environment: "production" } as const;
    const given = new Secret("a secret of a test, long enough to be one");
    expect(authSecret({ ...production, authSecret: given })).toBe(given.reveal());
    expect(() => authSecret({ ...production, authSecret: undefined })).toThrow(
      expect.objectContaining({ code: "BAD_SETTING" }),
    );
  });
});
