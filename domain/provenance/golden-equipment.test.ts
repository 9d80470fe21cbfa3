import { describe, expect, it } from "vitest";
import { judgeEquipment, readGoldenEquipment } from "#test/golden/equipment-cases.ts";
import { equipmentStory } from "#test/golden/equipment-stories.ts";

describe("golden equipment bundles of version 1", () => {
  const golden = readGoldenEquipment();

  it.each(golden)("$name: $expected.result", async ({ expected, ...input }) => {
    expect(await judgeEquipment(input)).toEqual(expected);
  });

  it("hold one of each end that only equipment has", () => {
    expect([...new Set(golden.map(({ expected }) => expected.result))].sort()).toEqual([
      "BAD_PATH",
      "SUBJECT_MISMATCH",
      "TAMPERED",
      "VALID_FINAL",
    ]);
  });

  it("are what the story writes today", () => {
    const text = golden.find(({ name }) => name === "one-warm-hour")?.bundle;
    expect(text).toBe(`${JSON.stringify(equipmentStory().bundle)}\n`);
  });
});
