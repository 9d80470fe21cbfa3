import { describe, expect, it } from "vitest";
import { bizSteps, dispositions } from "#domain/epcis/vocabulary.ts";
import type {
  ColdState,
  Evidence,
  KnownState,
  Leg,
  OrganisationKind,
  PackState,
  ProofAnswer,
  ReasonCode,
} from "#domain/provenance/answer.ts";
import en from "./en.json" with { type: "json" };
import { placeholdersOf } from "./fill.ts";
import { isWordKey, translate, type WordKey, wordsFor } from "./words.ts";
import zh from "./zh-CN.json" with { type: "json" };

const keys = Object.keys(en) as WordKey[];

/** The compiler refuses this table when a member of the union is missing, so the loops below see them all. */
const all = {
  reason: {
    COMMISSIONED_BY_MAKER: 0,
    SEEN_ON_SHIPMENT: 0,
    SEEN_IN_STOCK: 0,
    NEVER_SEEN: 0,
    NOT_SOLD_YET: 0,
    SOLD_ONCE: 0,
    SOLD_SEVERAL_TIMES: 0,
    LOT_RECALLED: 0,
    PAST_EXPIRY: 0,
    EXPIRY_NOT_STATED: 0,
    HELD: 0,
    NOT_SEALED_YET: 0,
    STATEMENTS_NOT_SHOWN: 0,
    WITHIN_LIMITS: 0,
    TOO_WARM: 0,
    TOO_COLD: 0,
    GAP: 0,
    NO_READINGS: 0,
    WINDOW_MISSING: 0,
    WINDOW_NOT_OPENED: 0,
    READINGS_NOT_SHOWN: 0,
    PLACE_BACKDATED: 0,
    PLACE_UNKNOWN: 0,
    SENSOR_PLACED_LATE: 0,
    SENSORS_NOT_STATED: 0,
    TOO_FEW_POINTS: 0,
    CALIBRATION_EXPIRED: 0,
    CALIBRATION_MISSING: 0,
    READINGS_ARRIVED_LATE: 0,
    SEALED_LATE: 0,
    UNSIGNED: 0,
    SEQUENCE_HOLE: 0,
    SENSOR_FAULT: 0,
    REPLAYED: 0,
    INTERVAL_OUT_OF_LIMITS: 0,
    LIMITS_UNKNOWN: 0,
    LIMITS_BACKDATED: 0,
    PACKAGING_TOO_LONG: 0,
    PACKAGED_IN_TIME: 0,
    NOTHING_MEASURED: 0,
    CORRECTED_PLACE: 0,
  } satisfies Record<ReasonCode, 0>,
  known: { KNOWN_FROM_MAKER: 0, KNOWN_IN_NETWORK: 0, UNKNOWN: 0 } satisfies Record<KnownState, 0>,
  state: {
    IN_TRADE: 0,
    SOLD: 0,
    SOLD_SEVERAL_TIMES: 0,
    RECALLED: 0,
    EXPIRED: 0,
    ON_HOLD: 0,
    UNKNOWN: 0,
  } satisfies Record<PackState, 0>,
  cold: { COMPLIANT: 0, EXCURSION: 0, NOT_DEMONSTRABLE: 0 } satisfies Record<ColdState, 0>,
  leg: { COMPLIANT: 0, EXCURSION: 0, NOT_DEMONSTRABLE: 0 } satisfies Record<ColdState, 0>,
  evidence: { MEASURED: 0, DOCUMENTED: 0, PACKAGED: 0, NOT_KNOWN: 0 } satisfies Record<Evidence, 0>,
  place: { refrigerator: 0, coldroom: 0, vehicle: 0, box: 0, site: 0, unknown: 0 } satisfies Record<
    Leg["place"]["kind"],
    0
  >,
  organisation: {
    operator: 0,
    manufacturer: 0,
    wholesaler: 0,
    carrier: 0,
    pharmacy: 0,
    prescriber: 0,
    authority: 0,
  } satisfies Record<OrganisationKind, 0>,
  chain: { operator: 0, consortium: 0, public: 0 } satisfies Record<ProofAnswer["chainClass"], 0>,
};
const results =
  "VALID_FINAL VALID_PROVISIONAL NOT_ANCHORED_YET ANCHOR_UNPROVED STALE REVOKED KEY_UNKNOWN SUBJECT_MISMATCH TAMPERED BAD_PATH BAD_SIGNATURE FORK_DETECTED CHAIN_UNREACHABLE MALFORMED".split(
    " ",
  );

describe("the two catalogues", () => {
  it("have the same keys", () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it.each(keys)("%s has words and the same blanks in both", (key) => {
    expect(en[key].trim()).not.toBe("");
    expect(zh[key].trim()).not.toBe("");
    expect(placeholdersOf(zh[key]).sort()).toEqual(placeholdersOf(en[key]).sort());
  });

  it.each(
    Object.entries(all).flatMap(([group, names]) => Object.keys(names).map((name) => `${group}.${name}`)),
  )("%s is there", (key) => expect(isWordKey(key)).toBe(true));

  it.each(results)("the result %s is there", (result) => expect(isWordKey(`result.${result}`)).toBe(true));

  it("name every business step and disposition of CBV 2.0", () => {
    const keys = [
      ...[...bizSteps].map((name) => `step.${name}`),
      ...[...dispositions].map((name) => `disposition.${name}`),
    ];
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !isWordKey(key))).toEqual([]);
  });

  it("never call a medicine safe", () => {
    expect(JSON.stringify(en)).not.toMatch(/\bsafe\b/i);
    expect(JSON.stringify(zh)).not.toMatch(/安全/);
  });
});

describe("reasons", () => {
  it.each(Object.keys(all.reason))("%s is a whole sentence without any fact", (code) => {
    const key = `reason.${code}` as WordKey;
    expect(translate("en")(key)).toMatch(/^[A-Z][^[\]{}—]+\.$/);
    expect(translate("zh-CN")(key)).toMatch(/^[^[\]{}—]+。$/);
  });

  it("say the facts that are there and leave out the others", () => {
    expect(translate("en")("reason.TOO_WARM", { durationMs: 18_000_000, extremeC: 12.34 })).toBe(
      "It was too warm for 5 h 0 min, up to 12.3 °C.",
    );
    expect(translate("zh-CN")("reason.TOO_COLD", { extremeC: -0.5 })).toBe("温度过低，最低 −0.5 °C。");
    expect(translate("en")("reason.TOO_WARM", { durationMs: null })).toBe("It was too warm.");
  });
});

it("the script in the page gets only the words it asks for", () => {
  expect(Object.keys(wordsFor("en", ["check."])).every((key) => key.startsWith("check."))).toBe(true);
});
