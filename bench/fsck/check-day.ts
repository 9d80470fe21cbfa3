/**
 * How long `coldmark fsck` takes for a whole day of the demo network: `node bench/fsck/check-day.ts [SITES] [HOURS]`. The day is recorded
 * on a PostgreSQL of its own through the inbox, its readers and the sealing code; then the command runs as anybody would start it. What
 * PostgreSQL takes of the processors for it is told beside it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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
  await run(["fsck"]);
} finally {
  await postgres.stop();
  rmSync(dataDir, { recursive: true });
}

async function run(args: readonly string[]): Promise<void> {
  const began = performance.now();
  const before = postgresSeconds();
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
  const share = (postgresSeconds() - before).toFixed(1);
  say(
    `coldmark ${args.join(" ")}: exit ${code} after ${seconds(began)} s; PostgreSQL took ${share} s of the processors`,
  );
}

/** What the server, its processes and those that ended have taken of the processors (proc(5), 100 ticks a second). */
function postgresSeconds(): number {
  const statOf = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
    } catch {
      return []; // it ended meanwhile
    }
  };
  const server = String(postgres.pid);
  const stats = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => [pid, statOf(pid)] as const);
  const own = stats.filter(([pid, [, parent]]) => pid === server || parent === server);
  // User and system time; of the server also those of the processes that ended.
  const ticks = own.flatMap(([pid, stat]) => stat.slice(11, pid === server ? 15 : 13)).map(Number);
  return ticks.reduce((sum, n) => sum + n, 0) / 100;
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(1);
}
