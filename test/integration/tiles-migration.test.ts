import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { describe, expect, it } from "vitest";
import { toHex } from "#domain/log/bytes.ts";
import { leafHash } from "#domain/log/merkle.ts";
import { growTiles } from "#domain/log/tile.ts";
import { completedNodes } from "#domain/log/tree-nodes.ts";

describe("records from before tiles", () => {
  it("have their tree as tiles, and what waits still waits", async () => {
    const migrations = join(import.meta.dirname, "../../store/migrations");
    const files = readdirSync(migrations)
      .filter((name) => name.endsWith(".sql"))
      .sort();
    const tiles = files.findIndex((name) => name.startsWith("0011_"));
    const db = new PGlite();
    const apply = async (names: readonly string[]) => {
      for (const name of names) await db.exec(readFileSync(join(migrations, name), "utf8"));
    };
    await apply(files.slice(0, tiles));
    const leaves = Array.from({ length: 700 }, (_, at) => leafHash(Uint8Array.of(at >> 8, at & 0xff)));
    const nodes = new Map<string, Uint8Array>();
    for (const [at, leaf] of leaves.entries()) {
      const read = (level: number, index: bigint) => nodes.get(`${level}/${index}`) as Uint8Array;
      for (const node of completedNodes(BigInt(at), leaf, read)) {
        nodes.set(`${node.level}/${node.index}`, node.hash);
        await db.query("insert into tree_nodes values ($1, $2, $3)", [
          node.level,
          Number(node.index),
          node.hash,
        ]);
      }
    }
    await db.exec(`insert into pending_entries (subject, kind, from_ms, to_ms, body, urgent, created_at, entry_index)
      values ('s', 'k', 1, 1, '1', false, 1, 5), ('s', 'k', 1, 1, '2', true, 1, 6), ('s', 'k', 1, 1, '3', false, 1, null)`);
    await apply(files.slice(tiles));
    const found = await db.query<{ level: number; index: number; hashes: Uint8Array }>(
      "select * from log_tiles order by 1, 2",
    );
    const grown = await growTiles(0n, leaves, async () => []);
    expect(found.rows.map(({ level, index, hashes }) => [level, BigInt(index), toHex(hashes)])).toEqual(
      grown.map(({ level, index, hashes }) => [level, index, toHex(hashes)]),
    );
    const { rows } = await db.query("select body, entry_index from pending_entries order by id");
    expect(rows).toEqual([
      { body: "", entry_index: 6 },
      { body: "3", entry_index: null },
    ]);
    await db.close();
  });
});
