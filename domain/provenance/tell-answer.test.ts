import { describe, expect, it } from "vitest";
import type { ReadingRow } from "#domain/log/bundle.ts";
import { readingsRoot } from "#domain/log/check-readings.ts";
import { streamOf } from "#domain/log/entry.ts";
import { verifyBundle } from "#domain/log/verify.ts";
import { TestLog } from "#test/support/test-log.ts";
import type { Answer } from "./answer.ts";
import { tellAnswer } from "./tell-answer.ts";
import { summarizeWindow } from "./window-summary.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const gtin = "06901234567892";
const pack = `https://id.gs1.org/01/${gtin}/21/A1`;
const product = `https://id.gs1.org/01/${gtin}`;
const cold = "urn:coldmark:equipment:cold";
const warm = "urn:coldmark:equipment:warm";
const maker = streamOf("urn:coldmark:organisation:maker");
const start = Date.UTC(2026, 0, 5, 8);
const end = start + 4 * hourMs;

/** Milli-°C at a time, or null where the sensor says nothing. */
type Weather = (ts: number) => number | null;

/** A log in which a maker states 2–8 °C and two refrigerators are sealed hour by hour. */
class Network extends TestLog {
  constructor() {
    super();
    this.append(product, "product", at(start - hourMs), {
      gtin,
      names: { zh: "药", en: "Medicine" },
      maker: { zh: "厂", en: "Maker" },
      makerOrg: maker,
      lowerMilliC: 2000,
      upperMilliC: 8000,
      effectiveFrom: start - hourMs,
      accepted: start - hourMs,
      signedBy: null,
      offline: false,
    });
  }

  fridge(subject: string, weather: Weather, roster: object = {}): void {
    const points = [
      { point: `p-${subject.at(-1)}`, since: start - hourMs, accepted: start - hourMs, offline: false },
    ];
    const known = {
      calibratedAt: start - hourMs,
      calibratedUntil: end + hourMs,
      signatureRequired: false,
      replay: false,
    };
    const body = {
      kind: "refrigerator",
      scope: "shop",
      profile: { name: "CN-GSP", version: 1 },
      ...limits,
      segmentMs: hourMs,
      validatedMs: null,
      points: points.map((point) => ({ ...point, ...known, ...roster })),
    };
    const leaf = this.append(subject, "equipment", at(start - hourMs), body).leaf;
    for (let from = start - hourMs; from < end; from += hourMs) this.window(subject, leaf, from, weather);
  }

  window(subject: string, roster: string, from: number, weather: Weather, kind = "segment"): void {
    const point = `p-${subject.at(-1)}`;
    const rows: ReadingRow[] = [];
    for (let ts = from; ts < from + hourMs; ts += minuteMs) {
      const t = weather(ts);
      if (t !== null) rows.push([point, ts, t, null]);
    }
    const readings = rows.map(([, ts, tMilliC]) => ({
      point,
      ts,
      tMilliC,
      err: null,
      receivedAt: ts + 1000,
    }));
    const points = summarizeWindow({
      from,
      to: from + hourMs,
      points: [{ point, calibratedUntil: end + hourMs }],
      rows: readings,
      ...limits,
      holdMaxMs: 30 * minuteMs,
    });
    const sources = [
      { gateway: maker, kid: "k", boot: 1, first: 1, last: 60, missing: [], root: "0".repeat(64) },
    ];
    this.append(
      subject,
      kind,
      { from, to: from + hourMs },
      { roster, points, door: null, power: null, data: readingsRoot(rows), sources },
      rows,
    );
  }

  event(body: Partial<Record<string, unknown>>, when = start, accepted = when): void {
    const base = {
      type: "object",
      action: "OBSERVE",
      step: "storing",
      disposition: null,
      role: "object",
      place: null,
      placeKind: null,
      parent: null,
      parentKind: null,
    };
    const by = { role: "manufacturer", org: maker, signedBy: null, offline: false };
    this.append(
      pack,
      "event",
      { from: when, to: accepted },
      { ...base, by, event: "0".repeat(64), at: when, accepted, ...body },
    );
  }

  made(): void {
    this.event({
      step: "commissioning",
      action: "ADD",
      place: streamOf(cold),
      placeKind: "equipment",
      lot: "L1",
      expiry: "2027-01-01",
    });
  }

  async tell(): Promise<Answer> {
    const bundle = this.bundle(pack, [product, cold, warm], this.close(end));
    const { result, reasons, contents } = await verifyBundle(JSON.stringify(bundle), {
      trust: this.trust,
      code: pack,
    });
    if (contents === null) throw new Error(`${result}: ${reasons}`);
    return tellAnswer(contents, {
      code: pack,
      view: "public",
      result,
      asOf: end,
      chainClass: "operator",
      reasons,
    });
  }
}

const limits = { lowerMilliC: 2000, upperMilliC: 8000 };
const at = (when: number) => ({ from: when, to: when });
const five: Weather = () => 5000;
const codes = (answer: Answer) => answer.cold.reasons.map((reason) => reason.code);

describe("a pack that lay in one refrigerator", () => {
  it("is COMPLIANT while every window is inside the limits, exactly 8.0 included", async () => {
    const log = new Network();
    log.fridge(cold, (ts) => (ts % (10 * minuteMs) === 0 ? 8000 : 5000));
    log.made();
    const answer = await log.tell();
    expect(answer.cold.state).toBe("COMPLIANT");
    expect(answer.cold.proved).toEqual({ since: start, until: end });
    expect(answer.known.state).toBe("KNOWN_FROM_MAKER");
    expect(answer.state.state).toBe("IN_TRADE");
    expect(answer.cold.mktC).toBeGreaterThan(5);
  });

  it("has an EXCURSION with its length and extreme as soon as it was strictly too warm", async () => {
    const log = new Network();
    const out = { from: start + hourMs, to: start + 2 * hourMs };
    log.fridge(cold, (ts) => (ts >= out.from && ts < out.to ? 8001 : 5000));
    log.made();
    const { cold: answer } = await log.tell();
    expect(answer.state).toBe("EXCURSION");
    expect(answer.legs[0]?.excursions).toEqual([
      { direction: "high", ...out, durationMs: hourMs, extremeC: 8.001 },
    ]);
  });

  it("is NOT_DEMONSTRABLE over a gap, and its MKT is null with that reason", async () => {
    const log = new Network();
    log.fridge(cold, (ts) => (ts >= start + hourMs && ts < start + 2 * hourMs ? null : 5000));
    log.made();
    const answer = await log.tell();
    expect([answer.cold.state, answer.cold.mktC, answer.cold.mktReason?.code]).toEqual([
      "NOT_DEMONSTRABLE",
      null,
      "GAP",
    ]);
    expect(codes(answer)).toContain("GAP");
    expect(answer.cold.proved).toBeNull();
  });

  it.each([
    ["expired", { calibratedUntil: null }, "CALIBRATION_MISSING"],
    ["replayed", { replay: true }, "REPLAYED"],
    ["placed too late", { since: start, accepted: start + hourMs }, "SENSOR_PLACED_LATE"],
  ])("is never COMPLIANT by a sensor that is %s", async (_what, roster, reason) => {
    const log = new Network();
    log.fridge(cold, five, roster);
    log.made();
    const answer = await log.tell();
    expect([answer.cold.state, codes(answer)]).toEqual(["NOT_DEMONSTRABLE", [reason]]);
  });
});

describe("a back-dated move", () => {
  const moveAt = start + hourMs;
  const network = (accepted: number, by: object = {}) => {
    const log = new Network();
    log.fridge(cold, five);
    log.fridge(warm, () => 12_000);
    log.event({
      step: "commissioning",
      action: "ADD",
      place: streamOf(warm),
      placeKind: "equipment",
      expiry: "2027-01-01",
    });
    log.event({ place: streamOf(cold), placeKind: "equipment", ...by }, start, accepted);
    return log;
  };

  it("into a cold fridge gets no COMPLIANT, and the warm place still counts", async () => {
    const answer = await network(moveAt).tell();
    expect(answer.cold.state).toBe("EXCURSION");
    expect(codes(answer)).toContain("PLACE_BACKDATED");
  });

  it("counts when it was told within the grace", async () => {
    const answer = await network(start + 15 * minuteMs).tell();
    expect(answer.cold.state).toBe("COMPLIANT");
  });
});

describe("places and evidence", () => {
  it("says NOT_KNOWN for the way between two places", async () => {
    const log = new Network();
    log.fridge(cold, five);
    log.made();
    log.event({ step: "shipping" }, start + hourMs);
    log.event({ place: streamOf(cold), placeKind: "equipment" }, start + 2 * hourMs);
    const { cold: answer } = await log.tell();
    expect(answer.legs.map((leg) => leg.evidence)).toEqual(["MEASURED", "NOT_KNOWN", "MEASURED"]);
    expect(answer.state).toBe("NOT_DEMONSTRABLE");
    expect(answer.proved).toEqual({ since: start + 2 * hourMs, until: end });
  });

  it("says sold several times, and ends the story at the first sale", async () => {
    const log = new Network();
    log.fridge(cold, five);
    log.made();
    log.event({ step: "dispensing" }, start + hourMs);
    log.event({ step: "dispensing" }, start + 2 * hourMs);
    const answer = await log.tell();
    expect([answer.state.state, answer.state.soldCount, answer.cold.legs.at(-1)?.to]).toEqual([
      "SOLD_SEVERAL_TIMES",
      2,
      start + hourMs,
    ]);
  });

  it("does not know a code that was never seen", async () => {
    const answer = await new Network().tell();
    expect([answer.known.state, answer.cold.state, answer.cold.legs]).toEqual([
      "UNKNOWN",
      "NOT_DEMONSTRABLE",
      [],
    ]);
  });
});
