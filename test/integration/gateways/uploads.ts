import { expect, it } from "vitest";
import { makeDevice } from "../../support/maker-network.ts";
import { asking, type GatewayStage } from "./stage.ts";

/** x = 1 has no y on P-256. */
const offCurve = Buffer.from(`02${"01".padStart(64, "0")}`, "hex").toString("base64");

/** What a maker uploads of its gateways, and what of it is refused. */
export function uploads(stage: GatewayStage): void {
  const { by, upload } = asking(stage);

  it("the same upload again changes nothing; conflicts are named and keep all of it out", async () => {
    const [one, two, three] = [makeDevice("UP-1"), makeDevice("UP-2"), makeDevice("UP-3")];
    expect(await (await upload([one, two])).json()).toEqual({ added: 2, unchanged: 0 });
    expect(await (await upload([one, two])).json()).toEqual({ added: 0, unchanged: 2 });
    const otherKey = makeDevice("UP-1");
    const sameKey = { ...makeDevice("UP-4"), upload: { ...two.upload, serial: "UP-4" } };
    const sameCode = {
      ...makeDevice("UP-5"),
      upload: { ...makeDevice("UP-5").upload, claimSha256: one.upload.claimSha256 ?? "" },
    };
    const refused = await upload([three, otherKey, sameKey, sameCode, three]);
    expect(refused.status).toBe(409);
    const { faults } = (await refused.json()) as { faults: { path: string }[] };
    expect(faults.map(({ path }) => path)).toEqual([
      ...["/devices/4/serial", "/devices/4/kid", "/devices/4/claimSha256"],
      ...["/devices/1/serial", "/devices/2/kid", "/devices/3/claimSha256"],
    ]);
    expect(await (await upload([three])).json()).toEqual({ added: 1, unchanged: 0 });
    const list = await stage.network.ask("GET", "/v1/devices?limit=2&cursor=UP-1", undefined, by("maker"));
    expect(await list.json()).toMatchObject({
      devices: [{ serial: "UP-2", state: "free" }, { serial: "UP-3" }],
      next: null,
    });
  });

  it.each([
    ["a key that is none", { publicKey: Buffer.alloc(31).toString("base64") }],
    ["a point that is not on the curve", { alg: "ES256", publicKey: offCurve }],
    ["a serial with a blank", { serial: "CM 1" }],
    ["the code itself", { claimSha256: "ABCDEFGH23456789" }],
    ["a field nobody knows", { owner: "shop" }],
  ])("refuses an upload with %s", async (_what, change) => {
    const devices = [{ ...makeDevice("BAD-1").upload, ...change }];
    const response = await stage.network.ask("POST", "/v1/devices", { devices }, by("maker"));
    expect(response.status).toBe(400);
    const { faults } = (await response.json()) as { faults: { path: string }[] };
    expect(faults.every(({ path }) => path.startsWith("/devices/0"))).toBe(true);
  });

  it("takes at most 1,000 gateways a call", async () => {
    const { upload: one } = makeDevice("MANY-1");
    const devices = Array.from({ length: 1_001 }, () => one);
    expect((await stage.network.ask("POST", "/v1/devices", { devices }, by("maker"))).status).toBe(400);
  });
}
