import { and, asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHex } from "#domain/log/bytes.ts";
import { saltedHash, streamOf } from "#domain/log/entry.ts";
import type { EventBody } from "#domain/provenance/bodies.ts";
import { audit } from "#store/schema/audit.ts";
import { epcisEvents } from "#store/schema/epcis-events.ts";
import { packStatus } from "#store/schema/pack-status.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
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
