import { expect, it } from "vitest";
import type { StretchEntry } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import type { LogRow } from "#store/stretches.ts";
import { rosterLeaves } from "./equipment-stretch.ts";

const leaf = (byte: string) => byte.repeat(32);
const opened = (body: unknown): StretchEntry => ({
  ...{ salt: "", bodySalt: "", header: { kind: "segment", from: 0, to: 1 } },
  body,
});

it("of the rosters that windows name, a bundle refers to those that its stretch doesn't show", () => {
  const rows = [{ leaf: new Uint8Array(32).fill(0xcc) } as unknown as LogRow];
  const entries = [
    opened({ roster: leaf("cc"), earlierRosters: [leaf("aa"), leaf("bb")] }),
    opened({ roster: leaf("cc"), earlierRosters: [leaf("bb")] }),
    opened({ roster: leaf("dd") }),
    opened(null),
    { commit: leaf("ee") },
  ];
  expect(rosterLeaves(entries, rows).map(toHex)).toEqual([leaf("aa"), leaf("bb"), leaf("dd")]);
});
