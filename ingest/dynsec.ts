/** A conversation with Mosquitto's dynamic security plugin over its control topic. */
import { randomUUID } from "node:crypto";
import type { IClientOptions, MqttClient } from "mqtt";
import { AppError } from "#domain/errors.ts";
import type { DynsecCommand, DynsecState } from "#services/brokers/dynsec-commands.ts";
import { endConnection } from "./end-connection.ts";

/** Where the plugin is asked, and as whom; `connect` opens a socket to the broker and resolves when it lets us in. */
export interface DynsecPlace {
  readonly connect: (options: IClientOptions) => Promise<MqttClient>;
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** A connection to the plugin. */
export interface Dynsec {
  state(): Promise<DynsecState>;
  /** @throws AppError CONFLICT with every command that the plugin refused */
  run(commands: readonly DynsecCommand[]): Promise<void>;
  /**
   * Disables the users that the plugin knows and hasn't disabled yet, which ends their connections; gives those.
   * @throws AppError CONFLICT with what the plugin refused
   */
  disable(usernames: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}

interface Answer {
  readonly command: string;
  readonly error?: string;
  readonly correlationData?: string;
  readonly data?: {
    readonly clients?: string[];
    readonly roles?: string[];
    readonly client?: { readonly username: string; readonly disabled?: boolean };
  };
}

const topic = "$CONTROL/dynamic-security/v1";
const commandsAtOnce = 100;
const answerWithinMs = 15_000;
const connectWithinMs = 10_000;
const unknownClient = "Client not found";

/** Connects as the plugin's admin. @throws AppError UNAVAILABLE when the broker can't be reached or refuses */
export async function openDynsec(place: DynsecPlace): Promise<Dynsec> {
  const client = await signIn(place).catch((cause: unknown) => {
    const { host, username } = place;
    throw new AppError("UNAVAILABLE", `the broker at ${host} does not let ${username} in`, {}, cause);
  });
  const ask = (commands: readonly DynsecCommand[]) => askInParts(client, commands);
  return {
    state: async () => {
      const answers = await ask([{ command: "listClients" }, { command: "listRoles" }]);
      refuseFaults(answers);
      const named = (kind: "clients" | "roles") => new Set(answers.flatMap(({ data }) => data?.[kind] ?? []));
      return { clients: named("clients"), roles: named("roles") };
    },
    run: async (commands) => refuseFaults(await ask(commands)),
    disable: async (usernames) => {
      const enabled = await enabledAmong(ask, usernames);
      refuseFaults(await ask(enabled.map((name) => ({ command: "disableClient", username: name }))));
      return enabled;
    },
    close: () => endConnection(client),
  };
}

async function signIn({ connect, username, password }: DynsecPlace): Promise<MqttClient> {
  const options = { protocolVersion: 5, username, password, reconnectPeriod: 0 } as const;
  const client = await connect({ ...options, connectTimeout: connectWithinMs });
  client.on("error", () => undefined);
  try {
    await client.subscribeAsync(`${topic}/response`, { qos: 1 });
    return client;
  } catch (fault) {
    await endConnection(client);
    throw fault;
  }
}

/** Asked first, because the plugin writes its whole file anew at each command that changes something, and at one that doesn't. */
async function enabledAmong(
  ask: (commands: readonly DynsecCommand[]) => Promise<Answer[]>,
  usernames: readonly string[],
): Promise<string[]> {
  const answers = await ask(usernames.map((username) => ({ command: "getClient", username })));
  refuseFaults(answers.filter(({ error }) => error !== unknownClient));
  return answers.flatMap(({ data }) => (data?.client && !data.client.disabled ? [data.client.username] : []));
}

async function askInParts(client: MqttClient, commands: readonly DynsecCommand[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let at = 0; at < commands.length; at += commandsAtOnce)
    answers.push(...(await askPlugin(client, commands.slice(at, at + commandsAtOnce))));
  return answers;
}

async function askPlugin(client: MqttClient, commands: readonly DynsecCommand[]): Promise<Answer[]> {
  const correlationData = randomUUID();
  const answers: Answer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const hear = (_topic: string, payload: Buffer) => {
    const { responses } = JSON.parse(payload.toString("utf8")) as { responses: Answer[] };
    answers.push(...responses.filter((answer) => answer.correlationData === correlationData));
    if (answers.length >= commands.length) resolve();
  };
  const late = new AppError("UNAVAILABLE", "the dynamic security plugin does not answer: is it loaded?");
  const timer = setTimeout(() => reject(late), answerWithinMs);
  client.on("message", hear);
  try {
    const asked = commands.map((command) => ({ ...command, correlationData }));
    await Promise.all([promise, client.publishAsync(topic, JSON.stringify({ commands: asked }), { qos: 1 })]);
    return answers;
  } finally {
    clearTimeout(timer);
    client.off("message", hear);
  }
}

function refuseFaults(answers: readonly Answer[]): void {
  const faults = answers.flatMap(({ command, error }) =>
    error === undefined ? [] : [{ path: command, message: error }],
  );
  if (faults.length > 0) throw new AppError("CONFLICT", "the dynamic security plugin refuses", { faults });
}
