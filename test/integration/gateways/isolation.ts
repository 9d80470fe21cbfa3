import { eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import type { Tx } from "#store/connect.ts";
import { gatewayCommands } from "#store/schema/gateway-commands.ts";
import { makerDevices } from "#store/schema/maker-devices.ts";
import { sequenceGaps } from "#store/schema/sequence-gaps.ts";
import { makeDevice } from "../../support/maker-network.ts";
import { asking, type GatewayStage, withoutId } from "./stage.ts";

/** What another organisation finds of a gateway: nothing, by the API and by the tables alone. */
export function isolation(stage: GatewayStage): void {
  const { by, upload, claimed } = asking(stage);

  it("another organisation finds none of it: by every route the same answer as for what isn't there", async () => {
    const device = makeDevice("MINE-1");
    const { gateway } = await claimed(device);
    const why = { why: "not mine" };
    const key = { kid: "mine", alg: "Ed25519", publicKey: makeDevice("K-2").upload.publicKey };
    const calls = (id: string): [string, string, object?][] => [
      ["GET", `/v1/gateways/${id}`],
      ["PATCH", `/v1/gateways/${id}`, { signatureRequired: false }],
      ["POST", `/v1/gateways/${id}/keys`, key],
      ["POST", `/v1/gateways/${id}/keys/${device.kid}/revoke`, why],
      ["POST", `/v1/gateways/${id}/revoke`, why],
      ["POST", `/v1/gateways/${id}/release`, why],
    ];
    const nobodys = calls("no-such-gateway");
    for (const [at, [method, path, body]] of calls(gateway.id).entries()) {
      const theirs = await stage.network.ask(method, path, body, by("other"));
      expect([method, path, theirs.status]).toEqual([method, path, 404]);
      const none = await stage.network.ask(method, nobodys[at]?.[1] ?? "", body, by("other"));
      expect(await withoutId(theirs)).toEqual(await withoutId(none));
      for (const headers of [by("weak"), by("maker"), {}])
        expect((await stage.network.ask(method, path, body, headers)).status).toBe(401);
    }
    const rows = await stage.network.ask("GET", "/v1/devices?limit=1000", undefined, by("rival"));
    expect(JSON.stringify(await rows.json())).not.toContain("MINE-1");
    expect((await stage.network.ask("GET", "/v1/devices", undefined, by("shop"))).status).toBe(401);
    const shown = await stage.network.ask("GET", `/v1/gateways/${gateway.id}`, undefined, by("shop"));
    expect(await shown.json()).toEqual(gateway);
  });

  it("row-level security alone refuses the same", async () => {
    const device = makeDevice("RLS-1");
    await upload([device, makeDevice("RLS-2")]);
    const asTenant = <T>(tenant: string, work: (tx: Tx) => Promise<T>) =>
      stage.store.as({ role: "app", tenant }, work);
    const serials = (tx: Tx) =>
      tx
        .select({ serial: makerDevices.serial })
        .from(makerDevices)
        .where(sql`${makerDevices.serial} like 'RLS-%'`);
    const reason = (work: Promise<unknown>) =>
      work.then(
        () => "allowed",
        (fault: Error) => `${fault.message} ${String(fault.cause)}`,
      );
    expect(await asTenant("gateway-maker", serials)).toHaveLength(2);
    expect(await asTenant("rival-maker", serials)).toEqual([]);
    expect(await asTenant("shop", serials)).toEqual([]);
    const take = (tx: Tx) =>
      tx
        .update(makerDevices)
        .set({ claimedBy: "shop", claimedGateway: "x", claimedAt: 1 })
        .where(eq(makerDevices.serial, "RLS-1"))
        .returning();
    expect(await asTenant("shop", take)).toEqual([]);
    const code = sql`select set_config('app.claim', ${device.upload.claimSha256}, true)`;
    const withCode = <T>(tenant: string, work: (tx: Tx) => Promise<T>) =>
      asTenant(tenant, async (tx) => {
        await tx.execute(code);
        return await work(tx);
      });
    expect(await withCode("shop", serials)).toEqual([{ serial: "RLS-1" }]);
    const forAnother = (tx: Tx) =>
      tx
        .update(makerDevices)
        .set({ claimedBy: "other", claimedAt: 1 })
        .where(eq(makerDevices.serial, "RLS-1"));
    expect(await reason(withCode("shop", forAnother))).toContain("row-level security");
    expect(await withCode("shop", take)).toHaveLength(1);
    expect(await asTenant("shop", serials)).toEqual([{ serial: "RLS-1" }]);
    expect(await withCode("other", take)).toEqual([]);
    expect(await asTenant("other", serials)).toEqual([]);
    const row = {
      tenantId: "rival-maker",
      serial: "RLS-9",
      kid: "k",
      alg: "Ed25519" as const,
      uploadedAt: 1,
    };
    const bytes = { publicKey: new Uint8Array(32), claimSha256: new Uint8Array(32) };
    const foreign = asTenant("shop", (tx) => tx.insert(makerDevices).values({ ...row, ...bytes }));
    expect(await reason(foreign)).toContain("row-level security");

    const gap = { gatewayId: "g", boot: 1, fromSeq: 1, toSeq: 2, beforeMs: 1, foundAt: 1 };
    await stage.store.as({ role: "worker" }, async (tx) => {
      await tx.insert(sequenceGaps).values([
        { ...gap, tenantId: "shop" },
        { ...gap, tenantId: "other" },
      ]);
    });
    const gaps = (tx: Tx) =>
      tx.select({ t: sequenceGaps.tenantId }).from(sequenceGaps).where(eq(sequenceGaps.gatewayId, "g"));
    expect(await asTenant("shop", gaps)).toEqual([{ t: "shop" }]);
    const write = asTenant("shop", (tx) =>
      tx.insert(sequenceGaps).values({ ...gap, tenantId: "shop", boot: 2 }),
    );
    expect(await reason(write)).toContain("permission denied");
    const commands = asTenant("shop", (tx) => tx.select().from(gatewayCommands));
    expect(await reason(commands)).toContain("permission denied");
  });
}
