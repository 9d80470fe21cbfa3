/** The reference client of docs/gateway-kit as a process of a test's own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { toBase64, toHex } from "#domain/log/bytes.ts";
import { programOf } from "./child.ts";

/** What the client is told at its installation. */
export interface PythonGatewaySettings {
  readonly folder: string;
  readonly gateway: string;
  readonly password: string;
  readonly kid: string;
  readonly privateKey: Uint8Array;
  readonly port: number;
  readonly receiptKeys: readonly { readonly kid: string; readonly publicKey: Uint8Array }[];
  /** Lines of its file of readings. */
  readonly readings: readonly string[];
  readonly perMessage?: number;
  readonly more?: readonly string[];
  /** Lines of Python that change the client, imported as `kit`, before it runs: shorter times. */
  readonly patch?: string;
}

/** A client that can be killed and started again on the same flash. */
export interface PythonGateway {
  start(): void;
  /** Halts it as a power supply too weak would: its connection stays, and nothing comes. */
  halt(): void;
  kill9(): Promise<void>;
  /** Its exit code and what it said; only a client with `--until-empty` ends by itself. */
  ended(): Promise<{ readonly code: number | null; readonly words: string }>;
  words(): string;
  /** More lines of its file of readings; it reads on while it runs. */
  read(lines: readonly string[]): void;
  /** Ends it in order, with a goodbye. */
  terminate(): Promise<void>;
  /** The number of its newest message. */
  lastSeq(): number;
  /** Rows of a table of its flash, which another process may read at any time. */
  count(table: "messages" | "readings"): number;
}

const kit = fileURLToPath(new URL("../../docs/gateway-kit/", import.meta.url));
// Debian's own Python, which Debian's python3-paho-mqtt belongs to, whatever else stands in the path.
const python = () => programOf(["/usr/bin/python3"], "python3-paho-mqtt");

const withKit = (lines: string) =>
  `import sys; sys.dont_write_bytecode = True; sys.path.insert(0, ${JSON.stringify(kit)})\nimport coldmark_gateway as kit\n${lines}`;

/** What some lines of Python print with the client imported as `kit`. */
export function askPython(lines: string, input = ""): string {
  return execFileSync(python(), ["-c", withKit(lines)], { input, encoding: "utf8", stdio: "pipe" });
}

function programWith(patch: string | undefined): string[] {
  return patch === undefined ? [join(kit, "coldmark_gateway.py")] : ["-c", withKit(`${patch}\nkit.main()`)];
}

/** Writes the client's files; `start` runs it. */
export function pythonGateway(settings: PythonGatewaySettings): PythonGateway {
  const { folder, receiptKeys } = settings;
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const keys = receiptKeys.map(({ kid, publicKey }) => ({
    kid,
    alg: "Ed25519",
    publicKey: toBase64(publicKey),
  }));
  const flash = join(folder, "flash.db");
  const args = [
    ...["-B", ...programWith(settings.patch), "--gateway", settings.gateway, "--host", "127.0.0.1"],
    ...["--port", String(settings.port), "--flash", flash, "--kid", settings.kid],
    ...["--password-file", file("password", settings.password)],
    ...["--seed-file", file("seed", toHex(settings.privateKey))],
    ...["--receipt-keys", file("receipt-keys.json", JSON.stringify({ keys }))],
    ...["--readings", file("readings.jsonl", settings.readings.map((line) => `${line}\n`).join(""))],
    ...["--per-message", String(settings.perMessage ?? 60), ...(settings.more ?? [])],
  ];
  let child: ChildProcess | null = null;
  let words = "";
  const end = async (signal: NodeJS.Signals) => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  };
  return {
    start: () => {
      child = spawn(python(), args, { stdio: ["ignore", "pipe", "pipe"] });
      const hear = (piece: Buffer) => {
        words += piece.toString("utf8");
      };
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", hear);
      const own = child;
      process.once("exit", () => own.kill("SIGKILL"));
    },
    halt: () => void child?.kill("SIGSTOP"),
    kill9: () => end("SIGKILL"),
    terminate: () => end("SIGTERM"),
    lastSeq: () => numberIn(flash, "SELECT value AS n FROM state WHERE name = 'seq'"),
    ended: async () => {
      if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, "close");
      return { code: child?.exitCode ?? null, words };
    },
    words: () => words,
    read: (lines) =>
      appendFileSync(join(folder, "readings.jsonl"), lines.map((line) => `${line}\n`).join("")),
    count: (table) => numberIn(flash, `SELECT count(*) AS n FROM ${table}`),
  };
}

/** A number in a client's flash; 0 before it has one. */
function numberIn(flash: string, question: string): number {
  if (!existsSync(flash)) return 0;
  const db = new DatabaseSync(flash, { readOnly: true, timeout: 5_000 });
  try {
    const isMade = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'state'").get() !== undefined;
    return isMade ? Number(db.prepare(question).get()?.n ?? 0) : 0;
  } finally {
    db.close();
  }
}
