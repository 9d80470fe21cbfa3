import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendEntries } from "#anchor/append-entries.ts";
import { catchUpHeads, headsSubject } from "#anchor/heads-keeper.ts";
import { planCheckpoint } from "#anchor/plan-checkpoint.ts";
import { publishTiles } from "#anchor/publish-tiles.ts";
import { createRecordsRound } from "#anchor/records-round.ts";
import { fromHex, toHex } from "#domain/log/bytes.ts";
import { openCheckpoint, vkeyOf } from "#domain/log/checkpoint.ts";
import { treeRoot, verifyConsistency, verifyInclusion } from "#domain/log/merkle.ts";
import { headsRoot } from "#domain/log/prefix-tree.ts";
import { type ReadTiles, tilePath } from "#domain/log/tile.ts";
import { consistencyFromTiles, inclusionFromTiles, rootFromTiles } from "#domain/log/tile-proofs.ts";
import type { Tx } from "#store/connect.ts";
import { type LogEntry, logSize, readEntries } from "#store/entries.ts";
import { headsPagesSize, listHeadsPages } from "#store/heads-pages.ts";
import { saveMirroredSize } from "#store/mirrored.ts";
import { queueEntries } from "#store/pending-entries.ts";
import { TileFolder } from "#store/tile-folder.ts";
import { anchorParts, asIntruder, keyOf } from "../support/anchor-network.ts";
import { type ApiNetwork, startApiNetwork, withKey } from "../support/api-network.ts";
import type { ServedHere } from "../support/listen-here.ts";
import { serveFolder } from "../support/serve-folder.ts";

/** Sizes of the anchored trees: inside the first tile, at its end, and one with a full tile and another at its side. */
const sizes = [20, 256, 300, 700];
let network: ApiNetwork;
let folder = "";
let server: ServedHere;
let base = "";
let log: LogEntry[] = [];

beforeAll(async () => {
  network = await startApiNetwork();
  folder = mkdtempSync(join(tmpdir(), "coldmark-tiles-"));
  for (const size of sizes) {
    await growTo(size);
    await publishTiles(network.store, new TileFolder(folder), size);
  }
  await asWorker((tx) => saveMirroredSize(tx, 700));
  log = await network.store.as({ role: "worker" }, (tx) => readEntries(tx, 0, 1_000));
  server = await serveFolder(folder);
  base = server.url;
});
afterAll(async () => {
  await server?.stop();
  await network?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const asWorker = <T>(work: (tx: Tx) => Promise<T>) => network.store.as({ role: "worker" }, work);

/** Appends as many entries over 90 streams as make the log this size, its closing `heads` entry with them. */
async function growTo(size: number): Promise<void> {
  const { store } = network;
  const context = anchorParts(store, folder, () => 1, { kind: "anvil", statePath: join(folder, "unused") });
  while ((await appendEntries(store, 1)) > 0);
  const have = await store.as({ role: "worker" }, (tx) => readEntries(tx, 0, 1_000));
  const more = Array.from({ length: size - 1 - have.length }, (_, at) => {
    const subject = `urn:test:${(have.length + at) % 90}`;
    return { subject, kind: "note", from: at, to: at, body: { at } };
  });
  await store.as({ role: "worker" }, (tx) => queueEntries(tx, more, 1));
  await appendEntries(store, 1);
  const planned = await planCheckpoint(context, { logKey: context.logKey, force: true });
  expect(planned?.size).toBe(size);
}

/** A stranger's reader: partial tile, else the full one (tlog-tiles). */
const overHttp: ReadTiles = (places) =>
  Promise.all(
    places.map(async ({ level, index, width }) => {
      const get = (wide: number) => fetch(`${base}/public/tile/${level}/${tilePath({ index, width: wide })}`);
      const partial = await get(width);
      const response = partial.ok ? partial : await get(256);
      expect(response.ok).toBe(true);
      return new Uint8Array(await response.arrayBuffer());
    }),
  );

describe("the folder of tiles on a static host", () => {
  const files = (part: string) =>
    readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, part).length + 1))
      .sort();

  it("holds the checkpoint, full tiles and the partial ones of anchored sizes, and no other", () => {
    expect(files("public")).toEqual([
      "checkpoint",
      "tile/0/000",
      "tile/0/001",
      "tile/0/002.p/188",
      "tile/1/000.p/1",
      "tile/1/000.p/2",
    ]);
    expect(files("replay")).toEqual(["tile/entries/000", "tile/entries/001", "tile/entries/002.p/188"]);
  });

  it("gives the bytes that the API gives", async () => {
    const maker = withKey(network.keys.maker);
    for (const [part, headers] of [
      ["public", {}],
      ["replay", maker],
    ] as const) {
      for (const path of files(part)) {
        const own = await network.app.request(`/log/${path}`, { headers });
        expect(own.status).toBe(200);
        const hosted = await fetch(`${base}/${part}/${path}`);
        expect(Buffer.from(await hosted.arrayBuffer())).toEqual(Buffer.from(await own.arrayBuffer()));
      }
    }
  });

  it("is enough for proofs of any entry, and from any size, under the signed root", async () => {
    const note = await (await fetch(`${base}/public/checkpoint`)).text();
    const key = keyOf(1).publicKey;
    const origin = note.split("\n")[0] as string;
    const checkpoint = openCheckpoint(note, [vkeyOf(origin, key)]);
    if ("error" in checkpoint) throw new Error(checkpoint.error);
    expect(checkpoint.size).toBe(700n);
    const { root, size } = checkpoint;
    expect(await rootFromTiles(size, overHttp)).toEqual(root);
    const index = fc.nat(699);
    await fc.assert(
      fc.asyncProperty(index, fc.integer({ min: 1, max: 700 }), async (at, size1) => {
        const leafHash = (log[at] as LogEntry).leaf;
        const proof = await inclusionFromTiles(BigInt(at), size, overHttp);
        expect(verifyInclusion({ index: at, size, leafHash, proof, root })).toBe(true);
        const other = (log[(at + 1) % 700] as LogEntry).leaf;
        expect(verifyInclusion({ index: at, size, leafHash: other, proof, root })).toBe(false);
        const root1 = treeRoot(log.slice(0, size1).map(({ leaf }) => leaf));
        const consistency = await consistencyFromTiles(BigInt(size1), size, overHttp);
        expect(verifyConsistency({ size1, size2: size, root1, root2: root, proof: consistency })).toBe(true);
      }),
      {
        numRuns: 40,
        examples: [
          [0, 5],
          [699, 256],
          [255, 300],
          [256, 700],
        ],
      },
    );
  });

  it("refuses entries that don't give the signed root, and stays as it was", async () => {
    await growTo(720);
    const before = readFileSync(join(folder, "public/checkpoint"), "utf8");
    const wrong = mkdtempSync(join(tmpdir(), "coldmark-tiles-wrong-"));
    const { store } = network;
    const changed: typeof store = {
      ...store,
      as: (who, work) =>
        store.as(who, async (tx) => {
          const result = await work(tx);
          const rows = result as unknown as { commit?: Uint8Array }[];
          if (Array.isArray(rows) && rows[3]?.commit !== undefined) rows[3].commit = new Uint8Array(32);
          return result;
        }),
    };
    await expect(publishTiles(changed, new TileFolder(wrong), 720)).rejects.toThrow("root that was signed");
    expect(await new TileFolder(wrong).checkpoint()).toBeNull();
    expect(readFileSync(join(folder, "public/checkpoint"), "utf8")).toBe(before);
    await publishTiles(store, new TileFolder(wrong), 720);
    expect(await new TileFolder(wrong).checkpoint()).toContain("\n720\n");
    rmSync(wrong, { recursive: true });
  });
});

describe("the log as the API hands it out", () => {
  it("ends at what the second place holds: no checkpoint and no tile beyond, which a lost database would take with it", async () => {
    await growTo(740);
    const got = async (path: string) => network.app.request(`/log/${path}`);
    expect(await (await got("checkpoint")).text()).toContain("\n700\n");
    const wider = "tile/0/002.p/228";
    expect([(await got(wider)).status, (await got("tile/0/002.p/188")).status]).toEqual([404, 200]);
    await asWorker((tx) => saveMirroredSize(tx, 739));
    expect(await (await got("checkpoint")).text()).toContain("\n720\n");
    await asWorker((tx) => saveMirroredSize(tx, 740));
    expect(await (await got("checkpoint")).text()).toContain("\n740\n");
    expect((await got(wider)).status).toBe(200);
  });
});

describe("records that have no pages of the heads tree", () => {
  const forget = () => asIntruder(network.store, (tx) => tx.execute(sql`truncate heads_tree`));
  const pages = () => asWorker((tx) => listHeadsPages(tx, { after: null, limit: 100_000 }));
  const size = () => asWorker(headsPagesSize);
  const note = { subject: "urn:test:between", kind: "note", from: 1, to: 1, body: {} };
  /** The store, with something done before each step. */
  const withEach = (step: (done: number) => Promise<unknown>): typeof network.store => {
    let steps = 0;
    const { store } = network;
    return { ...store, as: async (who, work) => step(steps++).then(() => store.as(who, work)) };
  };

  it("get those that one go gives in steps, between which entries are appended, and go on where they were broken off", async () => {
    await forget();
    const broken = withEach(async (done) => {
      if (done === 2) throw new Error("broken off");
    });
    await expect(catchUpHeads(broken, 100)).rejects.toThrow("broken off");
    expect(await size()).toBe(200);
    const seen: number[] = [];
    const appending = withEach(async () => {
      seen.push(await size());
      await asWorker((tx) => queueEntries(tx, [note], 1));
      expect(await appendEntries(network.store, 1)).toBe(1);
    });
    await catchUpHeads(appending, 100);
    expect(seen.slice(0, 3)).toEqual([200, 300, 400]);
    const [inSteps, end] = [await pages(), await size()];
    expect(end).toBe(await asWorker(logSize));
    await forget();
    await catchUpHeads(network.store, 1_000_000);
    expect([await pages(), await size()]).toEqual([inSteps, end]);
    expect(inSteps.length).toBeGreaterThan(1);
  });
});

describe("a folder that a cleaner went over", () => {
  it("goes on with tiles of the records where its partial ones are gone", async () => {
    const thinned = mkdtempSync(join(tmpdir(), "coldmark-tiles-thinned-"));
    const { store } = network;
    await publishTiles(store, new TileFolder(thinned), sizes[0] as number);
    for (const name of readdirSync(join(thinned, "public/tile"), { recursive: true, encoding: "utf8" })) {
      if (name.endsWith(".p")) rmSync(join(thinned, "public/tile", name), { recursive: true });
    }
    await publishTiles(store, new TileFolder(thinned), 720);
    expect(await new TileFolder(thinned).checkpoint()).toContain("\n720\n");
    rmSync(thinned, { recursive: true });
  });
});

describe("changed pages of the heads tree", () => {
  it("are never anchored: nothing is planned after a start until they are read from the log again", async () => {
    const { store } = network;
    const context = anchorParts(store, folder, () => 1, { kind: "anvil", statePath: join(folder, "unused") });
    const started = () => createRecordsRound(context, { log: context.logKey, receipt: context.receiptKey });
    const note = () =>
      store.as({ role: "worker" }, (tx) =>
        queueEntries(tx, [{ subject: "urn:test:0", kind: "note", from: 1, to: 1, body: { at: 1 } }], 1),
      );
    await note();
    expect((await started()(true)).planned).not.toBeNull();
    // The hash of the first page's first record: still a page, of another tree.
    await asIntruder(store, (tx) =>
      tx.execute(
        sql`update heads_tree set page = set_byte(page, 40, 255 - get_byte(page, 40)) where place = ''`,
      ),
    );
    await note();
    const round = started();
    expect((await round(true)).planned).toBeNull();
    await asIntruder(store, (tx) => tx.execute(sql`truncate heads_tree`));
    expect((await round(true)).planned).not.toBeNull();
  });
});

describe("the heads of an anchored tree", () => {
  it("are the newest entries of all streams, whoever kept their tree so far", () => {
    for (const size of sizes) {
      const newest = new Map<string, LogEntry>();
      for (const row of log.slice(0, size - 1))
        if (row.subject !== headsSubject) newest.set(toHex(row.stream), row);
      const said = JSON.parse(log[size - 1]?.body ?? "{}");
      expect(said).toMatchObject({ streams: newest.size, root: toHex(headsRoot(newest.values())) });
      expect(fromHex(said.root)).toHaveLength(32);
    }
  });
});
