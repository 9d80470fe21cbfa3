import { readFileSync } from "node:fs";
import { chmod, chown, readFile, rename, stat, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { connectAsync } from "mqtt";
import { AppError } from "#domain/errors.ts";
import { openDynsec } from "#ingest/dynsec.ts";
import { dynsecCommands, type OwnUsers } from "#services/brokers/dynsec-commands.ts";
import { mergePasswordFile } from "#services/brokers/mosquitto-passwords.ts";
import { defaultCollector } from "#services/brokers/own-users.ts";
import { type Credentials, readCredentials } from "#services/brokers/read-credentials.ts";
import { sessionUsers } from "#services/brokers/session-user.ts";
import { configFromEnvironment } from "./parts.ts";
import { say } from "./say.ts";

interface Changes {
  readonly credentials?: string;
  readonly remove?: string[];
}

const newFileMode = 0o640;

/** `coldmark broker`: makes Mosquitto know the gateways that `coldmark register` printed passwords of. */
export function addBrokerCommand(program: Command): void {
  const broker = program
    .command("broker")
    .description("let registered gateways into Mosquitto (docs/brokers)");
  withChanges(broker.command("passwords <file>"))
    .description("write them into a Mosquitto password file, then reload Mosquitto")
    .action((file: string, changes: Changes) => writePasswordFile(file, changes));
  withChanges(broker.command("dynsec"))
    .description("tell them to Mosquitto's dynamic security plugin; COLDMARK_BROKER_PASSWORD is the admin's")
    .requiredOption("--mqtt <url>", "the broker")
    .option("--user <name>", "the plugin's admin", "admin")
    .action((flags: Changes & { mqtt: string; user: string }) => tellPlugin(flags));
}

function withChanges(command: Command): Command {
  return command
    .option(
      "--credentials <file>",
      'what `coldmark register` printed, or lines "user: password"; - reads standard input',
    )
    .option("--remove <users...>", "gateways that were revoked");
}

async function writePasswordFile(file: string, changes: Changes): Promise<void> {
  const { set, removed } = await wanted(changes);
  const [text, before] = await Promise.all([
    readFile(file, "utf8").catch(ifMissing("")),
    stat(file).catch(ifMissing(null)),
  ]);
  const fresh = `${file}.new`;
  await writeFile(fresh, mergePasswordFile(text, set, removed), { mode: newFileMode });
  if (before !== null) {
    await chmod(fresh, before.mode);
    await chown(fresh, before.uid, before.gid);
  }
  await rename(fresh, file);
  say(
    `${file}: ${set.size} set, ${removed.length} removed; now let Mosquitto read it: systemctl reload mosquitto`,
  );
}

async function tellPlugin({
  mqtt: url,
  user,
  ...changes
}: Changes & { mqtt: string; user: string }): Promise<void> {
  const password = process.env.COLDMARK_BROKER_PASSWORD;
  if (password === undefined)
    throw new AppError("BAD_SETTING", "COLDMARK_BROKER_PASSWORD holds the password of the plugin's admin");
  const { set, removed, own } = await wanted(changes);
  const { host } = new URL(url);
  const dynsec = await openDynsec({
    connect: (options) => connectAsync(url, options, false),
    ...{ host, username: user, password },
  });
  try {
    await dynsec.run(dynsecCommands(await dynsec.state(), set, removed, own));
  } finally {
    await dynsec.close();
  }
  say(`${host}: ${set.size} set, ${removed.length} removed`);
}

/** The users of the collector's sessions and of the Sparkplug host come from the settings, whatever a line in a file says of those names. */
async function wanted({ credentials, remove: removed = [] }: Changes): Promise<{
  set: Credentials;
  removed: readonly string[];
  own: OwnUsers;
}> {
  const config = configFromEnvironment();
  const { mqttUsername: collector = defaultCollector, mqttPassword, sparkplugUsername: username } = config;
  const users = mqttPassword === undefined ? [] : sessionUsers(collector, config.collectShards);
  const ours = users.map((user) => [user, mqttPassword?.reveal() ?? ""] as const);
  const hostPassword = (config.sparkplugPassword ?? mqttPassword)?.reveal();
  const host = username === undefined ? null : { username, id: config.sparkplugHostId };
  const hosts = host === null || hostPassword === undefined ? [] : [[host.username, hostPassword] as const];
  const told = credentials === undefined ? [] : readCredentials(read(credentials));
  return { set: new Map([...told, ...ours, ...hosts]), removed, own: { collector, host } };
}

function read(file: string): string {
  return readFileSync(file === "-" ? 0 : file, "utf8");
}

function ifMissing<Value>(value: Value): (fault: NodeJS.ErrnoException) => Value {
  return (fault) => {
    if (fault.code === "ENOENT") return value;
    throw fault;
  };
}
