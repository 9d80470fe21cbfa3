import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "#api/app.ts";
import { openApiDocument } from "#api/openapi.ts";
import type { ApiParts } from "#api/parts.ts";
import { startServer } from "#api/server.ts";
import {
  type ApiNetwork,
  commissioning,
  documentOf,
  newPack,
  post,
  startApiNetwork,
} from "../support/api-network.ts";

let network: ApiNetwork;
let known: string;

beforeAll(async () => {
  network = await startApiNetwork();
  known = newPack();
  await post(network, "/epcis/v2/capture", documentOf(commissioning(network.now, known)), {
    key: network.keys.maker,
  });
});
afterAll(() => network?.stop());
beforeEach(() => network.nextMinute());

const get = (path: string, headers: Record<string, string> = {}) => network.app.request(path, { headers });
const page = (epc: string) => epc.replace("https://id.gs1.org", "");
const provenance = (code: string) => `/v1/provenance/${encodeURIComponent(code)}`;

describe("every answer", () => {
  const paths = [
    "/",
    "/health/live",
    "/openapi.json",
    "/nowhere",
    "/v1/provenance/x",
    "/docs",
    "/metrics",
    "/log/checkpoint",
    "/01/%00/21/x",
  ];

  it.each(paths)("of %s has the security headers and its request's id", async (path) => {
    const { headers } = await get(path);
    expect(
      Number(/max-age=(\d+)/.exec(headers.get("strict-transport-security") ?? "")?.[1]),
    ).toBeGreaterThanOrEqual(31_536_000);
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'self'",
      path === "/docs" ? "script-src 'self';" : "script-src 'self' 'wasm-unsafe-eval';",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy.includes("'unsafe-inline'")).toBe(path === "/docs");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("that is an error is a problem in the caller's language", async () => {
    const zh = await get("/nowhere", { "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5" });
    expect(zh.headers.get("content-type")).toBe("application/problem+json");
    expect(await zh.json()).toMatchObject({
      type: "urn:coldmark:problem:not-found",
      status: 404,
      title: "未找到",
      requestId: expect.any(String),
    });
    expect(await (await get("/nowhere", { "Accept-Language": "fr, en;q=0.1" })).json()).toMatchObject({
      title: "Not found",
    });
  });

  it("to a method that the address doesn't take is 405 with Allow", async () => {
    for (const [method, path, allow] of [
      ["DELETE", "/v1/check", "POST"],
      ["POST", page(known), "GET, HEAD"],
      ["PUT", "/epcis/v2/capture", "POST, OPTIONS"],
      ["OPTIONS", "/health/live", "GET, HEAD"],
    ] as const) {
      const response = await network.app.request(path, { method });
      expect([path, response.status, response.headers.get("allow")]).toEqual([path, 405, allow]);
      expect(await response.json()).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
    }
  });

  it("to something unforeseen is 500 and tells nothing of it; the log tells it without the code", async () => {
    const fails: Partial<ApiParts> = {
      provenance: {
        answerFor: async () => {
          throw new Error("select secret from packs");
        },
        bundleFor: async () => null,
      },
    };
    const app = createApp({ ...network.parts, ...fails, metrics: new Registry() });
    const response = await app.request(provenance(known));
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain("secret");
    const line = network.lines.at(-1);
    expect(line).toMatchObject({
      route: "/v1/provenance/:code",
      status: 500,
      failure: { words: "select secret from packs" },
    });
    const html = await app.request(page(known), { headers: { Accept: "text/html" } });
    expect(html.status).toBe(503);
    expect(await html.text()).toContain('lang="zh-CN"');
  });
});

describe("the descriptions", () => {
  it("docs/openapi.json is what the API says of itself", async () => {
    const kept = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8"));
    expect(await (await get("/openapi.json")).json()).toEqual(kept);
    expect(JSON.parse(JSON.stringify(openApiDocument()))).toEqual(kept);
    expect(kept.openapi).toBe("3.1.0");
  });

  it("name every address of the API", () => {
    const described = Object.keys(openApiDocument().paths ?? {}).map((path) =>
      path.replaceAll(/\{\w+\}/g, "*"),
    );
    const served = network.app.routes
      .filter(({ method }) => ["GET", "POST"].includes(method))
      .filter(({ path }) => !/^\/(docs|assets)\/|^\/console|^\/favicon/.test(path))
      .map(({ path }) => path.replaceAll(/:\w+/g, "*"));
    expect([...new Set(served)].sort()).toEqual([...new Set(described)].sort());
  });

  it("are shown by a page that fetches nothing from elsewhere", async () => {
    const html = await (await get("/docs")).text();
    expect(html).not.toMatch(/https?:\/\//);
    for (const [, path = ""] of html.matchAll(/(?:src|href)="([^"]+)"/g))
      expect([path, (await get(path)).status]).toEqual([path, 200]);
  });

  it("say what is missing when the service isn't ready", async () => {
    const status = () => ({ ready: false, missing: ["chain"], parts: { chain: "down" } });
    const app = createApp({ ...network.parts, status, metrics: new Registry() });
    const response = await app.request("/health/ready");
    expect([response.status, await response.json()]).toEqual([503, status()]);
    expect((await get("/health/ready")).status).toBe(200);
    expect(await (await get("/metrics")).text()).toContain("coldmark_http_request_seconds_count");
  });
});

describe("the server", () => {
  it("answers over its socket, refuses what isn't HTTP, and stops when all is answered", async () => {
    const server = await startServer(network.app, { host: "127.0.0.1", port: 0 });
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    const raw = async (text: string) => {
      const socket = connect(server.port, "127.0.0.1");
      const pieces: Buffer[] = [];
      socket.on("data", (piece) => pieces.push(piece)).on("error", () => undefined);
      socket.end(text);
      await Promise.race([once(socket, "close"), pause(5_000)]);
      return Number(/^HTTP\/1\.1 (\d+)/.exec(Buffer.concat(pieces).toString())?.[1]);
    };
    expect(await raw("TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toBe(405);
    expect(await raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(20_000)}\r\n\r\n`)).toBe(431);
    expect(await raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).toBe(400);
    expect(
      await raw(
        "POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      ),
    ).toBe(400);
    await server.stop();
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });

  it("says when its address is taken", async () => {
    const first = await startServer(network.app, { host: "127.0.0.1", port: 0 });
    await expect(startServer(network.app, { host: "127.0.0.1", port: first.port })).rejects.toThrow(
      /is in use by another program/,
    );
    await first.stop();
  });
});
