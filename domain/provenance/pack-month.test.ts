import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { verifyBundle } from "#domain/log/verify.ts";
import { packMonth } from "#test/support/pack-month.ts";
import { tellAnswer } from "./tell-answer.ts";

describe("the bundle of a pack's 30 days in a refrigerator with two points", () => {
  const { code, bundle, trust, asOf } = packMonth({ days: 30 });
  const text = JSON.stringify(bundle);

  it("tells of all of them", async () => {
    const { result, reasons, contents } = await verifyBundle(text, { trust, code });
    expect([result, contents?.streams.size]).toEqual(["VALID_PROVISIONAL", bundle.streams.length]);
    if (contents === null) throw new Error(String(reasons));
    const told = { code, view: "public", chainClass: "operator" } as const;
    const { cold } = tellAnswer(contents, { ...told, result, asOf, reasons });
    expect([cold.state, cold.legs.length, cold.legs[0]?.evidence]).toEqual(["EXCURSION", 1, "MEASURED"]);
    expect(cold.reasons).toMatchObject([{ code: "TOO_WARM", facts: { durationMs: 600_000, extremeC: 8.3 } }]);
  });

  it("has at most 150 kB compressed, also with the 72 hours after it (design §5)", () => {
    const withTail = JSON.stringify(packMonth({ days: 33 }).bundle);
    const sizes = [text, withTail].map((one) => gzipSync(one).length);
    expect(sizes.every((size) => size > 100_000 && size <= 150_000)).toBe(true);
  });
});
