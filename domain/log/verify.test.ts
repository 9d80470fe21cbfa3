import { describe, expect, it } from "vitest";
import { TestLog } from "#test/support/test-log.ts";
import type { Bundle } from "./bundle.ts";
import { readingsRoot } from "./check-readings.ts";
import { streamOf } from "./entry.ts";
import { verifyBundle } from "./verify.ts";

const pack = "https://id.gs1.org/01/06901234567892/21/A1";
const lot = "https://id.gs1.org/01/06901234567892/10/L1";
const other = "https://id.gs1.org/01/06901234567892/21/B2";
const fridge = "urn:coldmark:equipment:00112233445566778899aabbccddeeff";
const at = Date.UTC(2026, 0, 5, 8);
const rows = [
  ["p1", at, 4100, null],
  ["p1", at + 60_000, 8300, null],
] as const;

function aLog() {
  const log = new TestLog();
  log.append(pack, "event", { from: at, to: at }, { step: "commissioning", lot: "L1" });
  log.append(fridge, "segment", { from: at, to: at + 3_600_000 }, { data: readingsRoot(rows) }, [...rows]);
  log.append(fridge, "excursion", { from: at, to: at }, { point: "p1" });
  log.append(other, "event", { from: at, to: at }, { step: "commissioning" });
  return log;
}

const verify = (bundle: unknown, log: TestLog, code: string | undefined = pack) =>
  verifyBundle(JSON.stringify(bundle), { trust: log.trust, code });

/** A bundle changed in one place, as an attacker with the file would: a value set, or with `undefined` taken out. */
function changed(bundle: Bundle, path: readonly (string | number)[], value: unknown): Bundle {
  const copy = structuredClone(bundle);
  const into = (at: unknown, key: string | number) => (at as Record<string | number, unknown>)[key];
  const parent: unknown = path.slice(0, -1).reduce(into, copy);
  const key = path.at(-1) ?? "";
  if (value === undefined) (parent as unknown[]).splice(Number(key), 1);
  else (parent as Record<string | number, unknown>)[key] = value;
  return copy;
}

describe("verifyBundle offline", () => {
  const log = aLog();
  const bundle = log.bundle(pack, [lot, fridge], log.close(at));

  it("proves what the streams say, and never more than provisionally without a chain", async () => {
    const { result, contents } = await verify(bundle, log);
    expect(result).toBe("VALID_PROVISIONAL");
    expect(contents?.streams.get(streamOf(fridge))?.entries.map((entry) => entry.header?.kind)).toEqual([
      "segment",
      "excursion",
    ]);
  });

  it("proves the absence of a code that the log has never seen", async () => {
    const unknown = "https://id.gs1.org/01/06901234567892/21/NEVER";
    const absent = log.bundle(unknown, [], log.close(at));
    const { result, contents } = await verify(absent, log, unknown);
    expect([result, contents?.streams.get(streamOf(unknown))?.present]).toEqual(["VALID_PROVISIONAL", false]);
  });

  it("knows no key without a trust file, nor with another log's", async () => {
    expect((await verifyBundle(JSON.stringify(bundle), { trust: null })).result).toBe("KEY_UNKNOWN");
    expect((await verify(bundle, new TestLog())).result).toBe("KEY_UNKNOWN");
  });

  it("refuses a bundle of another pack", async () => {
    expect((await verify(bundle, log, other)).result).toBe("SUBJECT_MISMATCH");
    const renamed = changed(bundle, ["subject"], other);
    expect((await verify(renamed, log, other)).result).toBe("SUBJECT_MISMATCH");
  });

  it.each<[string, string, (string | number)[], unknown]>([
    ["a word of a body", "TAMPERED", ["streams", 0, "entries", 0, "body", "lot"], "L2"],
    ["one reading", "TAMPERED", ["streams", 2, "entries", 0, "readings", 1, 2], 7900],
    ["a segment left out", "TAMPERED", ["streams", 2, "entries", 0], undefined],
    ["the excursion left off the end", "TAMPERED", ["streams", 2, "entries", 1], undefined],
    ["a salt", "TAMPERED", ["streams", 0, "entries", 0, "salt"], "00".repeat(16)],
    ["the heads path", "BAD_PATH", ["heads", "path", 0], "00".repeat(32)],
    ["a head's sibling", "BAD_PATH", ["streams", 0, "head", "siblings", 0], "11".repeat(32)],
    ["the checkpoint's size", "BAD_SIGNATURE", ["checkpoint"], bundle.checkpoint.replace(/\n\d+\n/, "\n7\n")],
    ["a field too many", "MALFORMED", ["extra"], 1],
    ["a hash of 31 bytes", "MALFORMED", ["streams", 0, "prev"], "00".repeat(31)],
  ])("tells when %s was changed: %s", async (_what, result, path, value) => {
    expect((await verify(changed(bundle, path, value), log)).result).toBe(result);
  });

  it("refuses duplicate keys, truncation and deep nesting as MALFORMED", async () => {
    const text = JSON.stringify(bundle);
    for (const bad of [text.slice(0, -1), text.replace("{", '{"v":1,'), "[".repeat(100_000), "", "null"]) {
      expect((await verifyBundle(bad, { trust: log.trust })).result).toBe("MALFORMED");
    }
  });
});

describe("a stream rebuilt without its excursion", () => {
  it("is a fork once a day's seal holds the first version", async () => {
    const log = aLog();
    const day = Math.floor(at / 86_400_000);
    log.sealDay(day, at + 3_600_000);
    const rebuilt = log.rows.filter((row) => row.stream === streamOf(fridge));
    for (const row of rebuilt) log.rows.splice(log.rows.indexOf(row), 1, { ...row, stream: "00".repeat(32) });
    log.append(fridge, "segment", { from: at, to: at + 3_600_000 }, { data: readingsRoot([]) });
    log.append(fridge, "segment", { from: at + 3_600_000, to: at + 7_200_000 }, { data: readingsRoot([]) });
    const bundle = log.bundle(pack, [lot, fridge], log.close(at + 90_000_000));
    expect((await verify(bundle, log)).result).toBe("FORK_DETECTED");
  });
});
