import { ed25519 } from "@noble/curves/ed25519.js";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "#api/app.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { apiKeyHash, newApiKey } from "#services/api-keys/secret.ts";
import { deadLetterCures } from "#store/dead-letters.ts";
import { recordFindings } from "#store/findings.ts";
import { appendToInbox } from "#store/inbox.ts";
import { recordDeadLetters } from "#store/record-dead-letters.ts";
import { apiKeys } from "#store/schema/api-keys.ts";
import { type ApiNetwork, startApiNetwork, withKey } from "../support/api-network.ts";

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
