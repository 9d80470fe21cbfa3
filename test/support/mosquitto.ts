import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { programOf, startChild } from "./child.ts";
import { freePort } from "./free-port.ts";

/** A real Mosquitto of a test's own, with Coldmark's access rules. */
export interface TestMosquitto {
  readonly url: string;
  readonly port: number;
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
  stop(): Promise<void>;
}

const collector = { username: "coldmark-collector", password: "collector-of-a-test" };

const savedEachSecond = "autosave_on_changes true\nautosave_interval 1";

/** As Debian ships it: saved every half hour and at an orderly end, so that a kill takes all it holds. */
export const savedRarely = "autosave_interval 1800";

/** Lets gateways publish below their own name only, and the collector hear all and answer. */
const accessRules = `
user ${collector.username}
topic read coldmark/v1/+/data
topic read coldmark/v1/+/hist
topic read coldmark/v1/+/status
topic write coldmark/v1/+/receipt
topic write coldmark/v1/+/command

pattern write coldmark/v1/%u/data
pattern write coldmark/v1/%u/hist
pattern write coldmark/v1/%u/status
pattern read coldmark/v1/%u/receipt
pattern read coldmark/v1/%u/command
`;

/**
 * Starts Debian's mosquitto on a free port (reliability.md §5, end). `gateways` maps a gateway's id to its password.
 * @throws naming the package when it is not installed
 */
export async function startMosquitto(
  gateways: Readonly<Record<string, string>>,
  { started = true, host = "127.0.0.1", persistence = savedEachSecond } = {},
): Promise<TestMosquitto> {
  const program = programOf(["/usr/sbin/mosquitto", "/usr/bin/mosquitto"], "mosquitto");
  const folder = mkdtempSync("/var/tmp/coldmark-mosquitto-");
  chmodSync(folder, 0o777);
  const port = await freePort();
  const config = join(folder, "mosquitto.conf");
  writePasswords(join(folder, "passwords"), { ...gateways, [collector.username]: collector.password });
  writeFileSync(join(folder, "acl"), accessRules, { mode: 0o644 });
  writeFileSync(config, configuration({ folder, host, port, persistence }), { mode: 0o644 });
  const start = () => startChild(program, ["-c", config], () => answers(host, port));
  let broker = started ? await start() : null;
  return {
    url: `mqtt://${host}:${port}`,
    port,
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

/** The size limit lies above ours, so that a message too large for us is kept as a dead letter, not dropped. */
function configuration(broker: { folder: string; host: string; port: number; persistence: string }): string {
  const { folder, host, port, persistence } = broker;
  return `listener ${port} ${host}
allow_anonymous false
password_file ${join(folder, "passwords")}
acl_file ${join(folder, "acl")}
use_username_as_clientid true
message_size_limit 1048576
max_keepalive 120
max_inflight_messages 100
max_queued_messages 1000000
max_queued_bytes 268435456
persistence true
persistence_location ${folder}/
${persistence}
persistent_client_expiration 14d
set_tcp_nodelay true
`;
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
