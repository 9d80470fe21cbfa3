import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "../../test/golden");

/**
 * Bundles verify for ever: what was given out once is neither changed nor taken away. New ones are listed by
 * `cd test/golden && find bundle-v1 equipment-v1 -type f | LC_ALL=C sort | xargs sha256sum > SHA256SUMS`.
 */
it("keeps every golden bundle as it was", () => {
  const listed = readFileSync(join(folder, "SHA256SUMS"), "utf8").trimEnd().split("\n");
  const files = ["bundle-v1", "equipment-v1"].flatMap((version) =>
    readdirSync(join(folder, version)).map((name) => `${version}/${name}`),
  );
  const found = files.map((name) => {
    const hash = createHash("sha256").update(readFileSync(join(folder, name)));
    return `${hash.digest("hex")}  ${name}`;
  });
  expect(found.sort(byName)).toEqual(listed.sort(byName));
});

function byName(a: string, b: string): number {
  return a.slice(64) < b.slice(64) ? -1 : 1;
}
