// The settings: one table of environment variables with their defaults, checks and help. Only `cli/` hands in the
// environment; everything else is given a Config.
import { z } from "zod";
import { AppError } from "#domain/errors.ts";
import { parseWitnessKey, type WitnessKey } from "#domain/log/cosignature.ts";

/** A value that must not reach a log: it prints and serialises as "[secret]". */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}

const dayMs = 86_400_000;

const text = (fallback: string, help: string) => z.string().default(fallback).describe(help);
const optionalText = (help: string) => z.string().optional().describe(help);
const shaped = (pattern: RegExp, message: string) => z.string().regex(pattern, message);
const whole = (fallback: number, [least, most]: [number, number], help: string) =>
  shaped(/^(0|[1-9]\d{0,14})$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`))
    .prefault(String(fallback))
    .describe(help);
const oneOf = <const Words extends readonly [string, ...string[]]>(
  words: Words,
  fallback: Words[number],
  help: string,
) =>
  z
    .enum(words, `must be one of ${words.join(", ")}`)
    .prefault(fallback)
    .describe(help);
const flag = (help: string) =>
  z
    .enum(["true", "false"], "must be true or false")
    .transform((word) => word === "true")
    .prefault("false")
    .describe(help);
const hide = (value: string) => new Secret(value);
const secret = (help: string, shape = z.string()) => shape.transform(hide).optional().describe(help);

const isUrl = (value: string, schemes: readonly string[]) =>
  URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1));
const isWithoutLogin = (value: string) => {
  const url = URL.parse(value);
  return !url?.username && !url?.password;
};
const web = ["http", "https"];
const url = (schemes: readonly string[]) =>
  z
    .string()
    .refine((value) => isUrl(value, schemes), `must be a URL of ${schemes.join(", ")}`)
    .refine(isWithoutLogin, "must not hold a user or a password: they have settings of their own");
const segment = (fallback: number, help: string) =>
  whole(fallback, [10_000, dayMs], help).refine((ms) => dayMs % ms === 0, "must divide a day evenly");

const schema = z.object({
  DATA_DIR: text("./data", "folder of keys, the log's files and the embedded parts"),
  PORT: whole(8080, [0, 65_535], "port of the HTTP API (0 takes a free one)"),
  HOST: text("127.0.0.1", "address the HTTP API listens on"),
  METRICS_PORT: whole(
    9464,
    [0, 65_535],
    "port of `/metrics` and `/health` in a process without the API (0 takes a free one)",
  ),
  METRICS_HOST: text("127.0.0.1", "address those listen on"),
  PUBLIC_URL: url(web)
    .optional()
    .describe("address patients' phones reach us at; default `http://HOST:PORT`"),
  ENVIRONMENT: oneOf(
    ["development", "demo", "production"],
    "development",
    "`production` refuses replay gateways and test switches",
  ),
  AUTH_SECRET: secret(
    "signs the sessions of people; without it 32 random bytes in `DATA_DIR/keys/auth.key`, but not in production",
    z.string().min(32, "must have at least 32 characters"),
  ),
  LOG_LEVEL: oneOf(
    ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
    "info",
    "least severe line logged",
  ),

  DATABASE_URL: secret(
    "PostgreSQL ≥ 15 for the records; without it an embedded one under DATA_DIR",
    z
      .string()
      .refine((value) => isUrl(value, ["postgres", "postgresql"]), "must be a URL of postgres, postgresql"),
  ),
  INFLUX_URL: url(web)
    .optional()
    .describe("InfluxDB for the readings; without it a table beside the records"),
  INFLUX_VERSION: oneOf(["1", "2", "3"], "2", "major version of that InfluxDB"),
  INFLUX_DATABASE: text("coldmark", "its database (1.x, 3.x) or bucket (2.x)"),
  INFLUX_ORG: optionalText("its organisation (2.x)"),
  INFLUX_TOKEN: secret("its token (2.x, 3.x)"),
  INFLUX_USERNAME: optionalText("its user (1.x)"),
  INFLUX_PASSWORD: secret("that user's password (1.x)"),

  MQTT_URL: url(["mqtt", "mqtts", "ws", "wss"])
    .optional()
    .describe("MQTT 5 broker of the gateways; without it one inside the process"),
  MQTT_USERNAME: optionalText("our user at that broker"),
  MQTT_PASSWORD: secret("that user's password"),
  MQTT_CONTROL_USERNAME: optionalText(
    "admin of that broker's dynamic security plugin (Mosquitto), by which a revoked gateway's session is ended there; without it whoever runs the broker does that",
  ),
  MQTT_CONTROL_PASSWORD: secret("that admin's password"),
  COLLECT_SHARDS: whole(
    1,
    [1, 64],
    "parts that an outside broker's gateways are shared out in among processes; each needs two users there",
  ),
  BROKER_AUTH_SECRET: secret(
    "what EMQX sends as bearer when it asks `/broker/auth` and `/broker/acl`; without it they don't exist",
    shaped(/^[\x21-\x7e]{32,}$/, "must have at least 32 visible ASCII characters"),
  ),
  MQTT_HOST: text("127.0.0.1", "address the broker inside the process listens on"),
  MQTT_PORT: whole(1883, [0, 65_535], "its port (0 takes a free one)"),

  CHAIN_RPC_URL: z
    .string()
    .transform((list) => list.split(",").map((item) => item.trim()))
    .pipe(z.array(url(web)).min(1))
    .optional()
    .describe(
      "RPC endpoints of the chain, separated by commas, best of different owners: with two or more, anchoring pauses when they disagree, and nothing is final that only one says; without it a chain of our own (anvil)",
    ),
  CHAIN_ID: shaped(/^[1-9]\d{0,14}$/, "must be a whole number")
    .transform(Number)
    .optional()
    .describe("chain id those endpoints must answer with"),
  CHAIN_CLASS: oneOf(
    ["operator", "consortium", "public"],
    "operator",
    "who runs that chain; every verdict says so",
  ),
  CHAIN_FINALITY: shaped(
    /^(finalized|immediate|[1-9]\d{0,3})$/,
    "must be finalized, immediate or a number of blocks up to 9999",
  )
    .default("finalized")
    .describe(
      "when a block counts as final: `finalized` by the chain's own tag, `immediate` on chains that take no block back (QBFT, PBFT), or under that many blocks",
    ),
  ANCHOR_KEY: secret(
    "private key that extends the contract; better one of the next two",
    shaped(/^0x[0-9a-fA-F]{64}$/, "must be 0x and 64 hex digits"),
  ),
  ANCHOR_KEY_FILE: optionalText("file that holds it, in hex, readable by its owner alone (mode 0600)"),
  ANCHOR_SIGNER_URL: url(web)
    .optional()
    .describe("signer that holds it (Web3Signer, Clef): signs as `ANCHOR_ACCOUNT`, over JSON-RPC"),
  ANCHOR_ACCOUNT: shaped(/^0x[0-9a-fA-F]{40}$/, "must be 0x and 40 hex digits")
    .optional()
    .describe("account of that signer"),
  CONTRACT_ADDRESS: shaped(/^0x[0-9a-fA-F]{40}$/, "must be 0x and 40 hex digits")
    .optional()
    .describe("the contract, where it is deployed already"),

  LOG_ORIGIN: shaped(/^[\x21-\x2a\x2c-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters without +")
    .default("coldmark.local/log")
    .describe("name of the log in every checkpoint (C2SP); never change it"),
  LOG_KEY_FILE: optionalText("private key of the checkpoints; default `DATA_DIR/keys/log.key`"),
  RECEIPT_KEY_FILE: optionalText("private key of the receipts; default `DATA_DIR/keys/receipt.key`"),
  MIRROR_DIR: optionalText("second place of the log, best on another disk; default `DATA_DIR/mirror`"),
  SEGMENT_MS: segment(3_600_000, "window of a segment where the equipment stands"),
  SEGMENT_MOVING_MS: segment(900_000, "window of a segment where it moves"),
  SEAL_GRACE_MS: whole(120_000, [0, dayMs], "wait for late readings before a window is sealed"),
  ANCHOR_MAX_AGE_MS: whole(
    600_000,
    [1_000, dayMs],
    "age of the oldest unanchored entry that makes us anchor",
  ),
  ANCHOR_MAX_ENTRIES: whole(4096, [1, 1 << 24], "number of unanchored entries that makes us anchor"),
  ANCHOR_URGENT_MS: whole(30_000, [0, dayMs], "longest wait of an excursion or recall"),
  ANCHOR_FEE_MAX_GWEI: whole(
    200,
    [0, 1_000_000],
    "most that a transaction may offer per gas; above it anchors wait, and the chain's part says so; 0 where the chain takes no fees",
  ),
  WITNESS_URLS: z
    .string()
    .transform((list) => list.split(",").map((item) => item.trim()))
    .pipe(z.array(url(web)).min(1))
    .optional()
    .describe("submission prefixes of C2SP witnesses that are handed each checkpoint, separated by commas"),
  WITNESS_KEYS: z
    .string()
    .transform((list) => list.split(",").map((vkey) => parseWitnessKey(vkey.trim())))
    .pipe(z.array(z.custom<WitnessKey>((key) => key !== null, "must be verifier keys of type 0x04")).min(1))
    .optional()
    .describe("their verifier keys (`name+id+key`, Ed25519 `cosignature/v1`), in the same order"),
  ANCHOR_SPEND_MAX_GWEI: whole(
    0,
    [0, 1e14],
    "most that the transactions of 24 hours may cost together (10⁹ = one coin), reckoned by what they offer; 0 sets no limit",
  ),

  PLACEMENT_GRACE_MS: whole(900_000, [0, dayMs], "how far back an unsigned placement or limit may count"),
  OFFLINE_BACKDATING_MS: whole(
    259_200_000,
    [0, 30 * dayMs],
    "the same, signed by an enrolled offline device",
  ),

  MAX_MESSAGE_BYTES: whole(262_144, [1_024, 1 << 24], "largest MQTT message"),
  MAX_INFLATED_BYTES: whole(2_097_152, [1_024, 1 << 26], "largest message once unpacked"),
  MAX_READINGS_PER_MESSAGE: whole(5_000, [1, 100_000], "most readings in a message"),
  GAP_AFTER_MS: whole(
    600_000,
    [1_000, dayMs],
    "age of a hole in a gateway's sequence numbers that makes it a finding and is asked for again",
  ),
  SPARKPLUG_HOST_ID: shaped(/^[\w.-]{1,64}$/, "must be 1 to 64 letters, digits or . _ -")
    .default("coldmark")
    .describe("our name as a Sparkplug host; no other host at the broker may have it"),
  SPARKPLUG_USERNAME: optionalText(
    "the user of that host's own session at MQTT_URL, where a broker makes user names client ids; default `MQTT_USERNAME`",
  ),
  SPARKPLUG_PASSWORD: secret("that user's password; default `MQTT_PASSWORD`"),
  SPARKPLUG_REORDER_MS: whole(
    2_000,
    [0, 60_000],
    "wait for a Sparkplug message out of order before a rebirth is asked for",
  ),
  INBOX_QUEUE_MAX: whole(20_000, [1, 1_000_000], "most messages waiting to become durable"),
  DEAD_LETTERS_A_DAY: whole(
    1_000,
    [1, 1_000_000],
    "dead letters of one gateway that are kept one by one in a day (UTC); the rest are counted, their messages kept",
  ),
  INBOX_KEEP_DAYS: whole(
    400,
    [0, 36_500],
    "days that messages stay in the database before a sealed and anchored day moves to a file; 0 keeps them there for ever",
  ),
  EXPORT_DIR: optionalText(
    "folder of those files, part of the record like the database; default `DATA_DIR/exports`",
  ),
  TEST_RECEIPT_BEFORE_COMMIT: flag(
    "test switch that breaks promise 1: receipts before the commit; not in production",
  ),
  TEST_CRASH_AT: z
    .enum(
      ["planned", "mirrored", "signed", "sent", "included"],
      "must be one of planned, mirrored, signed, sent, included",
    )
    .optional()
    .describe("test switch: the step of anchoring after which the process kills itself; not in production"),
});

type Settings = z.infer<typeof schema>;
type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Tail>>}`
  : Lowercase<Name>;
type Filled = "PUBLIC_URL" | "LOG_KEY_FILE" | "RECEIPT_KEY_FILE" | "MIRROR_DIR" | "EXPORT_DIR";

/** All settings, in camelCase (`DATA_DIR` is `dataDir`), defaults filled in. */
export type Config = {
  readonly [Name in keyof Settings as Name extends Filled ? never : Camel<Name>]: Settings[Name];
} & { readonly [Name in Filled as Camel<Name>]: string };

// What is wrong with a setting, never its value.
interface SettingFault {
  readonly setting: string;
  readonly message: string;
}

/**
 * The settings from an environment; an empty variable counts as unset.
 * @throws AppError BAD_SETTING with every fault at once in `facts.faults`.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const parsed = schema.safeParse(given);
  const faults = [...shapeFaults(parsed.error), ...crossFaults(given)];
  if (!parsed.success || faults.length > 0) {
    const lines = faults.map(({ setting, message }) => `${setting} ${message}`);
    throw new AppError("BAD_SETTING", `settings are wrong: ${lines.join("; ")}`, { faults });
  }
  return withDefaults(parsed.data);
}

function shapeFaults(error: z.ZodError | undefined): SettingFault[] {
  return (error?.issues ?? []).map((issue) => ({ setting: String(issue.path[0]), message: issue.message }));
}

function crossFaults(given: Record<string, string>): SettingFault[] {
  const needs: [setting: string, other: string][] = [
    ["ANCHOR_KEY", "CHAIN_RPC_URL"],
    ["ANCHOR_KEY_FILE", "CHAIN_RPC_URL"],
    ["ANCHOR_SIGNER_URL", "CHAIN_RPC_URL"],
    ["ANCHOR_SIGNER_URL", "ANCHOR_ACCOUNT"],
    ["ANCHOR_ACCOUNT", "ANCHOR_SIGNER_URL"],
    ["CONTRACT_ADDRESS", "CHAIN_RPC_URL"],
    ["WITNESS_URLS", "WITNESS_KEYS"],
    ["WITNESS_KEYS", "WITNESS_URLS"],
    ["MQTT_USERNAME", "MQTT_URL"],
    ["MQTT_PASSWORD", "MQTT_USERNAME"],
    ["MQTT_CONTROL_USERNAME", "MQTT_URL"],
    ["MQTT_CONTROL_USERNAME", "MQTT_CONTROL_PASSWORD"],
    ["MQTT_CONTROL_PASSWORD", "MQTT_CONTROL_USERNAME"],
    ["SPARKPLUG_USERNAME", "MQTT_URL"],
    ["SPARKPLUG_PASSWORD", "SPARKPLUG_USERNAME"],
    ["INFLUX_PASSWORD", "INFLUX_USERNAME"],
  ];
  const version = given.INFLUX_VERSION ?? "2";
  if (version !== "1") needs.push(["INFLUX_URL", "INFLUX_TOKEN"]);
  if (version === "2") needs.push(["INFLUX_URL", "INFLUX_ORG"]);
  const faults = needs
    .filter(([setting, other]) => given[setting] !== undefined && given[other] === undefined)
    .map(([setting, other]) => ({ setting, message: `needs ${other}` }));
  const switches = { TEST_RECEIPT_BEFORE_COMMIT: "true", TEST_CRASH_AT: given.TEST_CRASH_AT };
  for (const [setting, on] of Object.entries(switches)) {
    if (given.ENVIRONMENT !== "production" || given[setting] === undefined || given[setting] !== on) continue;
    faults.push({ setting, message: "is refused in production" });
  }
  return [...faults, ...signerFaults(given), ...witnessFaults(given)];
}

/** One key extends the log: which of two was meant is not for us to choose. */
function signerFaults(given: Record<string, string>): SettingFault[] {
  const [first, ...more] = ["ANCHOR_KEY", "ANCHOR_KEY_FILE", "ANCHOR_SIGNER_URL"].filter(
    (setting) => given[setting] !== undefined,
  );
  return more.map((setting) => ({ setting, message: `is set beside ${first}` }));
}

function witnessFaults({
  WITNESS_URLS: urls = "",
  WITNESS_KEYS: keys = "",
}: Record<string, string>): SettingFault[] {
  if (urls === "" || keys === "" || urls.split(",").length === keys.split(",").length) return [];
  return [{ setting: "WITNESS_KEYS", message: "must be as many as WITNESS_URLS" }];
}

function withDefaults(settings: Settings): Config {
  const filled = {
    ...settings,
    PUBLIC_URL: settings.PUBLIC_URL ?? `http://${settings.HOST}:${settings.PORT}`,
    LOG_KEY_FILE: settings.LOG_KEY_FILE ?? `${settings.DATA_DIR}/keys/log.key`,
    RECEIPT_KEY_FILE: settings.RECEIPT_KEY_FILE ?? `${settings.DATA_DIR}/keys/receipt.key`,
    MIRROR_DIR: settings.MIRROR_DIR ?? `${settings.DATA_DIR}/mirror`,
    EXPORT_DIR: settings.EXPORT_DIR ?? `${settings.DATA_DIR}/exports`,
  };
  return Object.fromEntries(Object.entries(filled).map(([name, value]) => [camel(name), value])) as Config;
}

const camel = (name: string) =>
  name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** The settings as a Markdown table: README's table is this text. */
export function settingsTable(): string {
  const defaults = schema.parse({});
  const rows = Object.entries(schema.shape).map(([name, field]) => {
    const fallback = defaults[name as keyof Settings];
    return `| \`${name}\` | ${fallback === undefined ? "" : `\`${fallback}\``} | ${field.description} |`;
  });
  return ["| setting | default | what it is |", "|---|---|---|", ...rows].join("\n");
}
