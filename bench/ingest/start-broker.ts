import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programOf, startChild } from "#test/support/child.ts";
import { freePort } from "#test/support/free-port.ts";

/** A user at the bench's broker. */
export interface BrokerUser {
  readonly username: string;
  readonly password: string;
}

/** Mosquitto as every contender gets it. */
export interface BenchBroker {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** May publish for all gateways and hear their receipts. */
  readonly publisher: BrokerUser;
  /** May hear all gateways and answer them. */
  readonly collector: BrokerUser;
  stop(): Promise<void>;
}

/**
 * Starts Mosquitto on a free port of 127.0.0.1. It holds in memory whatever a contender leaves waiting: a bench of
 * contenders must not measure the broker's limits, and no run kills the broker.
 */
export async function startBroker(): Promise<BenchBroker> {
  const program = programOf(["/usr/sbin/mosquitto", "/usr/bin/mosquitto"], "mosquitto");
  const folder = mkdtempSync("/var/tmp/coldmark-bench-broker-");
  chmodSync(folder, 0o755);
  const port = await freePort();
  const [publisher, collector] = [newUser("bench-publisher"), newUser("bench-collector")];
  const sessions = [collector, { ...collector, username: `${collector.username}-hist` }];
  writePasswords(join(folder, "passwords"), [publisher, ...sessions]);
  writeFileSync(join(folder, "acl"), accessRules(publisher, sessions));
  writeFileSync(join(folder, "mosquitto.conf"), configuration(folder, port));
  const args = ["-c", join(folder, "mosquitto.conf")];
  const child = await startChild(program, args, async (words) => words.includes(" running"));
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    publisher,
    collector,
    stop: async () => {
      await child.end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function newUser(username: string): BrokerUser {
  return { username, password: randomBytes(16).toString("base64url") };
}

function writePasswords(path: string, users: readonly BrokerUser[]): void {
  writeFileSync(path, users.map(({ username, password }) => `${username}:${password}\n`).join(""));
  execFileSync(programOf(["/usr/bin/mosquitto_passwd"], "mosquitto"), ["-U", path], { stdio: "pipe" });
  chmodSync(path, 0o644);
}

function accessRules(publisher: BrokerUser, sessions: readonly BrokerUser[]): string {
  return `user ${publisher.username}
topic write coldmark/v1/+/data
topic read coldmark/v1/+/receipt
${sessions.map(sessionRules).join("")}`;
}

function sessionRules({ username }: BrokerUser): string {
  return `
user ${username}
topic read coldmark/v1/+/data
topic read coldmark/v1/+/hist
topic read coldmark/v1/+/status
topic write coldmark/v1/+/receipt
topic write coldmark/v1/+/command
`;
}

function configuration(folder: string, port: number): string {
  return `listener ${port} 127.0.0.1
allow_anonymous false
password_file ${join(folder, "passwords")}
acl_file ${join(folder, "acl")}
persistence false
max_inflight_messages 1000
max_queued_messages 10000000
max_queued_bytes 4294967296
message_size_limit 262144
set_tcp_nodelay true
`;
}
