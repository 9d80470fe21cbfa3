import { expect, it } from "vitest";
import { GrowingRoot } from "./growing-root.ts";
import { leafHash, treeRoot } from "./merkle.ts";

it("is the RFC's root at every size", () => {
  const growing = new GrowingRoot();
  const leaves: Uint8Array[] = [];
  expect(growing.root()).toEqual(treeRoot([]));
  for (let size = 1; size <= 70; size += 1) {
    const bytes = Uint8Array.of(size);
    growing.add(bytes);
    leaves.push(leafHash(bytes));
    expect(growing.size).toBe(size);
    expect(growing.root()).toEqual(treeRoot(leaves));
  }
});
