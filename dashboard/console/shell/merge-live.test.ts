import { describe, expect, it } from "vitest";
import { sampleSite } from "../sample-sites.ts";
import { type HeldSites, isCurrent, keepNewer, mergeLive, sitesWithNewAlarms } from "./merge-live.ts";

const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 4, 0, second)).toISOString();
const other = { id: "00000000-0000-4000-8000-000000000002", names: { zh: "他店", en: "Other" } };
const quiet = sampleSite({ id: "a" });
const alarmed = sampleSite({ id: "b", openAlarms: 1 });
/** Its id is quiet's too, in another organisation. */
const namesake = sampleSite({ id: "a", organisation: other });
const before: HeldSites = { asOf: at(0), sites: [quiet, alarmed, namesake], told: {} };
const event = { asOf: at(2), sites: [], gone: [], openAlarms: 2, unacknowledged: 1, openAtNoSite: 0 };

describe("a live event", () => {
  it("puts changed sites in place, adds new ones and leaves the others the same object", () => {
    const changed = { ...alarmed, openAlarms: 2 };
    const added = sampleSite({ id: "c" });
    const merged = mergeLive(before, { ...event, sites: [changed, added] }, true);
    expect(merged.asOf).toBe(event.asOf);
    expect(merged.sites).toEqual([quiet, changed, namesake, added]);
    expect(merged.sites[0]).toBe(quiet);
  });

  it("changes the site of its own organisation only", () => {
    const changed = { ...namesake, openAlarms: 3 };
    const merged = mergeLive(before, { ...event, sites: [changed] }, true);
    expect(merged.sites).toEqual([quiet, alarmed, changed]);
    expect(sitesWithNewAlarms(before, { ...event, sites: [changed] })).toEqual([changed]);
  });

  it("takes away what is gone, of that organisation only", () => {
    const merged = mergeLive(before, { ...event, gone: [{ organisation: { id: other.id }, id: "a" }] }, true);
    expect(merged.sites).toEqual([quiet, alarmed]);
  });

  it("does not make what was out of date newer", () => {
    const merged = mergeLive(before, { ...event, sites: [{ ...alarmed, openAlarms: 2 }] }, false);
    expect(merged.asOf).toBe(before.asOf);
    expect(merged.sites[1]?.openAlarms).toBe(2);
  });

  it("calls out sites with more open alarms than before, not with as many or fewer", () => {
    const sites = [
      { ...quiet, openAlarms: 1 },
      { ...alarmed, openAlarms: 1 },
    ];
    expect(sitesWithNewAlarms(before, { ...event, sites }).map(({ id }) => id)).toEqual(["a"]);
    expect(sitesWithNewAlarms(before, { ...event, sites: [{ ...alarmed, openAlarms: 0 }] })).toEqual([]);
  });
});

it("calls out a site where an alarm known only from back-fill turns out to last", () => {
  const sites = [{ ...alarmed, lastingAlarms: 1 }];
  expect(sitesWithNewAlarms(before, { ...event, sites })).toEqual(sites);
  const held = mergeLive(before, { ...event, sites }, true);
  expect(sitesWithNewAlarms(held, { ...event, sites: [{ ...alarmed, unacknowledged: 1 }] })).toEqual([]);
});

describe("a fetched answer", () => {
  const changed = { ...alarmed, openAlarms: 2 };
  const gone = [{ organisation: { id: other.id }, id: "a" }];
  const held = mergeLive(before, { ...event, sites: [changed], gone }, true);
  const sites = [{ ...quiet, openAlarms: 5 }, alarmed, namesake];

  it("that is older than an event undoes nothing of it, and tells the rest", () => {
    const kept = keepNewer(held, { asOf: at(1), sites });
    expect(kept.sites).toEqual([sites[0], changed]);
    expect(kept.asOf).toBe(at(2));
    expect(keepNewer(kept, { asOf: at(1), sites }).sites).toEqual(kept.sites);
  });

  it("that is newer, or the first, stands as it is", () => {
    expect(keepNewer(held, { asOf: at(3), sites })).toEqual({ asOf: at(3), sites, told: {} });
    expect(keepNewer(undefined, { asOf: at(0), sites })).toEqual({ asOf: at(0), sites, told: {} });
  });
});

it("sites are current once they were fetched after the stream's greeting", () => {
  expect(isCurrent(before, null)).toBe(false);
  expect(isCurrent(undefined, at(0))).toBe(false);
  expect(isCurrent(before, at(1))).toBe(false);
  expect(isCurrent(before, at(0))).toBe(true);
});
