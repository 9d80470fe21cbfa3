import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { readSticker } from "#domain/codes/gateway-sticker.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { deviceMaker, unclaimedGateways, uploadGateways } from "./device-maker.ts";
import { seedOf } from "./seed.ts";

it("uploads keys and hashes of codes, never a code, and its stickers say serial and code", async () => {
  const gateways = unclaimedGateways(seedOf("1"));
  const posted: Request[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = async (url, init) => {
    posted.push(new Request(String(url), init as RequestInit));
    return new Response("{}");
  };
  try {
    const scanner = { organisation: deviceMaker.id, key: seedOf("1").key("x"), apiKey: "cmk_x" };
    const { signal } = new AbortController();
    await uploadGateways(gateways, { httpUrl: "http://127.0.0.1:1", scanners: [scanner], signal });
  } finally {
    globalThis.fetch = real;
  }
  expect(posted.map(({ url }) => new URL(url).pathname)).toEqual(["/v1/devices"]);
  const text = (await posted[0]?.text()) ?? "";
  const { devices } = JSON.parse(text) as { devices: Record<string, string>[] };
  expect(devices).toHaveLength(gateways.length);
  for (const [at, { serial, code, sticker, key }] of gateways.entries()) {
    expect(readSticker(sticker)).toEqual({ serial, code });
    expect(text).not.toContain(code);
    expect(devices[at]?.claimSha256).toBe(createHash("sha256").update(code).digest("hex"));
    expect(fromBase64(devices[at]?.publicKey ?? "")).toEqual(key.publicKey);
  }
});
