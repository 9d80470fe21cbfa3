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
      "/417/",
      box.slice(-8),
      "owning",
      "maker",
      network.scanner.kid,
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
});
