import { describe, expect, it } from "vitest";
import { findExcursions } from "#domain/coldchain/excursions.ts";
import { CASE_PACKS } from "./case-packs.ts";
import { casePlaces } from "./case-places.ts";
import type { DemoStay } from "./case-stays.ts";
import { demoNetwork } from "./network.ts";
import { probeSource } from "./reading-source.ts";

const minuteMs = 60_000;
const now = Date.UTC(2026, 2, 14, 9, 26, 53);
const small = demoNetwork({ seed: 1, sites: 3, now });
const large = demoNetwork({ seed: 1, sites: 120, now });

describe.each([
  ["small", small, 3],
  ["large", large, 120],
] as const)("the cases of the %s network", (_, demo, sites) => {
  const places = casePlaces(sites);
  const owned = demo.network.organisations.flatMap(({ sites: own = [] }) => own);
  const registered = owned.flatMap(({ equipment }) => equipment);
  /** The readings of every probe in a stay, as its gateway samples them; a fault or silence has none. */
  const samplesOf = ({ equipment: id, from, to }: DemoStay): { ts: number; t: number | null }[][] =>
    demo.devices.gateways.flatMap((gateway) => {
      const channels = gateway.channels.filter((channel) => channel.equipment === id);
      const readings = channels.length > 0 ? probeSource(gateway, now).take(100_000, to ?? now) : [];
      return channels.map(({ channel }) =>
        readings.filter(({ s, ts }) => s === channel && ts >= from).map(({ ts, t = null }) => ({ ts, t })),
      );
    });
  const caseOf = (name: string) => {
    const found = demo.cases.find((each) => each.case === name);
    if (!found) throw new Error(`no case ${name}`);
    return found;
  };
  const excursionsOf = (name: string) =>
    caseOf(name).stays.flatMap((stay) => {
      const maxGapMs = stay.equipment.startsWith("truck") ? 5 * minuteMs : 30 * minuteMs;
      const rules = { lowerLimitC: 2, upperLimitC: 8, maxGapMs, intervalMs: maxGapMs };
      return samplesOf(stay).map((samples) => ({
        equipment: stay.equipment,
        ...findExcursions(samples, rules),
      }));
    });

  it("are all there, each pack with a page of its own", () => {
    expect(demo.cases.map((each) => each.case)).toEqual(CASE_PACKS.map((each) => each.case));
    expect(new Set(demo.cases.map(({ path }) => path)).size).toBe(demo.cases.length);
    expect(caseOf("good-china-code").path).toMatch(/^\/cn\/dtc\/\d{20}$/);
  });

  it("leave no minute between the stays of any pack", () => {
    for (const { stays } of demo.cases)
      stays.forEach((stay, at) => {
        if (at > 0) expect(stay.from).toBe(stays[at - 1]?.to);
      });
    expect(demo.cases.every(({ stays }) => (stays[0]?.from ?? 0) > demo.since)).toBe(true);
  });

  it("have equipment that was there and read before the pack came", () => {
    for (const { equipment, from } of demo.cases.flatMap(({ stays }) => stays)) {
      const record = registered.find(({ id }) => id === equipment);
      expect(Date.parse(record?.since ?? "")).toBeLessThan(from);
    }
  });

  it.each(CASE_PACKS.map((each) => each.case).filter((name) => !["warm", "frozen"].includes(name)))(
    "keep the %s pack in 2–8 °C wherever it is read",
    (name) => {
      const read = caseOf(name).stays.flatMap((stay) =>
        samplesOf(stay)
          .flat()
          .flatMap(({ t }) => t ?? []),
      );
      expect(read.length).toBeGreaterThan(100);
      expect(Math.max(...read)).toBeLessThan(8);
      expect(Math.min(...read)).toBeGreaterThan(2);
    },
  );

  it.each([
    ["warm", "truck", "high", 9, 34, 46],
    ["frozen", "coldTruck", "low", 0, 35, 75],
  ] as const)(
    "take the %s pack out of limits once, at every probe of its truck, read every 2 min",
    (...told) => {
      const [name, truck, direction, pastC, least, most] = told;
      const out = excursionsOf(name).filter(({ excursions }) => excursions.length > 0);
      expect(out.map((report) => report.equipment)).toEqual(Array(4).fill(places[truck]));
      for (const { excursions, gaps, longestIntervalOutMs } of out) {
        expect(gaps).toEqual([]);
        expect(longestIntervalOutMs).toBeLessThanOrEqual(2 * minuteMs);
        expect(excursions.map((each) => each.direction)).toEqual([direction]);
        const [{ durationMs, extremeC } = { durationMs: 0, extremeC: 5 }] = excursions;
        expect(durationMs).toBeGreaterThan(least * minuteMs);
        expect(durationMs).toBeLessThan(most * minuteMs);
        expect(Math.sign(extremeC - pastC)).toBe(direction === "high" ? 1 : -1);
      }
    },
  );

  it("silence the only probe of the silent pack's refrigerator for five hours, and no other", () => {
    const gapsOf = (name: string) =>
      excursionsOf(name).flatMap(({ equipment, gaps }) => gaps.map((gap) => ({ equipment, ...gap })));
    const [gap, ...more] = gapsOf("silent");
    expect([gap?.equipment, more]).toEqual([places.silentFridge, []]);
    expect((gap?.to ?? 0) - (gap?.from ?? 0)).toBeGreaterThan(4 * 60 * minuteMs);
    for (const name of ["good", "dispensed", "recalled", "backfilled", "on-its-way"])
      expect(gapsOf(name)).toEqual([]);
  });

  it("keep the backfilled pack's gateway, and no other case's, off its line", () => {
    const cut = demo.devices.gateways.filter(({ line, isInCase }) => isInCase && line !== "up");
    expect(cut.flatMap(({ channels }) => channels.map(({ equipment }) => equipment))).toEqual([
      places.backfilledFridge,
      places.backfilledFridge,
    ]);
    expect(cut.map(({ line }) => line)).toEqual([{ from: now - 5 * 60 * minuteMs, backMs: 2 * minuteMs }]);
  });

  it("recall the lot of the recalled pack, and of no other", () => {
    const [recall] = demo.recalls;
    expect(demo.recalls).toHaveLength(1);
    const recalled = demo.cases.filter(({ path }) => path.includes(`/10/${recall?.lot}/`));
    expect(recalled.map((each) => each.case)).toEqual(["recalled"]);
    expect(recall?.organisation).toBe("demo-maker");
  });

  it("are stated in the order of time, each event once, the second sale by another pharmacy", () => {
    const times = demo.captures.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const text = JSON.stringify(demo.captures);
    const ids = text.match(/urn:uuid:[0-9a-f-]{36}/g);
    expect(new Set(ids).size).toBe(ids?.length);
    const sales = demo.captures.filter(({ document }) => {
      const said = JSON.stringify(document);
      return said.includes('"dispensing"') && said.includes(caseOf("sold-twice").epc);
    });
    expect(new Set(sales.map(({ organisation }) => organisation)).size).toBe(2);
  });
});
