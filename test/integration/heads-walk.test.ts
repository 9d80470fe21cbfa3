import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendToLog } from "#anchor/append-entries.ts";
import { headsSubject, keepHeads } from "#anchor/heads-keeper.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { headsProof, headsRoot } from "#domain/log/prefix-tree.ts";
import { HeadsTrees } from "#services/provenance/heads-trees.ts";
import { HeadsWalk } from "#services/provenance/heads-walk.ts";
import type { Store, Tx } from "#store/connect.ts";
import { listHeadsAt } from "#store/stretches.ts";
import { dataFolder, openRecords } from "../support/anchor-network.ts";

/** Entries of each day before its closing one; streams come back irregularly, and new ones come up to the end. */
const days = [1, 40, 3, 0, 700, 250];
const subjectOf = (at: number) => `urn:test:${(at * at) % (at % 2 === 0 ? 600 : 17)}`;

describe("the heads of one anchored size after the other", () => {
  const dataDir = dataFolder();
  const anchored: { size: number; root: string }[] = [];
  let store: Store;
  const work = <T>(what: (tx: Tx) => Promise<T>) => store.as({ role: "worker" }, what);

  beforeAll(async () => {
    store = await openRecords(dataDir);
    const times = { fromMs: 0, toMs: 0, body: "{}" };
    let size = 0;
    for (const count of days) {
      const said = Array.from({ length: count }, (_, at) => ({
        subject: subjectOf(size + at),
        kind: "note",
        ...times,
      }));
      await work(async (tx) => {
        if (count > 0) await appendToLog(tx, said, 0);
        // A few pages in each statement: the last one also where it is full, or empty.
        const { root } = await keepHeads(tx, size + count, 7);
        await appendToLog(tx, [{ subject: headsSubject, kind: "heads", ...times }], 0);
        size += count + 1;
        anchored.push({ size, root: toHex(root) });
      });
    }
  });
  afterAll(async () => {
    await store.close();
    rmSync(dataDir, { recursive: true });
  });

  /** The heads as nothing but the definition gives them: selected whole, hashed by the browser's way. */
  const fromScratch = async (tx: Tx, size: number) =>
    (await listHeadsAt(tx, size)).filter(({ stream }) => toHex(stream) !== streamOf(headsSubject));
  const asked = [0, 1, 3, 699, 900].map((at) => fromHex(streamOf(subjectOf(at))));
  const check = async (tx: Tx, heads: Awaited<ReturnType<HeadsWalk["at"]>>, size: number) => {
    const whole = await fromScratch(tx, size);
    expect(heads.tree.root).toEqual(headsRoot(whole));
    for (const stream of asked) expect(heads.tree.proof(stream)).toEqual(headsProof(whole, stream));
    expect(toHex(heads.tree.root)).toBe(anchored.find((tree) => tree.size === size)?.root);
  };

  it("are those of the tree built from scratch, day by day, over days left out, and after a step back", async () => {
    const sizes = anchored.map(({ size }) => size);
    const ways = [sizes, [sizes[1], sizes[4]], [sizes[5], sizes[2], sizes[2], sizes[4]]] as number[][];
    for (const way of ways) {
      const walk = new HeadsWalk();
      for (const size of way) await work(async (tx) => check(tx, await walk.at(tx, size), size));
    }
  });

  it("are the same where trees are kept, and differ from day to day", async () => {
    const trees = new HeadsTrees();
    for (const { size } of anchored) await work(async (tx) => check(tx, await trees.at(tx, size), size));
    // Each goes on from the nearest before it, also while that is being built.
    const several = new HeadsTrees();
    const sizes = [4, 0, 5, 2, 3, 1].map((at) => anchored[at]?.size as number);
    await Promise.all(sizes.map((size) => work(async (tx) => check(tx, await several.at(tx, size), size))));
    // A day without entries leaves the heads as they were.
    expect(new Set(anchored.map(({ root }) => root)).size).toBe(days.length - 1);
  });
});
