import { describe, expect, it } from "vitest";
import { sampleSite } from "../sample-sites.ts";
import { mergeLive, sitesWithNewAlarms } from "./merge-live.ts";

const quiet = sampleSite({ id: "a" });
const alarmed = sampleSite({ id: "b", openAlarms: 1 });
const before = { asOf: "2026-03-01T04:00:00.000Z", sites: [quiet, alarmed] };
const counts = { asOf: "2026-03-01T04:00:02.000Z", openAlarms: 2, unacknowledged: 1 };

describe("a live event", () => {
  it("puts changed sites in place, adds new ones and leaves the others the same object", () => {
    const changed = { ...alarmed, openAlarms: 2 };
    const added = sampleSite({ id: "c" });
    const merged = mergeLive(before, { ...counts, sites: [changed, added] });
    expect(merged.asOf).toBe(counts.asOf);
    expect(merged.sites).toEqual([quiet, changed, added]);
    expect(merged.sites[0]).toBe(quiet);
  });

  it("without sites says only that all is as it was, later", () => {
    const merged = mergeLive(before, { ...counts, sites: [] });
    expect(merged).toEqual({ ...before, asOf: counts.asOf });
    expect(merged.sites).toBe(before.sites);
  });

  it("calls out sites with more open alarms than before, not with as many or fewer", () => {
    const sites = [
      { ...quiet, openAlarms: 1 },
      { ...alarmed, openAlarms: 1 },
    ];
    expect(sitesWithNewAlarms(before, { ...counts, sites }).map(({ id }) => id)).toEqual(["a"]);
    expect(sitesWithNewAlarms(before, { ...counts, sites: [{ ...alarmed, openAlarms: 0 }] })).toEqual([]);
  });
});
