import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "./bytes.ts";
import type { Head } from "./head.ts";
import { type HeadsPage, keptPage } from "./heads-page.ts";
import { changeHeads, proveHead } from "./heads-pages.ts";
import { buildHeadsTree, verifyHeads } from "./prefix-tree.ts";

/** Ids that share long beginnings, down to the last digit and more of them than a page takes, and ids that share none. */
const stream = fc.oneof(
  fc.tuple(fc.constantFrom(0, 1, 0x80, 0xff), fc.nat(3)).map(([first, last]) => idFrom(first, last)),
  fc.nat(255).map((last) => idFrom(0, last)),

  fc.uint8Array({ minLength: 32, maxLength: 32 }),
);
const head = fc.record({
  stream,
  seq: fc.maxSafeNat(),
  leaf: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});
const batches = fc.array(fc.array(head, { maxLength: 100 }), { maxLength: 5 });

/** Pages as a store keeps them: bytes by place; counts what is read. */
class KeptPages {
  readonly bytes = new Map<string, Uint8Array>();
  pagesRead = 0;

  readonly read = async (places: readonly string[]) => {
    this.pagesRead += places.length;
    const found = places.flatMap((place) => {
      const bytes = this.bytes.get(place);
      return bytes === undefined ? [] : [[place, keptPage(bytes)] as const];
    });
    return new Map<string, HeadsPage>(found);
  };

  async change(heads: readonly Head[]) {
    const changed = await changeHeads(heads, this.read);
    for (const [place, page] of changed.pages) this.bytes.set(place, page.bytes);
    return changed;
  }
}

describe("the heads tree in pages", () => {
  it("has the root, the streams and the proofs of the tree in memory, whatever came in which turn", async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.array(stream, { maxLength: 5 }), async (turns, asked) => {
        const kept = new KeptPages();
        const tree = buildHeadsTree([]);
        for (const turn of turns) {
          for (const one of turn) tree.set(one);
          const { root, streams } = await kept.change(turn);
          expect(root).toEqual(tree.root);
          const known = new Set(turns.slice(0, turns.indexOf(turn) + 1).flatMap((t) => t.map(idOf)));
          expect(streams).toBe(known.size);
        }
        for (const id of [...asked, ...turns.flat().map((one) => one.stream)]) {
          const proof = await proveHead(id, kept.read);
          expect(proof).toEqual(tree.proof(id));
          expect(verifyHeads(tree.root, id, proof)).not.toBeNull();
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the same pages for the same heads in any order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(head, { selector: idOf, maxLength: 100 }), async (heads) => {
        const [once, oneByOne] = [new KeptPages(), new KeptPages()];
        await once.change(heads);
        for (const one of heads.toReversed()) await oneByOne.change([one]);
        if (heads.length > 0) expect(oneByOne.bytes).toEqual(once.bytes);
      }),
      { numRuns: 60 },
    );
  });

  it("reads for a change only the pages on its way", async () => {
    const kept = new KeptPages();
    const heads = Array.from({ length: 3_000 }, (_, at) => headOf(at));
    await kept.change(heads);
    kept.pagesRead = 0;
    const { pages } = await kept.change([{ ...headOf(7), seq: 1 }]);
    expect(kept.pagesRead).toBeLessThanOrEqual(3);
    expect(pages.size).toBe(kept.pagesRead);
  });

  it("refuses to go on where a page is missing, and keeps each root though a node of the first page was changed", async () => {
    const kept = new KeptPages();
    const heads = Array.from({ length: 3_000 }, (_, at) => headOf(at));
    const { root } = await kept.change(heads);
    const first = kept.bytes.get("") as Uint8Array;
    for (let at = 72; at < first.length; at += 104) first[at] = 255 - (first[at] as number);
    expect((await kept.change([])).root).toEqual(root);
    kept.bytes.delete(toHex(headOf(7).stream).slice(0, 2));
    await expect(kept.change([headOf(7)])).rejects.toThrow("missing");
    await expect(proveHead(headOf(7).stream, kept.read)).rejects.toThrow("missing");
  });

  it("refuses ill-formed heads, ids and pages", async () => {
    const kept = new KeptPages();
    await expect(kept.change([{ ...headOf(1), seq: -1 }])).rejects.toThrow("seq");
    await expect(proveHead(new Uint8Array(31), kept.read)).rejects.toThrow("32 bytes");
    expect(() => keptPage(new Uint8Array(103))).toThrow("not a page");
    expect(() => keptPage(new Uint8Array(2 * 104))).toThrow("not a page");
  });
});

function idFrom(first: number, last: number): Uint8Array {
  const id = new Uint8Array(32);
  id[0] = first;
  id[31] = last;
  return id;
}

function idOf({ stream: id }: Head): string {
  return toHex(id);
}

/** Ids spread by a multiplication, so that pages of several depths come about. */
function headOf(at: number): Head {
  const id = new Uint8Array(32);
  new DataView(id.buffer).setUint32(0, Math.imul(at, 2_654_435_761) >>> 0);
  id[31] = at & 0xff;
  return { stream: id, seq: 0, leaf: new Uint8Array(32).fill(at & 0xff) };
}
