import { expect, it } from "vitest";
import { makeDevice } from "../../support/maker-network.ts";
import { asking, type Claimed, type GatewayStage } from "./stage.ts";

/** Who gets a gateway by its sticker, what stands in the way, and how it is given back. */
export function claims(stage: GatewayStage): void {
  const { by, upload, claim, claimed, auditOf } = asking(stage);

  it("a code counts once, for whoever comes first; a copied sticker of another maker comes too late", async () => {
    const device = makeDevice("ONCE-1");
    await upload([device]);
    const forged = { ...device.upload, publicKey: makeDevice("X-1").upload.publicKey };
    await stage.network.ask("POST", "/v1/devices", { devices: [forged] }, by("rival"));
    const answers = await Promise.all([
      claim(device.sticker, { gatewayId: "race-a" }),
      claim(device.sticker, { gatewayId: "race-b" }, by("other")),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    const winner = answers.find(({ status }) => status === 201);
    expect((await winner?.json()) as Claimed).toMatchObject({ gateway: { keys: [{ kid: device.kid }] } });
    expect((await claim(device.sticker, { gatewayId: "race-c" })).status).toBe(409);
  });

  it("an id that is taken, a site that isn't one and a text that is no sticker are named", async () => {
    const [one, two] = [makeDevice("NAMED-1"), makeDevice("NAMED-2")];
    await upload([one, two]);
    expect((await claim(one.sticker)).status).toBe(201);
    const taken = await claim(two.sticker, { gatewayId: "named-1" }, by("other"));
    expect(await taken.json()).toMatchObject({
      ...{ status: 409, detail: expect.stringContaining("named-1") },
      faults: [{ path: "/gatewayId" }],
    });
    const ours = await claim(two.sticker, { gatewayId: "coldmark-collector" });
    expect(await ours.json()).toMatchObject({ status: 409, faults: [{ path: "/gatewayId" }] });
    const again = await claim(one.sticker, { gatewayId: "named-1-b" }, by("other"));
    expect(await again.json()).toMatchObject({ status: 409, faults: [{ path: "/sticker" }] });
    const own = await claim(one.sticker, { gatewayId: "named-1-b" });
    expect(await own.json()).toMatchObject({
      ...{
        status: 409,
        faults: [{ path: "/sticker" }, { path: "/gateways/named-1", message: "it is yours" }],
      },
    });
    const nowhere = await claim(two.sticker, { site: "elsewhere" });
    expect(await nowhere.json()).toMatchObject({ status: 400, faults: [{ path: "/site" }] });
    expect(await (await claim("6901234567892")).json()).toMatchObject({
      status: 400,
      faults: [{ path: "/sticker" }],
    });
    expect((await claim(two.sticker)).status).toBe(201);
    const [three, four] = [makeDevice("NAMED-3"), makeDevice("NAMED-4")];
    await upload([three, four]);
    const race = await Promise.all([
      claim(three.sticker, { gatewayId: "same-id" }),
      claim(four.sticker, { gatewayId: "same-id" }, by("other")),
    ]);
    expect(race.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it("given back, it is revoked, its code is dead, and its maker may bring it anew under another key", async () => {
    const device = makeDevice("BACK-1");
    const { gateway } = await claimed(device);
    const path = `/v1/gateways/${gateway.id}/release`;
    const why = { why: "sold the shop" };
    const released = await stage.network.ask("POST", path, why, by("shop"));
    expect(await released.json()).toMatchObject({ id: "back-1", revokedAt: expect.any(String) });
    expect((await stage.network.ask("POST", path, why, by("shop"))).status).toBe(409);
    expect((await claim(device.sticker, { gatewayId: "back-1-b" })).status).toBe(409);
    const sameKey = makeDevice("BACK-1");
    const reused = { ...device.upload, claimSha256: sameKey.upload.claimSha256 };
    const refused = await stage.network.ask("POST", "/v1/devices", { devices: [reused] }, by("maker"));
    expect(await refused.json()).toMatchObject({ status: 409, faults: [{ path: "/devices/0/kid" }] });
    const anew = makeDevice("BACK-1");
    expect(await (await upload([anew])).json()).toEqual({ added: 1, unchanged: 0 });
    expect((await claim(anew.sticker, {}, by("other"))).status).toBe(409);
    expect((await claim(anew.sticker, { gatewayId: "back-1-b" }, by("other"))).status).toBe(201);
    const trail = await auditOf("gateway back-1");
    expect(trail.slice(2).map(({ action, reason }) => [action, reason])).toEqual([
      ["gateway.release", "sold the shop"],
      ["register.change", "sold the shop"],
    ]);
  });
}
