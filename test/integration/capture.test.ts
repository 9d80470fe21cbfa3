import { ed25519 } from "@noble/curves/ed25519.js";
import { and, asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toBase64, toHex } from "#domain/log/bytes.ts";
import { saltedHash, streamOf } from "#domain/log/entry.ts";
import type { EventBody } from "#domain/provenance/bodies.ts";
import { captureToSign } from "#services/captures/read-signature.ts";
import { audit } from "#store/schema/audit.ts";
import { epcisEvents } from "#store/schema/epcis-events.ts";
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

describe("a capture", () => {
  it("keeps the event, queues its projection and tells it to the packs' projection", async () => {
    const pack = newPack();
    const at = network.now - 60_000;
    const commissioned = objectEvent(at, [pack], {
      action: "ADD",
      bizStep: "commissioning",
      disposition: "active",
      eventID: "urn:uuid:00000000-0000-4000-8000-000000000001",
      readPoint: { id: codes.makerRoom },
      bizLocation: { id: codes.makerRoom },
      bizTransactionList: [{ type: "po", bizTransaction: "urn:example:order:4711" }],
      ilmd: { "cbvmda:lotNumber": "L1", "cbvmda:itemExpirationDate": "2030-01-31" },
    });
    const response = await capture(documentOf(commissioned));
    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toMatch(/^\/epcis\/v2\/capture\/[0-9a-f-]{36}$/);
    const [body] = await entriesOf(pack);
    expect(body).toMatchObject({
      type: "object",
      action: "ADD",
      step: "commissioning",
      disposition: "active",
      role: "object",
      at,
      accepted: network.now,
      place: streamOf(`urn:coldmark:equipment:${codes.labels.room}`),
      placeKind: "equipment",
      parent: null,
      by: { role: "manufacturer", signedBy: null, offline: false },
      lot: "L1",
      expiry: "2030-01-31",
    });
    const [kept] = await network.store.as({ role: "worker" }, (tx) =>
      tx
        .select()
        .from(epcisEvents)
        .where(eq(epcisEvents.eventId, String(commissioned.eventID))),
    );
    expect(saltedHash(toHex(kept?.salt ?? new Uint8Array()), JSON.parse(kept?.document ?? ""))).toBe(
      body?.event,
    );
    expect(await statusOf(pack)).toMatchObject({
      gtin: codes.gtin,
      lot: "L1",
      step: "commissioning",
      sold: 0,
      firstSeen: at,
    });
    const trail = await network.store.as({ role: "worker" }, (tx) =>
      tx
        .select()
        .from(audit)
        .where(and(eq(audit.tenantId, "maker"), eq(audit.action, "events.capture"))),
    );
    expect(trail).toContainEqual(
      expect.objectContaining({ subject: `capture ${response.headers.get("location")?.split("/").at(-1)}` }),
    );
  });

  it("shows no other serial, partner, document or quantity in a pack's projection", async () => {
    const [pack, other, box] = [newPack(), newPack(), "https://id.gs1.org/00/069000000000000014"];
    const event = {
      ...objectEvent(network.now, [], {
        bizTransactionList: [{ type: "po", bizTransaction: "urn:example:order:SECRET-4712" }],
      }),
      type: "AggregationEvent",
      action: "ADD",
      bizStep: "packing",
      parentID: "urn:epc:id:sscc:690000.00000000001",
      childEPCs: [pack, other],
      sourceList: [{ type: "owning_party", source: "https://id.gs1.org/417/6900000000019" }],
      childQuantityList: [{ epcClass: `https://id.gs1.org/01/${codes.gtin}/10/L1`, quantity: 424_242 }],
    };
    Reflect.deleteProperty(event, "epcList");
    expect((await capture(documentOf(event))).status).toBe(202);
    const bodies = await entriesOf(pack);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({
      role: "child",
      parentKind: "code",
      parent: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const text = JSON.stringify(bodies);
    for (const secret of [
      other.slice(-7),
      "SECRET",
      "690000000001",
      "424242",
      "417",
      box.slice(-8),
      "owning",
      "maker",
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  it("puts a pack into equipment through its parent, whoever owns the equipment", async () => {
    const pack = newPack();
    const event = {
      ...objectEvent(network.now, []),
      type: "AggregationEvent",
      action: "ADD",
      bizStep: "loading",
      parentID: codes.truck,
      childEPCs: [pack],
    };
    Reflect.deleteProperty(event, "epcList");
    expect((await capture(documentOf(event), network.keys.pharmacy)).status).toBe(202);
    expect((await entriesOf(pack))[0]).toMatchObject({
      parent: streamOf(`urn:coldmark:equipment:${codes.labels.truck}`),
      parentKind: "equipment",
      by: { role: "pharmacy" },
    });
    expect(await statusOf(codes.truck)).toBeUndefined();
  });

  it("finds a site by its GLN, and knows no place where nothing is registered", async () => {
    const [inShop, nowhere] = [newPack(), newPack()];
    const at = (place: string) => ({ readPoint: { id: place }, bizLocation: { id: place } });
    const events = [
      objectEvent(network.now, [inShop], at(codes.pharmacySite)),
      objectEvent(network.now, [nowhere], at("https://id.gs1.org/414/9521234000013/254/X")),
    ];
    expect((await capture(documentOf(...events))).status).toBe(202);
    expect((await entriesOf(inShop))[0]).toMatchObject({
      place: streamOf(`urn:coldmark:site:${codes.labels.site}`),
      placeKind: "site",
    });
    expect((await entriesOf(nowhere))[0]).toMatchObject({ place: null, placeKind: null });
  });

  it("takes a Chinese code with its product, lot and expiry", async () => {
    const epc = "urn:x-cn:dtc:81234560000000000017";
    const event = objectEvent(network.now, [epc], {
      action: "ADD",
      bizStep: "commissioning",
      ilmd: {
        "cbvmda:lotNumber": "L1",
        "cbvmda:itemExpirationDate": "2030-01-31",
        "coldmark:gtin": codes.gtin,
      },
    });
    expect((await capture(documentOf(event))).status).toBe(202);
    expect((await entriesOf(epc))[0]).toMatchObject({ gtin: codes.gtin, lot: "L1" });
    expect(await statusOf(epc)).toMatchObject({ gtin: codes.gtin, lot: "L1", expiry: "2030-01-31" });
  });

  it("changes nothing when it comes again, with or without an eventID", async () => {
    const pack = newPack();
    const sold = objectEvent(network.now, [pack], { bizStep: "dispensing", disposition: "dispensed" });
    for (const _ of [1, 2]) expect((await capture(documentOf(sold))).status).toBe(202);
    expect((await capture(documentOf(sold, sold))).status).toBe(202);
    expect(await entriesOf(pack)).toHaveLength(1);
    expect(await statusOf(pack)).toMatchObject({ sold: 1, disposition: "dispensed" });
    const again = objectEvent(network.now + 1_000, [pack], {
      bizStep: "dispensing",
      disposition: "dispensed",
    });
    expect((await capture(documentOf(again))).status).toBe(202);
    expect(await statusOf(pack)).toMatchObject({ sold: 2 });
  });

  it("counts a sale once when the same capture comes many times at once", async () => {
    const pack = newPack();
    const sold = documentOf(objectEvent(network.now, [pack], { bizStep: "dispensing" }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => capture(sold)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await statusOf(pack)).toMatchObject({ sold: 1 });
  });

  it("refuses other content under a known eventID, and keeps nothing of the document", async () => {
    const [pack, beside] = [newPack(), newPack()];
    const eventID = "urn:uuid:00000000-0000-4000-8000-000000000002";
    expect((await capture(documentOf(objectEvent(network.now, [pack], { eventID })))).status).toBe(202);
    const clash = documentOf(
      objectEvent(network.now, [beside]),
      objectEvent(network.now - 1, [pack], { eventID }),
    );
    const refused = await capture(clash);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: "CONFLICT",
      faults: [{ message: expect.stringContaining(eventID) }],
    });
    expect(await statusOf(beside)).toBeUndefined();
  });

  it("keeps an error declaration beside the event it speaks of", async () => {
    const pack = newPack();
    const eventID = "urn:uuid:00000000-0000-4000-8000-000000000003";
    const event = objectEvent(network.now, [pack], { eventID });
    const errorDeclaration = {
      declarationTime: new Date(network.now).toISOString(),
      reason: "did_not_occur",
    };
    expect((await capture(documentOf(event))).status).toBe(202);
    expect((await capture(documentOf({ ...event, errorDeclaration }))).status).toBe(202);
    expect((await entriesOf(pack)).map(({ corrects }) => corrects)).toEqual([undefined, "did_not_occur"]);
  });

  it("takes what is late and refuses what lies ahead", async () => {
    const pack = newPack();
    const late = objectEvent(network.now - 40 * 86_400_000, [pack]);
    expect((await capture(documentOf(late))).status).toBe(202);
    expect((await entriesOf(pack))[0]).toMatchObject({
      at: network.now - 40 * 86_400_000,
      accepted: network.now,
    });
    const refused = await capture(documentOf(objectEvent(network.now + 5 * 60_000 + 1, [pack])));
    expect(await refused.json()).toMatchObject({
      status: 400,
      faults: [{ path: "/epcisBody/eventList/0/eventTime" }],
    });
    expect((await capture(documentOf(objectEvent(network.now + 5 * 60_000, [newPack()])))).status).toBe(202);
  });

  it("lists every fault of a document at once and keeps nothing", async () => {
    const pack = newPack();
    const refused = await capture(
      documentOf(
        { ...objectEvent(network.now, [pack]), eventTime: "yesterday" },
        objectEvent(network.now, [pack]),
        objectEvent(network.now, ["https://id.gs1.org/01/06900000000015/10/L1", "urn:example:not-a-code"]),
        { ...objectEvent(network.now, [pack]), type: "TransformationEvent" },
      ),
    );
    expect(refused.status).toBe(400);
    const { faults } = (await refused.json()) as { faults: { path: string }[] };
    expect(faults.map(({ path }) => path)).toEqual([
      "/epcisBody/eventList/0/eventTime",
      "/epcisBody/eventList/3/type",
      "/epcisBody/eventList/2/epcList/0",
      "/epcisBody/eventList/2/epcList/1",
    ]);
    expect(await statusOf(pack)).toBeUndefined();
  });

  it("keeps step and place of the newest event when an older one comes later", async () => {
    const pack = newPack();
    await capture(documentOf(objectEvent(network.now, [pack], { bizStep: "receiving" })));
    await capture(documentOf(objectEvent(network.now - 3_600_000, [pack], { bizStep: "shipping" })));
    expect(await statusOf(pack)).toMatchObject({
      step: "receiving",
      at: network.now,
      firstSeen: network.now - 3_600_000,
    });
  });
});

describe("a signature", () => {
  const signed = (document: object, kid = network.scanner.kid) =>
    `kid=${kid};alg=Ed25519;sig=${toBase64(ed25519.sign(captureToSign(document), network.scanner.privateKey))}`;

  it("that holds is told with the event, and that its key may speak of an outage", async () => {
    const pack = newPack();
    const document = documentOf(objectEvent(network.now - 3_600_000, [pack]));
    expect(
      (await capture(document, network.keys.maker, { "Coldmark-Signature": signed(document) })).status,
    ).toBe(202);
    expect((await entriesOf(pack))[0]?.by).toMatchObject({ signedBy: network.scanner.kid, offline: true });
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

  it("a lot is recalled by its own maker, once", async () => {
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
  });
});
