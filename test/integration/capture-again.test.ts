import { asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventBody } from "#domain/provenance/bodies.ts";
import { packStatus } from "#store/schema/pack-status.ts";
import { pendingEntries } from "#store/schema/pending-entries.ts";
import {
  type ApiNetwork,
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

describe("a capture that comes again, late or with faults", () => {
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
