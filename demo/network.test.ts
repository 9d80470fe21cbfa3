import { describe, expect, it } from "vitest";
import { hasValidCheckDigit } from "#domain/codes/check-digit.ts";
import { findExcursions } from "#domain/coldchain/excursions.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { verifySignature } from "#domain/log/signature.ts";
import { probeValue } from "./fridge-model.ts";
import { demoNetwork, registerMessage } from "./network.ts";
import { PLACES } from "./network-plan.ts";
import type { DemoStay } from "./shipments.ts";

const minuteMs = 60_000;
const now = Date.UTC(2026, 2, 14, 9, 26, 53);
const demo = demoNetwork({ seed: 1, sites: 3, now });
const channels = demo.devices.gateways.flatMap((gateway) =>
  gateway.channels.map((channel) => ({ ...channel, phaseMs: gateway.phaseMs })),
);
const sites = demo.network.organisations.flatMap(({ sites: found = [] }) => found);
const equipment = sites.flatMap((site) => site.equipment);

/** Every minute's readings of every probe in a stay. */
function samplesOf({ equipment: id, from, to }: DemoStay): { ts: number; t: number | null }[][] {
  const inside = channels.filter((channel) => channel.equipment === id);
  return inside.map(({ climate, probe }) => {
    const count = Math.ceil(((to ?? now) - from) / minuteMs);
    const times = Array.from({ length: count }, (_, at) => from + at * minuteMs);
    return times.map((ts) => ({ ts, t: probeValue(climate, probe, ts)?.t ?? null }));
  });
}

function caseOf(name: string): (typeof demo.cases)[number] {
  const found = demo.cases.find((each) => each.case === name);
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

describe("the demo network", () => {
  it("is the same for the same seed and time, and another for another seed", () => {
    expect(demoNetwork({ seed: 1, sites: 3, now })).toEqual(demo);
    expect(demoNetwork({ seed: 2, sites: 3, now }).network).not.toEqual(demo.network);
  });

  it("has 40 measuring points behind 10 gateways, each channel used once", () => {
    expect(channels).toHaveLength(40);
    expect(demo.devices.gateways).toHaveLength(10);
    const sensors = equipment.flatMap(({ sensors: found }) => found);
    expect(new Set(sensors.map(({ gateway, channel }) => `${gateway}/${channel}`)).size).toBe(40);
    expect(new Set(sensors.map(({ point }) => point)).size).toBe(40);
    expect(demo.network.organisations.filter(({ kind }) => kind === "pharmacy")).toHaveLength(3);
  });

  it("has enough points for its scopes (GSP 附录3 §13, §14)", () => {
    for (const { scope, sensors } of equipment)
      expect(sensors.length).toBeGreaterThanOrEqual(scope === "shop" ? 1 : 2);
  });

  it("grows by one gateway with every further pharmacy", () => {
    const larger = demoNetwork({ seed: 1, sites: 12, now });
    expect(larger.devices.gateways).toHaveLength(19);
    expect(new Set(larger.network.organisations.map(({ gln }) => gln)).size).toBe(4 + 12);
  });

  it("has check digits that hold and identifiers of its own", () => {
    const glns = [...demo.network.organisations, ...sites].map(({ gln }) => gln);
    const gtins = demo.network.organisations.flatMap(({ products = [] }) => products.map(({ gtin }) => gtin));
    const ssccs = JSON.stringify(demo.captures).match(/(?<=id\.gs1\.org\/00\/)\d{18}/g) ?? [];
    expect(new Set(ssccs).size).toBe(3);
    for (const key of [...glns, ...gtins, ...ssccs]) expect(hasValidCheckDigit(key), key).toBe(true);
    expect(new Set(glns).size).toBe(glns.length);
  });

  it("is signed by the offline key of each organisation, and not after a change", () => {
    const { signatures, ...file } = demo.network;
    const holds = (message: Uint8Array): boolean[] =>
      demo.network.organisations.map(({ keys: [key] }) => {
        const signature = signatures.find(({ kid }) => kid === key?.kid);
        if (!key || !signature) return false;
        return verifySignature("Ed25519", fromBase64(key.publicKey), message, fromBase64(signature.sig));
      });
    expect(holds(registerMessage(file))).toEqual(demo.network.organisations.map(() => true));
    expect(holds(registerMessage({ ...file, operator: "other" }))).not.toContain(true);
  });

  it("has calibrations that hold for the whole history", () => {
    for (const { sensors } of equipment)
      for (const { calibrations } of sensors)
        for (const { calibratedAt, validUntil } of calibrations) {
          expect(Date.parse(calibratedAt)).toBeLessThan(demo.since);
          expect(Date.parse(validUntil)).toBeGreaterThan(now);
          expect(Date.parse(validUntil) - Date.parse(calibratedAt)).toBeLessThan(366 * 24 * 60 * minuteMs);
        }
  });
});

describe("the shipments", () => {
  it("leave no minute between the stays of any pack", () => {
    for (const { stays } of demo.cases)
      stays.forEach((stay, at) => {
        if (at > 0) expect(stay.from).toBe(stays[at - 1]?.to);
      });
    expect(demo.cases.every(({ stays }) => (stays[0]?.from ?? 0) > demo.since)).toBe(true);
  });

  it.each(["good", "good-china-code", "dispensed", "silent"])(
    "keep the %s pack in 2–8 °C wherever it is read",
    (name) => {
      const temperatures = caseOf(name).stays.flatMap((stay) =>
        samplesOf(stay)
          .flat()
          .map(({ t }) => t),
      );
      const read = temperatures.filter((t) => t !== null);
      expect(read.length).toBeGreaterThan(1_000);
      expect(Math.max(...read)).toBeLessThan(8);
      expect(Math.min(...read)).toBeGreaterThan(2);
    },
  );

  it("warm the warm pack above 8 °C once, for about 40 minutes, at every probe of the truck", () => {
    const rules = { lowerLimitC: 2, upperLimitC: 8, maxGapMs: 5 * minuteMs, intervalMs: minuteMs };
    const reports = caseOf("warm").stays.flatMap((stay) =>
      samplesOf(stay).map((samples) => ({ equipment: stay.equipment, ...findExcursions(samples, rules) })),
    );
    const warm = reports.filter(({ excursions }) => excursions.length > 0);
    expect(warm.map((report) => report.equipment)).toEqual(Array(4).fill(PLACES.truck));
    for (const { excursions } of warm) {
      expect(excursions).toHaveLength(1);
      expect(excursions[0]?.direction).toBe("high");
      expect(excursions[0]?.durationMs).toBeGreaterThan(34 * minuteMs);
      expect(excursions[0]?.durationMs).toBeLessThan(46 * minuteMs);
      expect(excursions[0]?.extremeC).toBeGreaterThan(9);
    }
  });

  it("silence the only probe of the silent pack's refrigerator for five hours", () => {
    const stay = caseOf("silent").stays.at(-1);
    const probes = stay ? samplesOf(stay) : [];
    expect(probes).toHaveLength(1);
    expect(probes[0]?.filter(({ t }) => t === null)).toHaveLength(300);
  });

  it("are stated in the order of time, by six organisations, each event once", () => {
    const times = demo.captures.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(demo.captures.map(({ organisation }) => organisation)).size).toBe(6);
    const ids = JSON.stringify(demo.captures).match(
      /urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g,
    );
    expect(new Set(ids).size).toBe(ids?.length);
  });
});
