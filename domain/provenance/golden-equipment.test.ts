import { describe, expect, it } from "vitest";
import { judgeEquipment, readGoldenEquipment } from "#test/golden/equipment-cases.ts";
import { equipmentStory } from "#test/golden/equipment-stories.ts";
import { changesOf } from "#test/support/mutate-json.ts";

/** Every third change by default; all of them take some seconds. */
const step = process.env.COLDMARK_LONG === "1" ? 1 : 3;
/** What docs/verify.md names under "What it does not cover": nothing else may be another and still hold. */
const mayHold = /^\.(from|to|anchor\.tx|days\.\d+\.anchoredAt) /;

describe("golden equipment bundles of version 1", () => {
  const golden = readGoldenEquipment();

  it.each(golden)("$name: $expected.result", async ({ expected, ...input }) => {
    // What a report says beside may come to be told where it wasn't.
    expect(await judgeEquipment(input)).toMatchObject(expected);
  });

  it("hold one of each end that only equipment has", () => {
    expect([...new Set(golden.map(({ expected }) => expected.result))].sort()).toEqual([
      "BAD_PATH",
      "SUBJECT_MISMATCH",
      "TAMPERED",
      "VALID_FINAL",
    ]);
  });

  it("hold no longer after a change in one place", async () => {
    const base = golden.find(({ name }) => name === "one-warm-hour")!;
    const changes = changesOf(JSON.parse(base.bundle)).filter((_, at) => at % step === 0);
    const held: string[] = [];
    for (const { what, changed } of changes) {
      const { result } = await judgeEquipment({ ...base, bundle: JSON.stringify(changed) });
      if (result.startsWith("VALID") && !mayHold.test(what)) held.push(what);
    }
    expect(held).toEqual([]);
    expect(changes.length).toBeGreaterThan(200);
  }, 30_000);

  it("are what the story writes today", () => {
    const text = golden.find(({ name }) => name === "one-warm-hour")?.bundle;
    expect(text).toBe(`${JSON.stringify(equipmentStory().bundle)}\n`);
  });
});
