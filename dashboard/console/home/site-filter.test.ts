import { describe, expect, it } from "vitest";
import { sampleEquipment, sampleSite } from "../sample-sites.ts";
import { countByState, filterSites, provincesOf, readSiteFilter } from "./site-filter.ts";

const hangzhou = sampleSite({ id: "h", names: { zh: "西湖店", en: "West Lake shop" } });
const chengdu = sampleSite({
  id: "c",
  names: { zh: "成都店", en: "Chengdu shop" },
  city: { zh: "成都", en: "Chengdu" },
  province: { zh: "四川", en: "Sichuan" },
  equipment: [sampleEquipment({ state: "no-data" }), sampleEquipment({}), sampleEquipment({})],
});
const sites = [hangzhou, chengdu];
const shown = (filter: Parameters<typeof filterSites>[1]) => filterSites(sites, filter).map(({ id }) => id);

describe("the filter in the address", () => {
  it("is read, and what is not understood is left out", () => {
    expect(readSiteFilter({ state: "no-data", province: "Sichuan", q: 12, kiosk: "1" })).toEqual({
      state: "no-data",
      province: "Sichuan",
      q: "12",
      kiosk: 1,
    });
    expect(readSiteFilter({ state: "fine", province: {}, q: "", kiosk: "yes" })).toEqual({});
  });

  it("narrows by state of any equipment, province and every word in either language", () => {
    expect(shown({})).toEqual(["h", "c"]);
    expect(shown({ state: "no-data" })).toEqual(["c"]);
    expect(shown({ state: "in-range" })).toEqual(["h"]);
    expect(shown({ province: "Zhejiang" })).toEqual(["h"]);
    expect(shown({ q: "SICHUAN shop" })).toEqual(["c"]);
    expect(shown({ q: "西湖" })).toEqual(["h"]);
    expect(shown({ q: "lake sichuan" })).toEqual([]);
  });
});

it("provinces are told once, in the order of the language", () => {
  expect(provincesOf([...sites, hangzhou], "en")).toEqual([
    { en: "Sichuan", name: "Sichuan" },
    { en: "Zhejiang", name: "Zhejiang" },
  ]);
  expect(provincesOf(sites, "zh-CN").map(({ name }) => name)).toEqual(["四川", "浙江"]);
});

it("a site counts once for each state it has, and as in range only when all of it is", () => {
  expect(countByState(sites)).toMatchObject({ "in-range": 1, "no-data": 1, "too-warm": 0 });
});
