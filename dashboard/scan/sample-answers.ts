/** Answers as `tellAnswer` gives them, made up, for the tests of this room. */
import type { Answer, ColdExcursion, Leg, Step } from "#domain/provenance/answer.ts";

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** 21 Nov 2025, 08:00 in Beijing. */
const start = Date.UTC(2025, 10, 21, 0);
const asOf = start + 25 * hourMs;

const warmth: ColdExcursion = {
  direction: "high",
  from: start + 11 * hourMs,
  to: start + 11 * hourMs + 42 * minuteMs,
  durationMs: 42 * minuteMs,
  extremeC: 12.437,
};

function leg(
  kind: Leg["place"]["kind"],
  by: Leg["place"]["by"],
  from: number,
  to: number,
  min: number,
  max: number,
): Leg {
  return {
    from: start + from * hourMs,
    to: start + to * hourMs,
    place: { kind, by },
    evidence: "MEASURED",
    state: "COMPLIANT",
    minC: min,
    maxC: max,
    excursions: [],
    gaps: [],
    reasons: [{ code: "WITHIN_LIMITS" }],
  };
}

const coldWay: readonly Leg[] = [
  leg("coldroom", "manufacturer", 1, 4, 3.112, 5.031),
  leg("vehicle", "carrier", 4, 6.25, 3.9, 6.4),
  leg("coldroom", "wholesaler", 6.25, 10.5, 2.94, 4.87),
  leg("vehicle", "carrier", 10.5, 12, 3.7, 7.2),
  leg("refrigerator", "pharmacy", 12, 24, 2.6, 6.85),
];

const steps: readonly Step[] = (
  [
    [1, "commissioning", "active", "manufacturer"],
    [4, "loading", "in_transit", "carrier"],
    [6.25, "storing", "in_progress", "wholesaler"],
    [10.5, "loading", "in_transit", "carrier"],
    [12, "receiving", "sellable_accessible", "pharmacy"],
  ] as const
).map(([hour, step, disposition, by]) => ({
  at: start + hour * hourMs,
  accepted: start + 24.5 * hourMs,
  step,
  disposition,
  by,
  org: "0".repeat(64),
  signed: by !== "carrier",
  offline: true,
}));

/** Known, in trade, compliant, proved. */
export const goodAnswer: Answer = {
  code: "https://id.gs1.org/01/09506000134352/21/A%2F7Q2K9M",
  epc: "https://id.gs1.org/01/09506000134352/21/A%2F7Q2K9M",
  view: "public",
  asOf,
  product: {
    gtin: "09506000134352",
    names: { zh: "人胰岛素注射液", en: "Human insulin injection" },
    maker: { zh: "示范制药", en: "Demo maker" },
    lot: "D2511A",
    expiry: "2027-04-30",
  },
  known: {
    state: "KNOWN_FROM_MAKER",
    reasons: [{ code: "COMMISSIONED_BY_MAKER", facts: { at: start + hourMs } }],
  },
  state: { state: "IN_TRADE", soldCount: 0, reasons: [{ code: "NOT_SOLD_YET" }] },
  cold: {
    state: "COMPLIANT",
    reasons: [{ code: "WITHIN_LIMITS" }],
    limits: {
      lowerC: 2,
      upperC: 8,
      maker: { zh: "示范制药", en: "Demo maker" },
      stated: start - 40 * 24 * hourMs,
    },
    profile: { name: "CN-GSP", version: 1 },
    proved: { since: start + hourMs, until: start + 24 * hourMs },
    mktC: 5.1,
    mktReason: null,
    legs: coldWay,
  },
  proof: { result: "VALID_FINAL", asOf, chainClass: "operator", reasons: [] },
  steps,
};

/** The same pack, sold once. */
export const soldAnswer: Answer = {
  ...goodAnswer,
  state: { state: "SOLD", soldCount: 1, reasons: [{ code: "SOLD_ONCE" }] },
};

/** The truck's unit failed on the way to the pharmacy. */
export const warmAnswer: Answer = {
  ...goodAnswer,
  cold: {
    ...goodAnswer.cold,
    state: "EXCURSION",
    reasons: [
      {
        code: "TOO_WARM",
        facts: { from: warmth.from, durationMs: warmth.durationMs, extremeC: warmth.extremeC },
      },
    ],
    proved: { since: start + 12 * hourMs, until: start + 24 * hourMs },
    mktC: 5.6,
    legs: coldWay.map((one, index) =>
      index === 3
        ? {
            ...one,
            state: "EXCURSION",
            maxC: warmth.extremeC,
            excursions: [warmth],
            reasons: [{ code: "TOO_WARM", facts: { from: warmth.from } }],
          }
        : one,
    ),
  },
};

/** The pharmacy's only sensor said nothing for five hours. */
export const silentAnswer: Answer = {
  ...goodAnswer,
  epc: "urn:x-cn:dtc:81234567890123456789",
  code: "81234567890123456789",
  cold: {
    ...goodAnswer.cold,
    state: "NOT_DEMONSTRABLE",
    reasons: [
      { code: "GAP", facts: { from: start + 17 * hourMs, longestMs: 5 * hourMs } },
      { code: "SEQUENCE_HOLE" },
    ],
    proved: null,
    mktC: null,
    mktReason: { code: "GAP" },
    legs: [
      ...coldWay.slice(0, 3),
      {
        ...leg("unknown", null, 10.5, 12, 0, 0),
        minC: null,
        maxC: null,
        evidence: "NOT_KNOWN",
        state: "NOT_DEMONSTRABLE",
        reasons: [{ code: "PLACE_UNKNOWN" }],
      },
      {
        ...leg("refrigerator", "pharmacy", 12, 24, 2.6, 6.85),
        state: "NOT_DEMONSTRABLE",
        gaps: [{ from: start + 17 * hourMs, to: start + 22 * hourMs }],
        reasons: [
          { code: "GAP", facts: { from: start + 17 * hourMs, longestMs: 5 * hourMs } },
          { code: "SEQUENCE_HOLE" },
        ],
      },
    ],
  },
};

/** No entry of this code in the log. */
export const unknownAnswer: Answer = {
  ...goodAnswer,
  product: { gtin: "09506000134352", names: null, maker: null, lot: null, expiry: null },
  known: { state: "UNKNOWN", reasons: [{ code: "NEVER_SEEN" }] },
  state: { state: "UNKNOWN", soldCount: 0, reasons: [{ code: "NEVER_SEEN" }] },
  cold: {
    ...goodAnswer.cold,
    state: "NOT_DEMONSTRABLE",
    reasons: [{ code: "NOTHING_MEASURED" }],
    limits: null,
    proved: null,
    mktC: null,
    mktReason: { code: "GAP" },
    legs: [],
  },
  steps: [],
};

/** The lot was recalled. */
export const recalledAnswer: Answer = {
  ...goodAnswer,
  state: { state: "RECALLED", soldCount: 0, reasons: [{ code: "LOT_RECALLED" }, { code: "NOT_SOLD_YET" }] },
};

/** Two pharmacies sold the same code. */
export const soldTwiceAnswer: Answer = {
  ...goodAnswer,
  epc: "urn:x-cn:dtc:81234567890123456780",
  code: "81234567890123456780",
  state: {
    state: "SOLD_SEVERAL_TIMES",
    soldCount: 2,
    reasons: [{ code: "SOLD_SEVERAL_TIMES", facts: { count: 2 } }],
  },
};
