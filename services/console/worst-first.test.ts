import { expect, it } from "vitest";
import { type SiteState, worstFirst } from "./worst-first.ts";

it("a site where nothing is watched stands after whatever is wrong and before what is in range", () => {
  const states: SiteState[] = ["in-range", "no-equipment", "never-reported", "too-cold"];
  const sites = states.map((state) => ({ state, since: null, names: { en: state } }));
  expect(sites.sort(worstFirst).map(({ state }) => state)).toEqual([
    ...["too-cold", "never-reported", "no-equipment", "in-range"],
  ]);
});
