import { gunzipSync } from "node:zlib";
import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "#api/app.ts";
import { bundlePath } from "#dashboard/console/packs/bundle-path.ts";
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
const page = (epc: string) => epc.replace("https://id.gs1.org", "");
const provenance = (code: string) => `/v1/provenance/${encodeURIComponent(code)}`;

describe("a pack", () => {
  it("is answered with times in ISO 8601, and unknown and another's look the same", async () => {
    const answer = await (await get(provenance(known))).json();
    expect(answer).toMatchObject({ epc: known, view: "public", proof: { result: "NOT_ANCHORED_YET" } });
    const told = async (code: string) =>
      JSON.stringify(await (await get(provenance(code))).json()).replaceAll(code, "");
    expect(await told(newPack())).toBe(await told(newPack()));
  });

  it("shows the partner's view only to a key that may and whose organisation handled the pack", async () => {
    const viewWith = async (key: string, code = known) =>
      ((await (await get(provenance(code), withKey(key))).json()) as { view: string }).view;
    expect(await viewWith(network.keys.maker)).toBe("partner");
    expect(await viewWith(network.keys.pharmacy)).toBe("public");
    const box = "https://id.gs1.org/00/069000000000000021";
    const packing = {
      ...objectEvent(network.now, []),
      type: "AggregationEvent",
      action: "ADD",
      parentID: box,
      childEPCs: [known],
    };
    Reflect.deleteProperty(packing, "epcList");
    const made = await post(network, "/epcis/v2/capture", documentOf(packing), { key: network.keys.maker });
    expect(made.status, await made.text()).toBe(202);
    const got = await post(
      network,
      "/epcis/v2/capture",
      documentOf(objectEvent(network.now, [box], { bizStep: "receiving" })),
      { key: network.keys.pharmacy },
    );
    expect(got.status).toBe(202);
    expect(await viewWith(network.keys.pharmacy)).toBe("partner");
    expect(await viewWith(network.keys.pharmacy, newPack())).toBe("public");
    expect((await get(provenance(known), withKey(`cmk_${"A".repeat(43)}`))).status).toBe(401);
  });

  it("has a page, JSON and links at its address, by Accept, in both languages", async () => {
    const html = await get(page(known));
    // Nothing is anchored, so that nothing is proved of it, but it is on record.
    expect(html.headers.get("content-type")).toContain("text/html");
    expect(await (await get(`${page(known)}?lang=en`)).text()).toContain('<html lang="en">');
    expect(await (await get(page(known), { "Accept-Language": "en-GB" })).text()).toContain(
      '<html lang="en">',
    );
    expect(await (await get(page(known), { Accept: "application/json" })).json()).toMatchObject({
      epc: known,
    });
    const links = await get(page(known).replace("/21/", "/10/L1/21/"), {
      Accept: "application/linkset+json",
    });
    expect(await links.json()).toMatchObject({ linkset: [{ anchor: known }] });
    expect(links.headers.get("vary")).toContain("Accept");
  });

  it("is asked for again, by the page's script and by machines, with the lot that its label carries", async () => {
    const label = known.replace("/21/", "/10/L1/21/");
    const bundle = `${provenance(label)}/bundle`;
    expect(await (await get(page(label))).text()).toContain(`data-bundle="${bundle}"`);
    const links = await get(page(label), { Accept: "application/linkset+json" });
    expect(JSON.stringify(await links.json())).toContain(`"${bundle}"`);
    expect(bundlePath({ code: label })).toBe(bundle);
  });

  it("that nobody recorded gets a page with 404, and JSON with 200", async () => {
    const pack = newPack();
    expect((await get(page(pack))).status).toBe(404);
    expect((await get("/cn/dtc/81234560000000009999?lang=en")).status).toBe(404);
    const json = await get(provenance(pack));
    expect([json.status, ((await json.json()) as { known: object }).known]).toEqual([
      200,
      { state: "UNKNOWN", reasons: [{ code: "NEVER_SEEN" }] },
    ]);
  });

  it("whose code can't be read, or names more than one pack, is a 400", async () => {
    for (const code of [
      "nonsense",
      codes.gtin,
      `https://id.gs1.org/01/${codes.gtin}/10/L1`,
      "(01)06900000000018(21)A",
    ]) {
      expect([code, (await get(provenance(code))).status]).toEqual([code, 400]);
    }
    const html = await get("/01/06900000000018/21/A?lang=en", { Accept: "text/html" });
    expect([html.status, html.headers.get("content-type")]).toEqual([400, "text/html; charset=UTF-8"]);
  });

  it("is found from a code typed by hand", async () => {
    const typed = `(01)${codes.gtin}(21)A/B`;
    const response = await get(`/check?code=${encodeURIComponent(typed)}&lang=en`);
    expect([response.status, response.headers.get("location")]).toEqual([
      303,
      `/01/${codes.gtin}/21/A%2FB?lang=en`,
    ]);
    expect((await get("/check?code=nothing")).status).toBe(400);
    expect((await get("/check")).status).toBe(400);
  });

  it("limits how many unknown codes a net may try, not how many known ones", async () => {
    const from = (address: string) => ({ incoming: { socket: { remoteAddress: address } } }) as never;
    const ask = async (code: string, address = "192.0.2.7") =>
      (await network.app.request(provenance(code), {}, from(address))).status;
    for (let n = 0; n < 80; n += 1) expect(await ask(known)).toBe(200);
    for (let n = 0; n < 60; n += 1) expect(await ask(newPack())).toBe(200);
    expect(await ask(newPack())).toBe(429);
    expect(await ask(newPack(), "::ffff:192.0.2.7")).toBe(429);
    expect(await ask(newPack(), "192.0.2.8")).toBe(200);
    const codesOfMany = Array.from({ length: 61 }, newPack);
    expect(
      (
        await network.app.request(
          "/v1/check",
          {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ codes: codesOfMany }),
          },
          from("2001:db8::1"),
        )
      ).status,
    ).toBe(429);
    expect(await ask(newPack(), "2001:db8::2")).toBe(429);
    expect(await ask(newPack(), "2001:db8:0:1::2")).toBe(200);
    expect(
      (await post(network, "/v1/check", { codes: codesOfMany }, { key: network.keys.pharmacy })).status,
    ).toBe(200);
    network.nextMinute();
    expect(await ask(newPack())).toBe(200);
  });

  it("that is recorded is never refused, whatever its net tried before", async () => {
    const net = { incoming: { socket: { remoteAddress: "192.0.2.9" } } } as never;
    const from = async (path: string, init: RequestInit = {}) =>
      (await network.app.request(path, init, net)).status;
    for (let n = 0; n < 60; n += 1) await from(provenance(newPack()));
    const forms = ["text/html", "application/json", "application/linkset+json"];
    const inForms = (epc: string) =>
      Promise.all(forms.map((Accept) => from(page(epc), { headers: { Accept } })));
    expect(await inForms(known)).toEqual([200, 200, 200]);
    expect(await from(provenance(known))).toBe(200);
    expect(await from(`${provenance(known)}/bundle`)).not.toBe(429);
    const check = (epc: string) =>
      from("/v1/check", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ codes: [epc] }),
      });
    expect(await check(known)).toBe(200);
    expect((await inForms(newPack())).slice(0, 2)).toEqual([429, 429]);
    expect(await from(provenance(newPack()))).toBe(429);
    expect(await from(`${provenance(newPack())}/bundle`)).toBe(429);
    expect(await check(newPack())).toBe(429);
  });

  it("never shows its serial in the log, only its product and a keyed hash", async () => {
    const serial = known.split("/").at(-1) ?? "";
    for (const path of [page(known), provenance(known), `${provenance(known)}/bundle`]) await get(path);
    expect(network.lines.at(-1)).toMatchObject({
      pack: { gtin: codes.gtin, hmac: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    expect(JSON.stringify(network.lines)).not.toContain(serial);
  });

  it("has its bundle compressed, once there is one", async () => {
    expect((await get(`${provenance(known)}/bundle`)).status).toBe(404);
    const text = JSON.stringify({ v: 1, filler: "x".repeat(5_000) });
    const provenancePart = { ...network.parts.provenance, bundleFor: async () => text };
    const app = createApp({ ...network.parts, provenance: provenancePart, metrics: new Registry() });
    const response = await app.request(`${provenance(known)}/bundle`, {
      headers: { "Accept-Encoding": "gzip" },
    });
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toBe(text);
  });
});
