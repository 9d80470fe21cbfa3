/** InfluxDB 1.x as a child of the demo, where `influxd` is installed: readings then go the way they go in earnest. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { AppError } from "#domain/errors.ts";

/** An influxd that was started, with the settings that point at it. */
export interface InfluxChild {
  readonly settings: Readonly<Record<string, string>>;
  /** Resolves once it answers. @throws AppError UNAVAILABLE */
  readonly answers: Promise<void>;
  stop(): Promise<void>;
}

const startMs = 20_000;
const stopMs = 10_000;

/** Starts influxd with its data in `folder`; null where it is not installed. */
export async function startInflux(folder: string): Promise<InfluxChild | null> {
  const program = (process.env.PATH ?? "")
    .split(delimiter)
    .map((dir) => join(dir, "influxd"))
    .find((file) => existsSync(file));
  if (program === undefined) return null;
  mkdirSync(folder, { recursive: true });
  const [http, backup] = [await freePort(), await freePort()];
  const file = join(folder, "influxdb.conf");
  writeFileSync(file, configuration(folder, http, backup));
  const child = spawn(program, ["-config", file], { stdio: "ignore" });
  const url = `http://127.0.0.1:${http}`;
  const answers = untilAnswers(url, child);
  answers.catch(() => undefined);
  return { settings: { INFLUX_URL: url, INFLUX_VERSION: "1" }, answers, stop: () => stopChild(child) };
}

function configuration(folder: string, http: number, backup: number): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${backup}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
[monitor]
  store-enabled = false
`;
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline && child.exitCode === null) {
    const answered = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(1_000) }).then(
      (response) => response.status === 204,
      () => false,
    );
    if (answered) return;
    await pause(50);
  }
  child.kill("SIGKILL");
  throw new AppError("UNAVAILABLE", "influxd did not start");
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
  await gone;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
