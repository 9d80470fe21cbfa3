import { ed25519 } from "@noble/curves/ed25519.js";
import { asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64 } from "#domain/log/bytes.ts";
import { keyAlias } from "#domain/log/subjects.ts";
import type { EventBody } from "#domain/provenance/bodies.ts";
import { captureToSign } from "#services/captures/read-signature.ts";
import { packStatus } from "#store/schema/pack-status.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
import { sensors } from "#store/schema/sensors.ts";
import {
  type ApiNetwork,
  codes,
  documentOf,
  newPack,
  objectEvent,
  post,
  startApiNetwork,
} from "../support/api-network.ts";

let network: ApiNetwork;
const capturePath = "/epcis/v2/capture";

beforeAll(async () => {
  network = await startApiNetwork();
});
afterAll(() => network?.stop());

const capture = (document: unknown, key = network.keys.maker, headers: Record<string, string> = {}) =>
  post(network, capturePath, document, { key, headers });

async function entriesOf(subject: string): Promise<(EventBody & Record<string, unknown>)[]> {
  const rows = await network.store.as({ role: "worker" }, (tx) =>
    tx
      .select()
      .from(pendingEntries)
      .where(eq(pendingEntries.subject, subject))
      .orderBy(asc(pendingEntries.id)),
  );
  return rows.map(({ body }) => JSON.parse(body));
}

async function statusOf(epc: string) {
  const rows = await network.store.as({ role: "worker" }, (tx) =>
    tx.select().from(packStatus).where(eq(packStatus.epc, epc)),
  );
  return rows[0];
}

describe("a signature", () => {
  const signed = (document: object, kid = network.scanner.kid) =>
    `kid=${kid};alg=Ed25519;sig=${toBase64(ed25519.sign(captureToSign(document), network.scanner.privateKey))}`;

  it("that holds is told with the event, and that its key may speak of an outage", async () => {
    const pack = newPack();
    const document = documentOf(objectEvent(network.now - 3_600_000, [pack]));
    expect(
      (await capture(document, network.keys.maker, { "Coldmark-Signature": signed(document) })).status,
    ).toBe(202);
    expect((await entriesOf(pack))[0]?.by).toMatchObject({
      signedBy: keyAlias(network.scanner.kid),
      offline: true,
    });
  });

  it.each([
    ["over another document", () => signed(documentOf(objectEvent(0, [newPack()])))],
    ["by a key nobody enrolled", () => signed(documentOf(), "stranger")],
    ["that is no signature", () => "kid=maker-scanner;alg=Ed25519;sig=AAAA"],
    ["that is nonsense", () => "nonsense"],
  ])("%s is refused, naming the header", async (_, header) => {
    const pack = newPack();
    const refused = await capture(documentOf(objectEvent(network.now, [pack])), network.keys.maker, {
      "Coldmark-Signature": header(),
    });
    expect(await refused.json()).toMatchObject({ status: 401, header: "Coldmark-Signature" });
    expect(await statusOf(pack)).toBeUndefined();
  });

  it("of another organisation's key is refused", async () => {
    const document = documentOf(objectEvent(network.now, [newPack()]));
    const refused = await capture(document, network.keys.pharmacy, {
      "Coldmark-Signature": signed(document),
    });
    expect(refused.status).toBe(401);
  });
});

describe("an association of a sensor", () => {
  const association = (at: number, action: string, parentID: string, point = codes.probe) => {
    const event = {
      ...objectEvent(at, []),
      type: "AssociationEvent",
      action,
      parentID,
      childEPCs: [`urn:coldmark:sensor:${point}`],
    };
    Reflect.deleteProperty(event, "epcList");
    return documentOf({ ...event, bizStep: "installing" });
  };
  const placeOfProbe = async () => {
    const [row] = await network.store.as({ role: "worker" }, (tx) =>
      tx.select().from(sensors).where(eq(sensors.point, codes.probe)),
    );
    return row;
  };

  it("moves it and queues the rosters of both pieces of equipment and of the site", async () => {
    const spare = codes.fridge.replace("/F1", "/F2");
    const fridge = `urn:coldmark:equipment:${codes.labels.fridge}`;
    const before = (await entriesOf(fridge)).length;
    network.setClock(network.now + 1_000);
    expect(
      (await capture(association(network.now + 1_000, "ADD", spare), network.keys.pharmacy)).status,
    ).toBe(202);
    expect(await placeOfProbe()).toMatchObject({ equipmentId: "spare", since: network.now + 1_000 });
    const rosters = await entriesOf(fridge);
    expect(rosters).toHaveLength(before + 1);
    expect(rosters.at(-1)).toMatchObject({ points: [] });
    const site = await entriesOf(`urn:coldmark:site:${codes.labels.site}`);
    expect(site.at(-1)?.sensors).toHaveLength(2);
    network.setClock(network.now + 2_000);
    expect(
      (await capture(association(network.now + 2_000, "DELETE", spare), network.keys.pharmacy)).status,
    ).toBe(202);
    expect(await placeOfProbe()).toMatchObject({ equipmentId: null });
    network.setClock(network.now);
  });

  it("back-dated without an offline signature counts from now", async () => {
    network.setClock(network.now + 10_000);
    const stated = network.now - 86_400_000;
    expect((await capture(association(stated, "ADD", codes.fridge), network.keys.pharmacy)).status).toBe(202);
    expect(await placeOfProbe()).toMatchObject({ equipmentId: "fridge", since: network.now + 10_000 });
    const roster = (await entriesOf(`urn:coldmark:equipment:${codes.labels.fridge}`)).at(-1);
    expect(roster).toMatchObject({
      points: [{ point: codes.probe, since: stated, accepted: network.now + 10_000, offline: false }],
    });
    network.setClock(network.now);
  });

  it.each([
    ["another's equipment", () => association(network.now, "ADD", codes.makerRoom)],
    ["a sensor nobody has", () => association(network.now, "ADD", codes.fridge, "f".repeat(32))],
  ])("into %s is refused", async (_, document) => {
    const refused = await capture(document(), network.keys.pharmacy);
    expect(await refused.json()).toMatchObject({ status: 400, faults: [expect.anything()] });
  });
});

describe("who may ask", () => {
  it("captures need the scope, and a key that is in force", async () => {
    const document = documentOf(objectEvent(network.now, [newPack()]));
    for (const key of [undefined, network.keys.weak, `cmk_${"A".repeat(43)}`, "nonsense"]) {
      const response = await post(network, capturePath, document, key === undefined ? {} : { key });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  it("another's capture looks like none at all", async () => {
    const response = await capture(documentOf(objectEvent(network.now, [newPack()])));
    const path = response.headers.get("location") ?? "";
    const ask = (key: string, at = path) =>
      network.app.request(at, { headers: { Authorization: `Bearer ${key}` } });
    expect(await (await ask(network.keys.maker)).json()).toMatchObject({
      success: true,
      running: false,
      errors: [],
    });
    const told = async (answer: Response) => ({
      ...((await answer.json()) as object),
      requestId: "",
      instance: "",
    });
    const [others, none] = [
      await ask(network.keys.pharmacy),
      await ask(network.keys.pharmacy, `${capturePath}/none`),
    ];
    expect([others.status, none.status]).toEqual([404, 404]);
    expect(await told(others)).toEqual(await told(none));
  });

  it("the event query lists one's own events only, page by page", async () => {
    const packs = [newPack(), newPack(), newPack()];
    const events = packs.map((pack, n) =>
      objectEvent(network.now - n, [pack], { bizStep: "cycle_counting" }),
    );
    await capture(documentOf(...events), network.keys.pharmacy);
    const ask = async (query: string, key = network.keys.pharmacy) => {
      const response = await network.app.request(`/epcis/v2/events?${query}`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      expect(response.status).toBe(200);
      const page = (await response.json()) as {
        epcisBody: { queryResults: { resultsBody: { eventList: { epcList: string[] }[] } } };
      };
      const list = page.epcisBody.queryResults.resultsBody.eventList.flatMap(({ epcList }) => epcList);
      return { list, next: /<(.+)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1] };
    };
    const first = await ask("EQ_bizStep=cycle_counting&perPage=2");
    expect(first.list).toEqual(packs.slice(0, 2));
    const second = await ask(first.next?.split("?")[1] ?? "");
    expect(second).toEqual({ list: packs.slice(2), next: undefined });
    expect((await ask(`MATCH_epc=${encodeURIComponent(packs[1] ?? "")}`)).list).toEqual([packs[1]]);
    expect((await ask("EQ_bizStep=cycle_counting", network.keys.maker)).list).toEqual([]);
    const window = `GE_eventTime=${new Date(network.now - 1).toISOString()}&LT_eventTime=${new Date(network.now).toISOString()}`;
    expect(
      (await ask(`EQ_bizStep=https%3A%2F%2Fref.gs1.org%2Fcbv%2FBizStep-cycle_counting&${window}`)).list,
    ).toEqual([packs[1]]);
  });

  it("a lot is recalled by its own maker, once, and each of its labels says so, recorded or not", async () => {
    const path = `/v1/lots/${codes.gtin}/${codes.lot}/recall`;
    const reason = { reason: "too warm in transit" };
    expect((await post(network, path, reason, { key: network.keys.pharmacy })).status).toBe(404);
    const recalled = await post(network, path, reason, { key: network.keys.maker });
    expect(await recalled.json()).toMatchObject({ since: new Date(network.now).toISOString() });
    expect((await post(network, path, reason, { key: network.keys.maker })).status).toBe(200);
    const entries = (await entriesOf(`https://id.gs1.org/01/${codes.gtin}/10/${codes.lot}`)).filter(
      ({ reason: why }) => why,
    );
    expect(entries).toEqual([{ since: network.now, accepted: network.now, ...reason }]);
    const pack = newPack();
    const ilmd = { "cbvmda:lotNumber": codes.lot };
    await capture(documentOf(objectEvent(network.now, [pack], { action: "ADD", ilmd })));
    const checked = await post(network, "/v1/check", { codes: [pack, "nonsense", newPack()] });
    expect(await checked.json()).toMatchObject({
      results: [{ state: "RECALLED" }, { state: "UNREADABLE" }, { state: "UNKNOWN" }],
    });
    const [, serial] = newPack().split("/21/");
    const label = (lot: string) => `/01/${codes.gtin}/10/${lot}/21/${serial}?lang=en`;
    const pageOf = async (lot: string) =>
      (await network.app.request(label(lot), { headers: { Accept: "text/html" } })).text();
    expect(await pageOf(codes.lot)).toContain("Recalled: do not use");
    expect(await pageOf("ANOTHER")).toContain("We do not know this pack");
  });
});
