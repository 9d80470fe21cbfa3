import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, toHex } from "./bytes.ts";
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";
import { growTiles, parseTilePath, type ReadTiles, type TilePlace, tilePath, widthAt } from "./tile.ts";
import { consistencyFromTiles, inclusionFromTiles, rootFromTiles } from "./tile-proofs.ts";

const leafCount = 1_000;
const leaves = Array.from({ length: leafCount }, (_, at) => leafHash(Uint8Array.of(at >> 8, at & 0xff)));

/** Tiles as a store keeps them, the widest of each place; notes what is read. */
class KeptTiles {
  readonly tiles = new Map<string, Uint8Array>();
  readonly asked: TilePlace[] = [];

  readonly read: ReadTiles = async (places) => {
    this.asked.push(...places);
    return places.map(({ level, index }) => {
      const found = this.tiles.get(`${level}/${index}`);
      if (found === undefined) throw new Error(`no tile ${level}/${index}`);
      return found;
    });
  };

  async grow(size: number, more: readonly Uint8Array[]): Promise<void> {
    for (const { level, index, hashes } of await growTiles(BigInt(size), more, this.read))
      this.tiles.set(`${level}/${index}`, hashes);
  }
}

const whole = new KeptTiles();
await whole.grow(0, leaves);

describe("tiles", () => {
  it("are the same however the log grew, and hold the leaves", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }),
        async (steps) => {
          const kept = new KeptTiles();
          let size = 0;
          for (const step of steps) {
            await kept.grow(size, leaves.slice(size, size + step));
            size = Math.min(leafCount, size + step);
          }
          const once = new KeptTiles();
          await once.grow(0, leaves.slice(0, size));
          expect(kept.tiles).toEqual(once.tiles);
        },
      ),
      { numRuns: 30 },
    );
    expect(toHex(whole.tiles.get("0/1") as Uint8Array)).toBe(toHex(concatBytes(...leaves.slice(256, 512))));
    expect([...whole.tiles.keys()].sort()).toEqual(["0/0", "0/1", "0/2", "0/3", "1/0"]);
    expect(whole.tiles.get("1/0")).toEqual(
      concatBytes(...[0, 1, 2].map((at) => treeRoot(leaves.slice(256 * at, 256 * (at + 1))))),
    );
  });

  it("take more leaves at once than a call takes arguments", async () => {
    const many = new Array<Uint8Array>(200_000).fill(leaves[0] as Uint8Array);
    const grown = await growTiles(0n, many, whole.read);
    expect(grown.at(-1)).toMatchObject({ level: 2, index: 0n });
  });

  it("give root and proofs at any size, also a smaller one than they were grown to", async () => {
    const sizes = fc.integer({ min: 1, max: leafCount });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, fc.nat(), async (one, other, pick) => {
        const [size1, size2] = [Math.min(one, other), Math.max(one, other)];
        const index = pick % size2;
        const tree = leaves.slice(0, size2);
        const root = await rootFromTiles(BigInt(size2), whole.read);
        expect(root).toEqual(treeRoot(tree));
        const inclusion = await inclusionFromTiles(BigInt(index), BigInt(size2), whole.read);
        expect(inclusion).toEqual(inclusionProof(tree, index));
        const leaf = leaves[index] as Uint8Array;
        expect(verifyInclusion({ index, size: size2, leafHash: leaf, proof: inclusion, root })).toBe(true);
        const proof = await consistencyFromTiles(BigInt(size1), BigInt(size2), whole.read);
        expect(proof).toEqual(consistencyProof(tree, size1));
        const root1 = treeRoot(leaves.slice(0, size1));
        expect(verifyConsistency({ size1, size2, root1, root2: root, proof })).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("are asked for once each, as wide as the tree has them", async () => {
    whole.asked.length = 0;
    await inclusionFromTiles(5n, 700n, whole.read);
    expect(whole.asked).toEqual(
      [
        { level: 0, index: 0n, width: 256 },
        { level: 1, index: 0n, width: 2 },
        { level: 0, index: 2n, width: 188 },
      ].toSorted((a, b) => whole.asked.findIndex(same(a)) - whole.asked.findIndex(same(b))),
    );
  });

  it("that are too short are refused, not read as zeros", async () => {
    const short: ReadTiles = async (places) => places.map(() => new Uint8Array(32));
    await expect(inclusionFromTiles(5n, 700n, short)).rejects.toThrow("too short");
  });
});

describe("a tile's path", () => {
  it.each([
    [0n, 256, "000"],
    [67n, 256, "067"],
    [1_067n, 256, "x001/067"],
    [1_234_067n, 256, "x001/x234/067"],
    [1_000n, 12, "x001/000.p/12"],
  ])("of %d with %d hashes is %s", (index, width, path) => {
    expect(tilePath({ index, width })).toBe(path);
    expect(parseTilePath(path)).toEqual({ index, width });
  });

  it.each([
    "",
    "67",
    "0067",
    "x067",
    "x000/067",
    "001/067",
    "067.p/0",
    "067.p/256",
    "067.p/01",
    "067.p",
    "067/",
    "-01",
    "x999/x999/x999/x999/x999/999",
  ])("%j names no tile", (path) => expect(parseTilePath(path)).toBeNull());

  it("is as wide as the tree has it", () => {
    const at = (level: number, index: bigint) => widthAt({ level, index }, 70_000n);
    expect([at(0, 0n), at(0, 273n), at(0, 274n), at(1, 1n), at(2, 0n), at(3, 0n)]).toEqual([
      256, 112, 0, 17, 1, 0,
    ]);
  });
});

function same(a: TilePlace) {
  return (b: TilePlace) => a.level === b.level && a.index === b.index;
}
