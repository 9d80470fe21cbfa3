import { and, eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { gateways } from "#store/schema/gateways.ts";
import { makeDevice } from "../../support/maker-network.ts";
import { asking, type GatewayStage, type ToldGateway } from "./stage.ts";

/** How keys and gateways end, by the API and by a register file. */
export function revocations(stage: GatewayStage): void {
  const { by, claimed, entriesOf } = asking(stage);

  it("a revocation can be brought forward, never put off; a revoked gateway takes no key and no change", async () => {
    const device = makeDevice("LAST-1");
    const { gateway } = await claimed(device);
    const path = `/v1/gateways/${gateway.id}`;
    const revoke = (aheadMs: number) => {
      const at = new Date(Date.now() + aheadMs).toISOString();
      return stage.network.ask(
        "POST",
        `${path}/keys/${device.kid}/revoke`,
        { at, why: "found open" },
        by("shop"),
      );
    };
    expect((await revoke(2 * 86_400_000)).status).toBe(200);
    expect((await revoke(3 * 86_400_000)).status).toBe(409);
    expect((await revoke(400 * 86_400_000)).status).toBe(400);
    expect((await revoke(86_400_000)).status).toBe(200);
    expect((await revoke(-86_400_000)).status).toBe(200);
    const [first, ...rest] = (await entriesOf(device.kid)).map(({ body }) => Number(body.until ?? 0));
    expect([first, rest.length]).toEqual([0, 3]);
    expect(rest.at(-1)).toBeGreaterThan(Date.now() - 60_000);
    const whole = await stage.network.ask("POST", `${path}/revoke`, { why: "found open" }, by("shop"));
    const { revokedAt } = (await whole.json()) as ToldGateway;
    const twice = await stage.network.ask("POST", `${path}/revoke`, { why: "found open" }, by("shop"));
    expect(await twice.json()).toMatchObject({ revokedAt });
    const key = { kid: "late", alg: "Ed25519", publicKey: makeDevice("K-1").upload.publicKey };
    expect((await stage.network.ask("POST", `${path}/keys`, key, by("shop"))).status).toBe(409);
    const patch = { signatureRequired: false };
    expect((await stage.network.ask("PATCH", path, patch, by("shop"))).status).toBe(409);
  });

  it("a register file revokes keys and gateways, and says it once", async () => {
    const device = makeDevice("FILE-1");
    const { gateway } = await claimed(device);
    const { publicKey } = device.upload;
    const fileWith = (key: object, more: object = {}) => ({
      coldmark: 1,
      operator: "op",
      organisations: [
        {
          ...{ id: "shop", kind: "pharmacy", names: { zh: "示范", en: "Demo" } },
          sites: [
            {
              ...{ id: "till-side", kind: "shop", gln: "6900000000113", names: { zh: "示范", en: "Demo" } },
              gateways: [
                {
                  ...{ id: gateway.id, kind: "native", signatureRequired: true, ...more },
                  keys: [{ kid: device.kid, alg: "Ed25519", publicKey, ...key }],
                },
              ],
            },
          ],
        },
      ],
    });
    stage.network.people.now = Date.now();
    const revokedAt = new Date(Date.now() + 86_400_000).toISOString();
    const { register } = stage.network.people;
    expect(await register(fileWith({ revokedAt }))).toMatchObject({
      faults: [],
      changed: [`shop: key ${device.kid}`],
    });
    expect(await register(fileWith({ revokedAt }))).toMatchObject({ faults: [], changed: [] });
    expect(await register(fileWith({}))).toMatchObject({ faults: [], changed: [] });
    const later = new Date(Date.now() + 2 * 86_400_000).toISOString();
    expect((await register(fileWith({ revokedAt: later }))).faults).toMatchObject([
      { path: "organisations[0].sites[0].gateways[0].keys[0].revokedAt" },
    ]);
    const revoked = await register(fileWith({}, { revoked: true }));
    expect(revoked.changed.sort()).toEqual([`shop: gateway ${gateway.id}`, `shop: key ${device.kid}`]);
    expect(await register(fileWith({}, { revoked: true }))).toMatchObject({ faults: [], changed: [] });
    expect((await register(fileWith({}, { revoked: false }))).faults).toHaveLength(1);
    const [row] = await stage.store.as({ role: "app", tenant: "shop" }, (tx) =>
      tx
        .select()
        .from(gateways)
        .where(and(eq(gateways.tenantId, "shop"), eq(gateways.id, gateway.id))),
    );
    expect(row?.revokedAt).not.toBeNull();
    expect((await entriesOf(device.kid)).map(({ body }) => typeof body.until)).toEqual([
      ...["object", "number", "number"],
    ]);
  });
}
