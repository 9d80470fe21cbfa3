import { describe, expect, it } from "vitest";
import { sampleEquipment, sampleSite } from "../sample-sites.ts";
import { sortSites } from "./sort-sites.ts";

describe("sites", () => {
  it("come worst first, then longest wrong first, then by name with numbers in order", () => {
    const sites = [
      sampleSite({ names: { zh: "十", en: "Shop 10" } }),
      sampleSite({ names: { zh: "九", en: "Shop 9" } }),
      sampleSite({ names: { zh: "新", en: "Newly warm" }, equipment: [warm("2026-03-01T02:00:00.000Z")] }),
      sampleSite({ names: { zh: "久", en: "Long warm" }, equipment: [warm("2026-03-01T01:00:00.000Z")] }),
      sampleSite({ names: { zh: "冷", en: "Cold" }, equipment: [sampleEquipment({ state: "too-cold" })] }),
    ];
    expect(sortSites(sites).map(({ names }) => names.en)).toEqual([
      "Cold",
      "Long warm",
      "Newly warm",
      "Shop 9",
      "Shop 10",
    ]);
  });

  it("have their worst equipment first, and stay the same object when nothing moved", () => {
    const site = sampleSite({ equipment: [sampleEquipment({}), sampleEquipment({ state: "no-data" })] });
    const [sorted] = sortSites([site]);
    expect(sorted?.equipment.map(({ state }) => state)).toEqual(["no-data", "in-range"]);
    expect(sortSites([sorted ?? site])[0]).toBe(sorted);
  });
});

function warm(since: string) {
  return sampleEquipment({ state: "too-warm", since, tC: 9.4 });
}
