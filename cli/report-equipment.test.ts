import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { equipmentStory, span, subject, usual } from "#test/golden/equipment-stories.ts";
import { hourMs } from "#test/support/cold-network.ts";
import { coldmark } from "#test/support/service.ts";

const marked = ["replayed:", "unsigned:", "arrived late:"];

describe("what verify prints of an equipment", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "coldmark-equipment-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("names the windows whose readings are replayed, unsigned or late, and is silent without any", async () => {
    const doubtful = equipmentStory(usual, (log) => {
      const roster = log.roster(subject, { replay: true, signatureRequired: true }, {}, span.to);
      const how = { kind: "late", kid: null, lagMs: 73 * hourMs };
      log.window(subject, roster, span.from, usual, how);
    });
    const printed = await print(doubtful);
    for (const title of marked)
      expect(printed).toContain(`${title.padEnd(13)} 1\n  ${new Date(span.from).toISOString()}\n`);
    const control = await print(equipmentStory());
    expect(control).toContain("coverage:     86.66 %\n");
    for (const title of marked) expect(control).not.toContain(title);
  });

  async function print({ bundle, trust }: ReturnType<typeof equipmentStory>): Promise<string> {
    const [file, trusted] = [join(folder, "bundle.json"), join(folder, "trust.json")];
    writeFileSync(file, JSON.stringify(bundle));
    writeFileSync(trusted, JSON.stringify(trust));
    return (await coldmark(["verify", file, "--trust", trusted])).stdout;
  }
});
