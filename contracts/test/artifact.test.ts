import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { buildArtifact } from "../build.ts";

it("the committed ColdmarkLog.json is what the sources compile to (else run: node contracts/build.ts)", async () => {
  const committed = readFileSync(new URL("../ColdmarkLog.json", import.meta.url), "utf8");
  expect((await buildArtifact()) === committed).toBe(true);
});
