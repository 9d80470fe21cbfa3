import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { programOf, startChild } from "./child.ts";
import { freePort } from "./free-port.ts";
import type { TestMosquitto } from "./mosquitto.ts";

/** A real Mosquitto with a configuration of the test's own. */
export interface OwnMosquitto extends Pick<TestMosquitto, "url" | "port" | "collector" | "stop"> {
  /** What it wrote to its log so far. */
  log(): string;
}

/** Where the lines of a configuration may point: a folder that the broker can read, and a free port. */
interface Place {
  readonly folder: string;
  readonly port: number;
}

/**
 * Starts Debian's mosquitto with these lines behind a listener on 127.0.0.1, `files` (name to text) beside them.
 * @throws naming the package when it is not installed
 */
export async function startOwnMosquitto(
  lines: (place: Place) => string,
  files: Readonly<Record<string, string>> = {},
): Promise<OwnMosquitto> {
  const program = programOf(["/usr/sbin/mosquitto", "/usr/bin/mosquitto"], "mosquitto");
  const folder = mkdtempSync("/var/tmp/coldmark-mosquitto-");
  chmodSync(folder, 0o777);
  const port = await freePort();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o644 });
  const [config, log] = [join(folder, "mosquitto.conf"), join(folder, "log")];
  writeFileSync(config, `log_dest file ${log}\nlistener ${port} 127.0.0.1\n${lines({ folder, port })}`);
  const broker = await startChild(program, ["-c", config], () => answers(port));
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    collector: { username: "coldmark-collector", password: "collector-of-a-test" },
    log: () => (existsSync(log) ? readFileSync(log, "utf8") : ""),
    stop: async () => {
      await broker.end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
