import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepHouse } from "#store/connect/keep-house.ts";
import { layDatabase } from "#store/connect/lay-database.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-house-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Segments of 16 MB in the write-ahead log after writing more than ten of them. */
async function segmentsAfterWriting(name: string, isKept: boolean): Promise<number> {
  const data = join(folder, name);
  await layDatabase(data);
  const client = await PGlite.create(data);
  await client.exec("create table filler (text text)");
  const checkpoints: string[] = [];
  const vacuumed = new Set<string>();
  const counted = {
    exec: (statement: string) => {
      if (statement === "checkpoint") checkpoints.push(statement);
      else vacuumed.add(statement);
      return client.exec(statement);
    },
  };
  const house = isKept ? keepHouse(counted, ["filler"], { checkpointMs: 1, vacuumMs: 1 }) : null;
  for (let round = 0; round < 8; round += 1) {
    await client.exec("insert into filler select repeat(md5(g::text), 20) from generate_series(1, 30000) g");
    const seen = checkpoints.length;
    while (isKept && checkpoints.length === seen) await new Promise((done) => setImmediate(done));
  }
  await house?.stop();
  const segments = readdirSync(join(data, "pg_wal")).filter((file) => /^[0-9A-F]{24}$/.test(file)).length;
  await client.close();
  expect([...vacuumed]).toEqual(isKept ? ["vacuum (analyze) filler"] : []);
  return segments;
}

it("keeps the write-ahead log small; without it the log keeps everything", async () => {
  const kept = await segmentsAfterWriting("kept", true);
  const left = await segmentsAfterWriting("left", false);
  expect(kept).toBeLessThanOrEqual(7);
  expect(left).toBeGreaterThan(10);
}, 60_000);
