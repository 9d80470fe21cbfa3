import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programOf, startChild } from "./child.ts";
import { freePort } from "./free-port.ts";

/** A real InfluxDB 1.x of a test's own. */
export interface TestInflux {
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  kill9(): Promise<void>;
  /** Ends it orderly; `restart` brings it back with its data. */
  down(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What a test may set otherwise than we recommend. */
export interface InfluxdOptions {
  readonly maxBodyBytes?: number;
  readonly maxSeries?: number;
  /** Users must sign in; the first one made is an administrator. */
  readonly auth?: boolean;
}

/** Starts Debian's influxd on free ports with a folder of its own. @throws naming the package when it is not installed */
export async function startInflux({
  parent = "/var/tmp",
  host = "127.0.0.1",
  ...options
}: InfluxdOptions & { readonly parent?: string; readonly host?: string } = {}): Promise<TestInflux> {
  const program = programOf(["/usr/bin/influxd", "/usr/sbin/influxd"], "influxdb");
  const folder = mkdtempSync(join(parent, "coldmark-influx-"));
  const [port, backupPort] = [await freePort(), await freePort()];
  const url = `http://${host}:${port}`;
  const config = join(folder, "influxdb.conf");
  writeFileSync(config, configuration(folder, { address: `${host}:${port}`, backupPort }, options));
  const start = () => startChild(program, ["-config", config], async () => (await fetch(`${url}/ping`)).ok);
  let server = await start();
  return {
    url,
    folder,
    get pid() {
      return server.pid;
    },
    kill9: () => server.end("SIGKILL"),
    down: () => server.end("SIGTERM"),
    restart: async () => {
      await server.end("SIGTERM");
      server = await start();
    },
    stop: async () => {
      await server.end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(
  folder: string,
  { address, backupPort }: { readonly address: string; readonly backupPort: number },
  { maxBodyBytes = 25_000_000, maxSeries = 1_000_000, auth = false }: InfluxdOptions,
): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${backupPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
  max-series-per-database = ${maxSeries}
[monitor]
  store-enabled = false
[http]
  bind-address = "${address}"
  log-enabled = false
  max-body-size = ${maxBodyBytes}
  auth-enabled = ${auth}
`;
}
