import { afterAll, beforeAll, expect, it } from "vitest";
import { apiKeyHash, newApiKey } from "#services/api-keys/secret.ts";
import { apiKeys } from "#store/schema/api-keys.ts";
import { type ApiNetwork, startApiNetwork, withKey } from "../support/api-network.ts";

let network: ApiNetwork;
const key = newApiKey();
const source = {
  ...{ kind: "mapping", topic: "plant/+/climate", device: { level: 2 }, time: { from: "receipt" } },
  values: [{ name: "air", as: "t", pointer: "/t", unit: "K" }],
};
const asked = { source, topic: "plant/room 1/climate", message: '{"t":277.35}' };

beforeAll(async () => {
  network = await startApiNetwork();
  const row = { tenantId: "pharmacy", id: "tries", sha256: apiKeyHash(key), scopes: ["register" as const] };
  await network.store.as({ role: "app", tenant: "pharmacy" }, (tx) =>
    tx.insert(apiKeys).values({ ...row, createdAt: 1 }),
  );
});
afterAll(() => network?.stop());

const ask = (body: unknown, secret: string | null = key) =>
  network.app.request("/v1/mappings/dry-run", {
    method: "POST",
    headers: { "content-type": "application/json", ...(secret === null ? {} : withKey(secret)) },
    body: JSON.stringify(body),
  });

it("says what each reading of a pasted message becomes", async () => {
  const response = await ask(asked);
  expect([response.status, await response.json()]).toEqual([
    200,
    {
      topics: ["plant/+/climate"],
      refused: null,
      count: 1,
      readings: [
        {
          ...{ channel: "room 1/air", at: new Date(network.now).toISOString(), placedBy: "receipt" },
          ...{ values: { t: 4.2 }, refused: null },
        },
      ],
    },
  ]);
});

it("takes bytes as base64, and says why a message can't be used", async () => {
  const message = Buffer.from("no json").toString("base64");
  const response = await ask({ ...asked, message, encoding: "base64" });
  expect(await response.json()).toMatchObject({ refused: { reason: "MALFORMED" }, count: 0 });
  expect((await ask({ ...asked, message: "?", encoding: "base64" })).status).toBe(400);
});

it("lists the faults of a source with their paths", async () => {
  const response = await ask({ ...asked, source: { ...source, topic: "plant/+/#" } });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ faults: [{ path: "/source/topic" }] });
});

it("is for keys of the scopes admin and register, and up to 512 KiB", async () => {
  expect((await ask(asked, null)).status).toBe(401);
  expect((await ask(asked, network.keys.pharmacy)).status).toBe(401);
  expect((await ask({ ...asked, message: "x".repeat(600_000) })).status).toBe(413);
});
