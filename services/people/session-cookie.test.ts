import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sessionCookie, signedToken } from "./session-cookie.ts";

const secret = "a secret of a test";
const sign = (token: string, by = secret) =>
  `${token}.${createHmac("sha256", by).update(token).digest("base64")}`;

describe("sessionCookie", () => {
  it("is the host's own and for HTTPS only wherever the address is one of HTTPS", () => {
    expect(sessionCookie("https://cold.example")).toEqual({ secure: true, name: "__Host-coldmark-session" });
    expect(sessionCookie("http://127.0.0.1:8080")).toEqual({ secure: false, name: "coldmark-session" });
  });
});

describe("signedToken", () => {
  it("gives the token that was signed with the secret", () => {
    expect(signedToken(sign("abc"), secret)).toBe("abc");
    expect(signedToken(sign("a.b"), secret)).toBe("a.b");
  });

  it.each([
    "",
    ".",
    "abc",
    "abc.",
    sign(""),
    sign("abc", "another secret"),
    `x${sign("abc")}`,
    `${sign("abc")}AAAA`,
  ])("gives nothing for %j", (value) => {
    expect(signedToken(value, secret)).toBeNull();
  });
});
