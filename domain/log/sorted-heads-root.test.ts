import { expect, it } from "vitest";
import { randomOf } from "#test/support/random.ts";
import type { Head } from "./head.ts";
import { headsRoot } from "./prefix-tree.ts";
import { sortedHeadsRoot } from "./sorted-heads-root.ts";

async function* inPages(heads: readonly Head[], size: number) {
  for (let at = 0; at < heads.length; at += size) yield heads.slice(at, at + size);
}

const rising = (a: Head, b: Head) => Buffer.compare(a.stream, b.stream);
const random = randomOf(7, 1);
/** Streams of which many share long prefixes. */
const headsOf = (count: number): Head[] => {
  const streams = new Map<string, Uint8Array>();
  while (streams.size < count) {
    const stream = new Uint8Array(32);
    stream.set(random.bytes(random.below(33)), 0);
    if (random.chance(50)) stream.set(random.bytes(2), 30);
    streams.set(Buffer.from(stream).toString("hex"), stream);
  }
  return [...streams.values()].map((stream, seq) => ({ stream, seq, leaf: random.bytes(32) }));
};

it.each([0, 1, 2, 3, 5, 16, 17, 200, 1_000])(
  "%i streams give the root of the tree in memory",
  async (count) => {
    const heads = headsOf(count).sort(rising);
    expect(await sortedHeadsRoot(inPages(heads, 7))).toEqual(headsRoot(heads));
  },
);

it("refuses streams that don't rise, and one that comes twice", async () => {
  const heads = headsOf(10).sort(rising);
  const swapped = heads.with(3, heads[4] as Head).with(4, heads[3] as Head);
  await expect(sortedHeadsRoot(inPages(swapped, 4))).rejects.toThrow("rising order");
  await expect(sortedHeadsRoot(inPages([...heads, heads[9] as Head], 4))).rejects.toThrow("rising order");
});
