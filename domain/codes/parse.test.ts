import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCode } from "./parse.ts";

const gs = "\u001d";
const gtin = "09520123456788";
const errorOf = (text: string) => parseCode(text).error?.code;

describe("formats", () => {
  test.each([
    ["symbology identifier", `]d201${gtin}10AB-1${gs}21xY9`],
    ["no identifier", `01${gtin}10AB-1${gs}21xY9`],
    ["FNC1 in front sent as a separator", `${gs}01${gtin}10AB-1${gs}21xY9`],
    ["other order", `]C110AB-1${gs}21xY9${gs}01${gtin}`],
    ["superfluous and trailing separators", `01${gtin}${gs}10AB-1${gs}21xY9${gs}`],
    ["separator as a picture", `01${gtin}10AB-1\u241d21xY9`],
    ["separator as {GS}", `01${gtin}10AB-1{GS}21xY9`],
    ["separator as ^]", `01${gtin}10AB-1^]21xY9`],
    ["printed form", `(01)${gtin}(10)AB-1(21)xY9`],
    ["printed form with spaces", ` (01) ${gtin} (10) AB-1 (21) xY9 `],
    ["Digital Link", `https://scan.example/a/b/01/${gtin}/10/AB-1/21/xY9?linkType=all#top`],
    ["Digital Link over http", `http://scan.example/01/${gtin}/10/AB%2D1/21/xY9`],
    ["Digital Link in a plain QR", `]Q1https://scan.example/01/${gtin}/10/AB-1/21/xY9`],
  ])("%s", (_, text) => {
    const parsed = parseCode(text);
    expect(parsed.ai).toEqual({ "01": gtin, "10": "AB-1", "21": "xY9" });
    expect(parsed.digitalLink).toBe(`https://id.gs1.org/01/${gtin}/10/AB-1/21/xY9`);
  });

  test.each([
    ["9520123456788", gtin],
    ["02345673", "00000002345673"],
    ["416000336108", "00416000336108"],
    ["]E02112345678900", "02112345678900"],
    ["]E402345673", "00000002345673"],
  ])("bare GTIN %s becomes %s", (text, expected) => {
    expect(parseCode(text)).toMatchObject({ kind: "gtin", ai: { "01": expected } });
  });

  test.each([
    "81012350000000157474",
    "]C081012350000000157474",
    "https://any.example/cn/dtc/81012350000000157474",
    "http://any.example:8080/stem/cn/dtc/81012350000000157474?x=1",
    "urn:x-cn:dtc:81012350000000157474",
  ])("Chinese code from %s", (text) => {
    expect(parseCode(text)).toEqual({ kind: "cn-dtc", ai: {}, dtc: "81012350000000157474", repaired: [] });
  });

  test("an SSCC of 20 digits is no Chinese code", () => {
    expect(parseCode("00006141411234567890")).toMatchObject({
      kind: "element-string",
      ai: { "00": "006141411234567890" },
    });
  });

  test("attributes stay in the canonical link", () => {
    expect(parseCode(`01${gtin}1726123110A/B`).digitalLink).toBe(
      `https://id.gs1.org/01/${gtin}/10/A%2FB?17=261231`,
    );
  });
});

describe("refusals", () => {
  test.each([
    ["", "EMPTY"],
    [" \n", "EMPTY"],
    ["]d2", "EMPTY"],
    ["hello", "NOT_A_CODE"],
    ["９５２０１２３４５６７８８", "NOT_A_CODE"],
    ["9520123456789", "BAD_CHECK_DIGIT"],
    [`01${gtin.slice(0, 13)}9`, "BAD_CHECK_DIGIT"],
    [`01${gtin}17261300`, "BAD_DATE"],
    [`01${gtin}17260230`, "BAD_DATE"],
    [`01${gtin}21${"A".repeat(21)}`, "BAD_LENGTH"],
    [`01${gtin}21`, "BAD_LENGTH"],
    [`01${gtin}21a b`, "BAD_CHARSET"],
    [`01${gtin}21１２`, "BAD_CHARSET"],
    [`01${gtin}21A\u202eB`, "BAD_CHARSET"],
    [`01${gtin}89X`, "UNKNOWN_AI"],
    [`01${gtin}10A${gs}10B`, "CONFLICT"],
    [`https://a/01/${gtin}?01=${gtin}`, "CONFLICT"],
    [`https://ours@evil.example/01/${gtin}`, "BAD_URI"],
    [`https://a/01/${gtin}/21/a%252Fb%00`, "BAD_CHARSET"],
    ["(01)12(", "BAD_LENGTH"],
    ["(99", "UNKNOWN_AI"],
    ["1".repeat(4097), "TOO_LONG"],
  ])("%j is %s", (text, code) => {
    expect(errorOf(text)).toBe(code);
    expect(parseCode(text).ai).toEqual({});
  });

  test("day 00 and the 29th of February of a leap year exist", () => {
    expect(errorOf(`01${gtin}17260200`)).toBeUndefined();
    expect(errorOf(`01${gtin}17280229`)).toBeUndefined();
    expect(errorOf(`01${gtin}17270229`)).toBe("BAD_DATE");
  });

  test("the same value twice is no conflict, case is never folded", () => {
    expect(parseCode(`01${gtin}10A${gs}10A`).ai["10"]).toBe("A");
    expect(parseCode(`01${gtin}21abc`).ai["21"]).toBe("abc");
    expect(parseCode(`01${gtin}21007`).ai["21"]).toBe("007");
  });
});

describe("repairs against known lots and serials", () => {
  const known = { [gtin]: { lots: ["ABC123", "XyZ9"], serials: ["s1", "S2a"] } };
  const repair = (text: string, record = known) => {
    const { ai, repaired } = parseCode(text, { known: record });
    return { ai, repaired };
  };

  test("a lost separator after the lot", () => {
    expect(repair(`01${gtin}10ABC1231726123121s1`)).toEqual({
      ai: { "01": gtin, "10": "ABC123", "17": "261231", "21": "s1" },
      repaired: ["SEPARATOR_RESTORED"],
    });
  });

  test("lost separators after serial and lot", () => {
    expect(repair(`01${gtin}21S2a10XyZ917261231`).ai).toEqual({
      "01": gtin,
      "10": "XyZ9",
      "17": "261231",
      "21": "S2a",
    });
  });

  test("a value too long for its AI is repaired as well", () => {
    expect(
      repair(`01${gtin}10ABC123172612312112345678901`, { [gtin]: { lots: ["ABC123"], serials: [] } }).ai,
    ).toMatchObject({
      "10": "ABC123",
      "21": "12345678901",
    });
  });

  test("an unknown serial before expiry and known lot", () => {
    const record = { [gtin]: { lots: ["ABC123"] } };
    expect(repair(`01${gtin}21QQ7171726123110ABC123`, record as typeof known)).toEqual({
      ai: { "01": gtin, "10": "ABC123", "17": "261231", "21": "QQ717" },
      repaired: ["SEPARATOR_RESTORED"],
    });
  });

  test("a lot on record is never cut, even where a shorter one would fit", () => {
    const record = { [gtin]: { lots: ["AB", "AB17261231"], serials: [] } };
    expect(repair(`01${gtin}10AB17261231`, record)).toEqual({
      ai: { "01": gtin, "10": "AB17261231" },
      repaired: [],
    });
  });

  test("two possible readings are left alone", () => {
    const record = { [gtin]: { lots: ["A", "A21B"], serials: [] } };
    expect(repair(`01${gtin}10A21B21C`, record)).toEqual({
      ai: { "01": gtin, "10": "A21B21C" },
      repaired: [],
    });
  });

  test("letter case turned by caps-lock", () => {
    expect(repair(`01${gtin}10xYz9${gs}21S1`)).toEqual({
      ai: { "01": gtin, "10": "XyZ9", "21": "s1" },
      repaired: ["LETTER_CASE_RESTORED"],
    });
  });

  test("nothing is repaired without a record of the GTIN", () => {
    expect(parseCode(`01${gtin}10ABC12317261231`, { known: {} })).toMatchObject({
      ai: { "10": "ABC12317261231" },
      repaired: [],
    });
    expect(repair("0104150567890128" + "10abc123").repaired).toEqual([]);
  });

  test("written-out separators and spaces are named", () => {
    expect(parseCode(` 01${gtin}10A{GS}21B\r\n`).repaired).toEqual([
      "SPACES_REMOVED",
      "SEPARATOR_WRITTEN_OUT",
    ]);
  });
});

describe("hostile input", () => {
  const known = { [gtin]: { lots: ["A", "AA", "10A"], serials: ["A", "21A"] } };
  const character = fc.constantFrom(
    ..."0123456789()]dQC12\u001dAz/%?&=#:.^{}",
    "01",
    "10",
    "21",
    "https://",
    gtin,
  );

  test("never throws, and only a text that was read has AIs", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: character, maxLength: 60 })),
        (text) => {
          const { ai, dtc, error } = parseCode(text, { known });
          expect(Object.keys(ai).length > 0 || dtc !== undefined).toBe(error === undefined);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test.each([
    `01${gtin}${"10A".repeat(1350)}`,
    `01${gtin}${"21A".repeat(1350)}`,
    `01${gtin}10${"A".repeat(4000)}`,
    "(".repeat(4096),
    `https://${"a".repeat(4000)}`,
    `https://a${"/01".repeat(1300)}`,
    `https://a/${"cn/dtc/".repeat(580)}`,
    `https://a/01/${gtin}?${"&".repeat(4000)}`,
    `(01)${gtin}${"\\(".repeat(2000)}`,
    "\u001d".repeat(4096),
  ])("4 kB of bait takes less than 50 ms", (text) => {
    const start = performance.now();
    for (let run = 0; run < 5; run += 1) parseCode(text, { known });
    expect((performance.now() - start) / 5).toBeLessThan(50);
  });
});

test("what is built is read back the same", () => {
  const value = fc.string({
    unit: fc.constantFrom(..."AZaz09-._/%&'()*+,:;<=>?!\""),
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(value, value, (lot, serial) => {
      const ai = { "01": gtin, "10": lot, "21": serial };
      expect(parseCode(`01${gtin}10${lot}${gs}21${serial}`).ai).toEqual(ai);
      const link = parseCode(`01${gtin}21${serial}${gs}10${lot}`).digitalLink ?? "";
      expect(parseCode(link)).toMatchObject({ kind: "digital-link", ai, digitalLink: link });
    }),
  );
});
