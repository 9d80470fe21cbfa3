import { describe, expect, it } from "vitest";
import { streamOf } from "#domain/log/entry.ts";
import {
  ColdNetwork,
  cold,
  end,
  hourMs,
  minuteMs,
  start,
  type Weather,
  warm,
} from "#test/support/cold-network.ts";
import type { Answer } from "./answer.ts";

const five: Weather = () => 5000;
const codes = (answer: Answer) => answer.cold.reasons.map((reason) => reason.code);

describe("a pack that lay in one refrigerator", () => {
  it("is COMPLIANT while every window is inside the limits, exactly 8.0 included", async () => {
    const log = new ColdNetwork();
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
    const log = new ColdNetwork();
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
    const log = new ColdNetwork();
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
    ["expired", { calibratedUntil: null }, ["CALIBRATION_MISSING"]],
    ["replayed", { replay: true }, ["REPLAYED"]],
    [
      "placed too late",
      { since: start, accepted: start + hourMs },
      ["SENSOR_PLACED_LATE", "SENSORS_NOT_STATED"],
    ],
  ])("is never COMPLIANT by a sensor that is %s", async (_what, roster, reasons) => {
    const log = new ColdNetwork();
    log.fridge(cold, five, roster);
    log.made();
    const answer = await log.tell();
    expect([answer.cold.state, codes(answer)]).toEqual(["NOT_DEMONSTRABLE", reasons]);
  });
});

describe("a back-dated move", () => {
  const moveAt = start + hourMs;
  const network = (accepted: number, by: object = {}) => {
    const log = new ColdNetwork();
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
    const log = new ColdNetwork();
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
    const log = new ColdNetwork();
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
    const answer = await new ColdNetwork().tell();
    expect([answer.known.state, answer.cold.state, answer.cold.legs]).toEqual([
      "UNKNOWN",
      "NOT_DEMONSTRABLE",
      [],
    ]);
  });
});

describe("evidence that is not measured here", () => {
  const box = "urn:coldmark:equipment:box";
  const packed = (log: ColdNetwork, from: number, to: number) => {
    log.event({ place: streamOf(box), placeKind: "equipment" }, from);
    log.event({ place: streamOf(cold), placeKind: "equipment" }, to);
  };

  it.each([
    ["no longer than the box is validated for", 90, "PACKAGED_IN_TIME"],
    ["longer than the box is validated for", 150, "PACKAGING_TOO_LONG"],
  ])("is PACKAGED in a validated box, %s, and never COMPLIANT", async (_what, minutes, reason) => {
    const log = new ColdNetwork();
    log.subjects.push(box);
    log.fridge(cold, five);
    log.roster(box, {}, { kind: "box", scope: "transport", validatedMs: 2 * hourMs, points: [] });
    log.made();
    packed(log, start + 30 * minuteMs, start + (30 + minutes) * minuteMs);
    const { cold: answer } = await log.tell();
    expect(answer.legs.map((leg) => leg.evidence)).toEqual(["MEASURED", "PACKAGED", "MEASURED"]);
    expect(answer.legs[1]?.reasons.map(({ code }) => code)).toContain(reason);
    expect(answer.state).toBe("NOT_DEMONSTRABLE");
  });

  it("is DOCUMENTED where the receiver states the hash of a logger's file", async () => {
    const log = new ColdNetwork();
    log.fridge(cold, five);
    log.made();
    log.event({ step: "shipping" }, start + hourMs);
    log.event(
      { step: "receiving", place: streamOf(cold), placeKind: "equipment", document: "ab".repeat(32) },
      start + 2 * hourMs,
    );
    const { cold: answer } = await log.tell();
    expect(answer.legs.map((leg) => leg.evidence)).toEqual(["MEASURED", "DOCUMENTED", "MEASURED"]);
    expect([answer.state, answer.proved?.since]).toEqual(["NOT_DEMONSTRABLE", start + 2 * hourMs]);
  });
});
