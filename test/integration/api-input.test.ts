import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type ApiNetwork,
  codes,
  commissioning,
  documentOf,
  newPack,
  objectEvent,
  post,
  startApiNetwork,
  withKey,
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

describe("bad input", () => {
  it.each([
    ["no JSON", "{", 400],
    ["nothing", "", 400],
    ["duplicate keys", '{"codes":[],"codes":["a"]}', 400],
    ["a prototype", '{"codes":["a"],"__proto__":{"x":1}}', 400],
    ["unknown fields", '{"codes":["a"],"tenant_id":"op"}', 400],
    ["too deep", "[".repeat(10_000), 400],
    ["wrong types", '{"codes":"a"}', 400],
    ["too many codes", JSON.stringify({ codes: Array(1_001).fill("a") }), 400],
    ["too large", JSON.stringify({ codes: ["a".repeat(1_100_000)] }), 413],
  ])("that is %s is told as a problem", async (_, body, status) => {
    const response = await post(network, "/v1/check", body);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  it("in another type or alphabet is refused", async () => {
    const send = (type: string, body: string | Uint8Array<ArrayBuffer>) =>
      network.app.request("/v1/check", { method: "POST", headers: { "Content-Type": type }, body });
    expect((await send("text/plain", "{}")).status).toBe(415);
    expect((await send("application/json; charset=utf-7", "{}")).status).toBe(415);
    expect((await send("application/json", Uint8Array.of(0x22, 0xc0, 0x80, 0x22))).status).toBe(400);
  });

  it("without a length is measured as it is read", async () => {
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
        if (sent > 50_000_000) controller.close();
      },
    });
    const response = await network.app.request("/v1/check", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      duplex: "half",
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(2_000_000);
  });

  it("in a query is refused", async () => {
    const key = withKey(network.keys.maker);
    for (const query of [
      "perPage=0",
      "perPage=1e3",
      "perPage=-1",
      "sort=note",
      "perPage=1&perPage=2",
      "GE_eventTime=now",
      "nextPageToken=AAAA",
      "eventType=",
    ]) {
      expect([query, (await get(`/epcis/v2/events?${query}`, key)).status]).toEqual([query, 400]);
    }
  });

  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }).map((text) => encodeURIComponent(text.toWellFormed())),
    fc.constantFrom(
      "%00",
      "%E0%A4%A",
      "%",
      "%zz",
      "..",
      "%2e%2e%2f",
      "%252F",
      "x%0Ay",
      "%ED%A0%80",
      "1e3",
      "0x10",
      "%EF%BC%91",
      "-1",
      "9".repeat(400),
      "';drop--",
    ),
    fc.constantFrom(
      codes.gtin,
      "06900000000018",
      "81234560000000000017",
      encodeURIComponent("https://id.gs1.org/00/069000000000000014"),
    ),
  );
  const paths = fc.oneof(
    fc.tuple(hostile, hostile).map(([a, b]) => `/01/${a}/21/${b}`),
    fc.tuple(hostile, hostile, hostile).map(([a, b, c]) => `/01/${a}/10/${b}/21/${c}`),
    hostile.map((a) => `/cn/dtc/${a}`),
    hostile.map((a) => `/v1/provenance/${a}`),
    hostile.map((a) => `/v1/provenance/${a}/bundle`),
    fc.tuple(hostile, hostile).map(([a, b]) => `/v1/lots/${a}/${b}/recall`),
    hostile.map((a) => `/epcis/v2/capture/${a}`),
    fc
      .tuple(
        fc.constantFrom("eventType", "EQ_bizStep", "MATCH_epc", "GE_eventTime", "perPage", "nextPageToken"),
        hostile,
      )
      .map(([name, a]) => `/epcis/v2/events?${name}=${a}`),
    fc.tuple(hostile, hostile).map(([a, b]) => `/log/tile/${a}/${b}`),
    hostile.map((a) => `/log/tile/entries/${a}`),
    hostile.map((a) => `/assets/${a}`),
    hostile.map((a) => `/docs/${a}`),
    hostile.map((a) => `/check?code=${a}&lang=${a}`),
    fc.constantFrom(
      "/v1/check",
      "/epcis/v2/capture",
      "/chain/rpc",
      "/",
      "/trust.json",
      "/log/checkpoint",
      "/openapi.json",
    ),
    hostile.map((a) => `/${a}`),
  );
  const bodies = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: "binary" }),
    fc
      .anything({ withNullPrototype: false })
      .map((value) => JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_call", params: [value] }) ?? ""),
    fc.anything().map((value) => JSON.stringify({ codes: [value] })),
    fc
      .dictionary(
        fc.constantFrom(
          "type",
          "epcList",
          "action",
          "eventTime",
          "bizStep",
          "readPoint",
          "ilmd",
          "eventID",
          "parentID",
          "errorDeclaration",
        ),
        fc.jsonValue(),
      )
      .map((change) =>
        JSON.stringify(documentOf(objectEvent(0, ["https://id.gs1.org/01/06900000000015/21/F"], change))),
      ),
  );

  it("of any kind is never our fault: 2,500 requests, none answered with 5xx", async () => {
    const keys = [undefined, network.keys.maker, network.keys.pharmacy, "nonsense"];
    const seen = new Map<number, number>();
    const request = fc.record({
      path: paths,
      method: fc.constantFrom("GET", "GET", "GET", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"),
      key: fc.constantFrom(...keys),
      type: fc.constantFrom("application/json", "application/json", "text/plain", "application/ld+json", ""),
      accept: fc.constantFrom(
        "text/html",
        "application/json",
        "application/linkset+json",
        "*/*",
        ";;q=,",
        "text/html;q=2",
      ),
      body: bodies,
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ path, method, key, type, accept, body }) => {
        network.nextMinute();
        const response = await network.app.request(path, {
          method,
          headers: { "Content-Type": type, Accept: accept, ...(key === undefined ? {} : withKey(key)) },
          ...(["GET", "HEAD"].includes(method) ? {} : { body }),
        });
        seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
        // This network has no chain, which the relay says of any call it would pass on.
        if (path !== "/chain/rpc" || response.status !== 503) expect(response.status).toBeLessThan(500);
        expect(response.headers.get("x-content-type-options")).toBe("nosniff");
        await response.arrayBuffer();
      }),
      { numRuns: 2_500 },
    );
    expect([...seen.keys()].sort()).toEqual(expect.arrayContaining([200, 400, 401, 404, 405, 415]));
  });
});
