import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { programOf, startChild } from "./child.ts";
import { freePort } from "./free-port.ts";

/** A real Mosquitto of a test's own, on the files of docs/brokers/mosquitto. */
export interface TestMosquitto {
  readonly url: string;
  readonly port: number;
  /** Where its configuration, passwords and database lie. */
  readonly folder: string;
  /** The user the collector signs in as. */
  readonly collector: { readonly username: string; readonly password: string };
  /** Of the process that runs now; another one after `restart`. */
  readonly pid: number;
  /** Kills it as a crash would. */
  kill9(): Promise<void>;
  /** Starts it on the same port, after `kill9` or `down`. */
  restart(): Promise<void>;
  /** Ends it orderly; `restart` brings it back. */
  down(): Promise<void>;
  /** Makes it read its files again, as `systemctl reload` does. */
  reload(): void;
  stop(): Promise<void>;
}

const collector = { username: "coldmark-collector", password: "collector-of-a-test" };
/** Who may watch every gateway, as `coldmark gateway-check` does. */
export const watcher = { username: "coldmark-watch", password: "watcher-of-a-test" };
/** The users of two shards' sessions. */
const sessionsOf = (user: string) => [user, `${user}-hist`, `${user}-1`, `${user}-1-hist`];
const kit = new URL("../../docs/brokers/mosquitto/", import.meta.url);

/** How a test's Mosquitto differs from the shipped one. */
export interface MosquittoOptions {
  /** Whether it runs from the start. */
  readonly started?: boolean;
  /** Where it listens. */
  readonly host?: string;
  /** Access rules besides the shipped ones. */
  readonly rules?: string;
  /** Changes the shipped configuration, its port and paths replaced already; `folder` is where its files lie. */
  readonly change?: (configuration: string, folder: string) => string;
}

/** The shipped broker closes the connection of a message too large for us; another may let it through. */
export const takeTooLarge = (configuration: string): string =>
  configuration.replace(/^(message_size_limit|max_packet_size) .*$/gm, "$1 1048576");

/** As Debian ships it: saved every half hour and at an orderly end, so that a kill takes all it holds. */
export const savedRarely = (configuration: string): string =>
  configuration
    .replace(/^autosave_on_changes .*\n/m, "")
    .replace(/^autosave_interval .*$/m, "autosave_interval 1800");

/** The same, and holding few messages for whoever is away. */
export const savedRarelyAndShort = (configuration: string): string =>
  savedRarely(configuration).replace(/^max_queued_messages .*$/m, "max_queued_messages 100");

/**
 * Starts Debian's mosquitto on a free port, with the configuration and access rules of docs/brokers/mosquitto. `gateways`
 * maps a gateway's id to its password.
 * @throws naming the package when it is not installed
 */
export async function startMosquitto(
  gateways: Readonly<Record<string, string>>,
  {
    started = true,
    rules = "",
    host = "127.0.0.1",
    change = (configuration) => configuration,
  }: MosquittoOptions = {},
): Promise<TestMosquitto> {
  const program = programOf(["/usr/sbin/mosquitto", "/usr/bin/mosquitto"], "mosquitto");
  const folder = mkdtempSync("/var/tmp/coldmark-mosquitto-");
  chmodSync(folder, 0o777);
  const port = await freePort();
  const config = join(folder, "mosquitto.conf");
  writePasswords(join(folder, "coldmark.passwords"), {
    ...gateways,
    ...Object.fromEntries(sessionsOf(collector.username).map((user) => [user, collector.password])),
    [watcher.username]: watcher.password,
  });
  const acl = readFileSync(new URL("acl", kit), "utf8") + rules;
  writeFileSync(join(folder, "coldmark.acl"), acl, { mode: 0o644 });
  writeFileSync(config, change(shippedConfiguration(folder, host, port), folder), { mode: 0o644 });
  const start = () => startChild(program, ["-c", config], () => answers(host, port));
  let broker = started ? await start() : null;
  return {
    url: `mqtt://${host}:${port}`,
    port,
    folder,
    collector,
    get pid() {
      return broker?.pid ?? 0;
    },
    kill9: async () => broker?.end("SIGKILL"),
    down: async () => broker?.end("SIGTERM"),
    restart: async () => {
      await broker?.end("SIGTERM");
      broker = await start();
    },
    reload: () => void process.kill(broker?.pid ?? 0, "SIGHUP"),
    stop: async () => {
      await broker?.end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writePasswords(path: string, users: Readonly<Record<string, string>>): void {
  const passwd = programOf(["/usr/bin/mosquitto_passwd"], "mosquitto");
  writeFileSync(
    path,
    Object.entries(users)
      .map(([user, password]) => `${user}:${password}\n`)
      .join(""),
  );
  execFileSync(passwd, ["-U", path], { stdio: "pipe" });
  chmodSync(path, 0o644);
}

/** The shipped file on a port and in a folder of the test's own; its listener with TLS only where `change` puts one. */
function shippedConfiguration(folder: string, host: string, port: number): string {
  return readFileSync(new URL("mosquitto.conf", kit), "utf8")
    .replace("listener 1883 127.0.0.1", `listener ${port} ${host}`)
    .replace(/^listener 8883\n(?:.+\n)*/m, "")
    .replaceAll("/etc/mosquitto/", `${folder}/`)
    .replaceAll("/var/lib/mosquitto/", `${folder}/`);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
