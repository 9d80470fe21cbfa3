/** Ingestion in a process of its own on a PostgreSQL of a test's own: whether it lives, what it holds, what it wrote. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openStore, type Store } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { pointOf, registerGateways, type TestGateway } from "./gateway-network.ts";
import type { Counters, House } from "./ingest-house.ts";
import { launcherHeapFlags } from "./launcher-heap-flags.ts";
import { startPostgres } from "./postgres.ts";
import { countersIn } from "./store-books.ts";

/** The process and its books. */
export interface WatchedIngest {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly points: House["points"];
  counters(): Promise<Counters>;
  /** Null while it runs, then how it ended. */
  ended(): string | null;
  /** What it complained of so far. */
  complaints(): string;
  residentBytes(): number;
  /** Ends it orderly; gives how it ended. */
  stop(): Promise<string>;
}

const kibibyte = 1024;

/** Starts it for these gateways of one organisation. */
export async function startWatchedIngest(gateways: readonly TestGateway[]): Promise<WatchedIngest> {
  const postgres = await startPostgres();
  const store = await openStore({ databaseUrl: postgres.url, dataDir: "/var/tmp" });
  await registerGateways(store, "shop", gateways);
  const program = fileURLToPath(new URL("ingest-child.ts", import.meta.url));
  const flags = ["--disable-warning=ExperimentalWarning", ...launcherHeapFlags()];
  const child = spawn(process.execPath, [...flags, program], {
    env: { ...process.env, MALLOC_ARENA_MAX: "2", DATABASE_URL: postgres.url },
  });
  const gone = once(child, "exit");
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString("utf8")).slice(-20_000);
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([once(lines, "line"), gone])) as [unknown];
  if (typeof line !== "string") throw new Error(`ingestion ended at once: ${words}`);
  const { url } = JSON.parse(line) as { url: string };
  const ended = () =>
    child.exitCode === null && child.signalCode === null
      ? null
      : `exit ${child.exitCode ?? child.signalCode}`;
  return {
    ...{ url, port: Number(new URL(url).port), store, readings: openPostgresReadings(store), ended },
    points: gateways.map(({ id }) => ({ tenant: "shop", point: pointOf(id) })),
    counters: () => countersIn(store),
    complaints: () => words,
    residentBytes: () =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) * kibibyte,
    stop: async () => {
      child.stdin.end();
      await gone;
      await store.close();
      await postgres.stop();
      return ended() ?? "";
    },
  };
}
