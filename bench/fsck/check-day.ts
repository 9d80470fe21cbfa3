/**
 * How long `coldmark fsck` takes for a whole day of the demo network: `node bench/fsck/check-day.ts [SITES] [HOURS]`. The day is recorded
 * on a PostgreSQL of its own through the inbox, its readers and the sealing code; then the command runs as anybody would start it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { startPostgres } from "#test/support/postgres.ts";
import { recordNetwork } from "#test/support/recorded-network.ts";

const main = join(import.meta.dirname, "../../cli/main.ts");
const [sites = 120, hours = 24] = process.argv.slice(2).map(Number);
const from = Date.UTC(2026, 4, 4);
const say = (line: string) => process.stdout.write(`${line}\n`);

const postgres = await startPostgres();
const dataDir = mkdtempSync(join(tmpdir(), "coldmark-fsck-"));
try {
  const store = await openStore({ databaseUrl: postgres.url, dataDir });
  const began = performance.now();
  const recorded = await recordNetwork({
    ...{ store, readings: openPostgresReadings(store), dataDir, sites, from, hours },
  });
  await store.close();
  say(`recorded ${JSON.stringify(recorded)} in ${seconds(began)} s`);
  for (const args of [["fsck"], ["fsck", "--json"]]) await run(args);
} finally {
  await postgres.stop();
  rmSync(dataDir, { recursive: true });
}

async function run(args: readonly string[]): Promise<void> {
  const began = performance.now();
  // No chain: its endpoint refuses, and the command goes on and says so.
  const env = {
    ...process.env,
    DATABASE_URL: postgres.url,
    DATA_DIR: dataDir,
    CHAIN_RPC_URL: "http://127.0.0.1:9",
  };
  const child = spawn(
    "/usr/bin/time",
    ["-f", "%M kB, %U s user, %S s system", process.execPath, main, ...args],
    {
      env,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const [code] = await once(child, "exit");
  say(`coldmark ${args.join(" ")}: exit ${code} after ${seconds(began)} s`);
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(1);
}
