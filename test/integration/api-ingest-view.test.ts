import { ed25519 } from "@noble/curves/ed25519.js";
import { isNotNull } from "drizzle-orm";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "#api/app.ts";
import type { Findings } from "#api/console-shapes.ts";
import { findingsShape } from "#api/ingest-view-shapes.ts";
import { deadWords } from "#dashboard/console/findings/dead-words.ts";
import { findingWords } from "#dashboard/console/findings/finding-words.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { apiKeyHash, newApiKey } from "#services/api-keys/secret.ts";
import { deadLetterCures } from "#store/dead-letters.ts";
import { findingKinds, recordFindings } from "#store/findings.ts";
import { appendToInbox } from "#store/inbox.ts";
import { recordDeadLetters } from "#store/record-dead-letters.ts";
import { apiKeys } from "#store/schema/api-keys.ts";
import { sensors } from "#store/schema/sensors.ts";
import { type ApiNetwork, startApiNetwork, withKey } from "../support/api-network.ts";
import { seedKey } from "../support/console-network.ts";

let network: ApiNetwork;
const [register, admin, others] = [newApiKey(), newApiKey(), newApiKey()];
const at = 1_800_000_000_000;
const count = 7;

beforeAll(async () => {
  network = await startApiNetwork();
  const owned: [string, string, "register" | "admin"][] = [
    ["pharmacy", register, "register"],
    ["pharmacy", admin, "admin"],
    ["maker", others, "register"],
  ];
  for (const [tenant, secret, scope] of owned) {
    const row = { tenantId: tenant, id: `see-${scope}`, sha256: apiKeyHash(secret), scopes: [scope] };
    await network.store.as({ role: "app", tenant }, (tx) =>
      tx.insert(apiKeys).values({ ...row, createdAt: at }),
    );
  }
  await network.store.as({ role: "worker" }, async (tx) => {
    const topic = "coldmark/v1/pharmacy-gw/data";
    const raw = { receivedAt: at, gateway: "pharmacy-gw", topic, lane: "data", door: "embedded" };
    const message = { ...raw, payload: new Uint8Array(1), sha256: new Uint8Array(32) };
    await appendToInbox(tx, Array(3 * count).fill(message));
    let inboxId = 0;
    const letter = (tenant: string | null, n: number, fill = n) => ({
      ...{ tenant, gateway: "pharmacy-gw", topic, inboxId: ++inboxId, readingIndex: n % 2 === 0 ? null : n },
      ...{ reason: "BAD_SIGNATURE" as const, detail: `letter ${n}` },
      payload: new Uint8Array(5_000).fill(fill),
    });
    for (let n = 0; n < count; n += 1) {
      await recordDeadLetters(
        tx,
        [letter("pharmacy", n), letter("maker", 90, 100 + n), letter(null, 91, 200 + n)],
        { at: at + (n >> 1), mostADay: 1_000 },
      );
      const finding = { kind: "SEQ_CONFLICT" as const, subject: "pharmacy-gw", detail: { seq: n, at } };
      await recordFindings(tx, [{ tenant: "pharmacy", ...finding }], at + n);
      await recordFindings(tx, [{ tenant: "maker", ...finding, detail: { seq: 90 } }], at + n);
    }
  });
});
afterAll(() => network?.stop());

type Row = { detail: unknown; at: string } & Record<string, unknown>;
interface Page {
  deadLetters?: Row[];
  findings?: Row[];
  next: string | null;
}
const get = (path: string, key?: string) =>
  network.app.request(path, { headers: key === undefined ? {} : withKey(key) });
const pageOf = async (path: string, key: string) => (await (await get(path, key)).json()) as Page;

/** Every row there is, page by page. */
async function all(path: string, key: string, limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor = ""; ; ) {
    const page = await pageOf(`${path}?limit=${limit}${cursor}`, key);
    const own = page.deadLetters ?? page.findings ?? [];
    expect(own.length).toBeLessThanOrEqual(limit);
    rows.push(...own);
    if (page.next === null) return rows;
    cursor = `&cursor=${page.next}`;
  }
}

describe.each([
  ["/v1/dead-letters", (n: number) => `letter ${n}`],
  ["/v1/findings", (n: number) => ({ seq: n, at })],
])("%s", (path, detailOf) => {
  const newestFirst = Array.from({ length: count }, (_, n) => detailOf(count - 1 - n));

  it.each([1, 2, 3, 100, 5_000])("shows the organisation its own, newest first, %d a page", async (limit) => {
    const wanted = Math.min(limit, 100);
    const rows = await all(path, register, wanted);
    expect(rows.map(({ detail }) => detail)).toEqual(newestFirst);
    expect((await get(`${path}?limit=${limit}`, admin)).status).toBe(200);
  });

  it("shows another organisation its own only", async () => {
    const rows = await all(path, others, 3);
    expect(rows).toHaveLength(count);
    expect(
      rows.every(({ detail }) => detail === "letter 90" || (detail as { seq?: number }).seq === 90),
    ).toBe(true);
  });

  it("is for keys of the scopes admin and register", async () => {
    expect((await get(path)).status).toBe(401);
    expect((await get(path, network.keys.pharmacy)).status).toBe(401);
    expect((await get(path, admin)).status).toBe(200);
  });

  it("refuses limits and cursors that are none", async () => {
    for (const query of [
      "limit=0",
      "limit=x",
      "cursor=x",
      "cursor=1-2-3",
      "cursor=-1",
      "cursor=1e3",
      "by=me",
    ]) {
      expect([query, (await get(`${path}?${query}`, register)).status]).toEqual([query, 400]);
    }
  });
});

it("people who are signed in see their own organisation's only, however far they see else", async () => {
  const [operator, manager] = [
    await seedKey(network.store, "op", "operator"),
    await seedKey(network.store, "pharmacy", "manager"),
  ];
  for (const path of ["/v1/dead-letters", "/v1/findings"]) {
    expect(await all(path, manager, 100)).toHaveLength(count);
    expect(await all(path, operator, 100)).toEqual([]);
  }
});

it("a finding names the equipment that it is about, by the point that lies there or by itself", async () => {
  const [sensor] = await network.store.as({ role: "app", tenant: "pharmacy" }, (tx) =>
    tx.select().from(sensors).where(isNotNull(sensors.equipmentId)).limit(1),
  );
  const found = (kind: "READING_CONFLICT" | "SEQ_GAP" | "SEQ_CONFLICT", subject = "") => {
    return { tenant: "pharmacy", kind, subject, detail: {} };
  };
  const about = [
    found("READING_CONFLICT", sensor?.point),
    found("SEQ_GAP", sensor?.equipmentId ?? ""),
    // A gateway may be called like an equipment.
    found("SEQ_CONFLICT", sensor?.equipmentId ?? ""),
  ];
  await network.store.as({ role: "worker" }, (tx) => recordFindings(tx, about, at + 100));
  const { findings } = (await (await get("/v1/findings?limit=3", register)).json()) as Findings;
  expect(findingsShape.parse({ findings, next: null }).findings).toEqual(findings);
  expect(findings.map(({ equipment }) => typeof equipment?.label)).toEqual(["undefined", "string", "string"]);
  expect(findings[1]?.equipment).toEqual(findings[2]?.equipment);
});

it("the console has words for every reason and every kind of finding", () => {
  for (const reason of Object.keys(deadLetterCures)) expect(deadWords(reason).title).toBe(`dead.${reason}`);
  const other = findingWords("OF_TOMORROW");
  for (const kind of findingKinds) expect(findingWords(kind)).not.toEqual(other);
  expect(deadWords("OF_TOMORROW").title).toBe("dead.other");
});

it("a dead letter says why, what to do, where it came from and its first bytes", async () => {
  const [newest] = await all("/v1/dead-letters", register, 100);
  const payload = Buffer.alloc(3_072, count - 1).toString("base64");
  expect(newest).toEqual({
    ...{ id: expect.any(Number), at: new Date(at + 3).toISOString(), gateway: "pharmacy-gw" },
    ...{ topic: "coldmark/v1/pharmacy-gw/data", reading: null, reason: "BAD_SIGNATURE" },
    ...{ cure: deadLetterCures.BAD_SIGNATURE, detail: `letter ${count - 1}`, payload, bytes: 5_000 },
    ...{ count: 1, lastAt: new Date(at + 3).toISOString() },
  });
  expect(payload).toHaveLength(4_096);
});

it("the keys of receipts are public", async () => {
  const publicKey = ed25519.getPublicKey(new Uint8Array(32).fill(9));
  const told = async (parts: typeof network.parts) =>
    await (await createApp({ ...parts, metrics: new Registry() }).request("/receipt-keys.json")).json();
  expect(await told({ ...network.parts, receiptKeys: [{ kid: "receipt-1", publicKey }] })).toEqual({
    keys: [{ kid: "receipt-1", alg: "Ed25519", publicKey: toBase64(publicKey) }],
  });
  expect(await told(network.parts)).toEqual({ keys: [] });
});
