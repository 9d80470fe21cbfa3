/** A conversation with Mosquitto's dynamic security plugin over its control topic. */
import { randomUUID } from "node:crypto";
import { connectAsync, type MqttClient } from "mqtt";
import { AppError } from "#domain/errors.ts";
import type { DynsecCommand, DynsecState } from "#services/brokers/dynsec-commands.ts";

/** Where the plugin is asked, and as whom. */
export interface DynsecPlace {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** A connection to the plugin. */
export interface Dynsec {
  state(): Promise<DynsecState>;
  /** @throws AppError CONFLICT with every command that the plugin refused */
  run(commands: readonly DynsecCommand[]): Promise<void>;
  close(): Promise<void>;
}

interface Answer {
  readonly command: string;
  readonly error?: string;
  readonly correlationData?: string;
  readonly data?: { readonly clients?: string[]; readonly roles?: string[] };
}

const topic = "$CONTROL/dynamic-security/v1";
const commandsAtOnce = 100;
const answerWithinMs = 15_000;
const connectWithinMs = 10_000;

/** Connects as the plugin's admin. @throws AppError UNAVAILABLE when the broker can't be reached or refuses */
export async function openDynsec({ url, username, password }: DynsecPlace): Promise<Dynsec> {
  const options = { protocolVersion: 5, username, password, reconnectPeriod: 0 } as const;
  const client = await connectAsync(url, { ...options, connectTimeout: connectWithinMs }, false).catch(
    (cause: unknown) => {
      throw new AppError(
        "UNAVAILABLE",
        `the broker at ${new URL(url).host} does not let ${username} in`,
        {},
        cause,
      );
    },
  );
  client.on("error", () => undefined);
  await client.subscribeAsync(`${topic}/response`, { qos: 1 });
  const ask = (commands: readonly DynsecCommand[]) => askPlugin(client, commands);
  return {
    state: async () => {
      const answers = await ask([{ command: "listClients" }, { command: "listRoles" }]);
      refuseFaults(answers);
      const named = (kind: "clients" | "roles") => new Set(answers.flatMap(({ data }) => data?.[kind] ?? []));
      return { clients: named("clients"), roles: named("roles") };
    },
    run: async (commands) => {
      for (let at = 0; at < commands.length; at += commandsAtOnce)
        refuseFaults(await ask(commands.slice(at, at + commandsAtOnce)));
    },
    close: () => client.endAsync(),
  };
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
