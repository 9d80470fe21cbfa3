import { expect, it } from "vitest";
import { makeDevice } from "../../support/maker-network.ts";
import { asking, type GatewayStage, withoutId } from "./stage.ts";

/** How often codes may be tried. Afterwards one of the pharmacies may claim nothing for a while. */
export function claimTries(stage: GatewayStage): void {
  const { by, upload, claim } = asking(stage);

  it("a wrong code and an unknown serial look the same, and are limited a minute", async () => {
    const device = makeDevice("LIMIT-1");
    await upload([device]);
    const wrong = await claim(`coldmark:gw:LIMIT-1:${"A".repeat(20)}`, {}, by("other"));
    const unknown = await claim(`coldmark:gw:NOBODYS-1:${device.code}`, {}, by("other"));
    expect([wrong.status, unknown.status]).toEqual([404, 404]);
    expect(await withoutId(wrong)).toEqual(await withoutId(unknown));
    const statuses = [];
    for (let n = 0; n < 12; n += 1)
      statuses.push((await claim(`coldmark:gw:LIMIT-1:${"B".repeat(20)}`, {}, by("other"))).status);
    expect(statuses.slice(-2)).toEqual([429, 429]);
    const right = await claim(device.sticker, {}, by("other"));
    expect([right.status, right.headers.get("retry-after")]).toEqual([429, "5"]);
  });
}
