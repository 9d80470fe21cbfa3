/** The demo as a person starts it: a process of its own, ready when it says so. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../support/free-port.ts";

/** Whom the demo lets sign in. */
export interface DemoAccount {
  readonly role: "operator" | "manager" | "auditor";
  readonly email: string;
  readonly password: string;
}

/** What `demo.json` tells other programs. */
export interface DemoIntroduction {
  /** The console's address, and so the server's. */
  readonly console: string;
  /** The chain's own RPC address, for whoever checks without us. */
  readonly rpc: string;
  readonly login: { readonly apiKey: string; readonly accounts: readonly DemoAccount[] };
  /** The broker's address. */
  readonly mqtt: string;
  /** What is printed on gateways that nobody claimed. */
  readonly stickers: readonly string[];
  readonly scans: readonly { readonly case: string; readonly code: string; readonly url: string }[];
}

/** A demo that said `ready:`. */
export interface TestDemo {
  readonly introduction: DemoIntroduction;
  /** The demo's folder, with its trust.json. */
  readonly data: string;
  /** Resolves once the whole network has caught up; until then the machine is busy with its history. */
  readonly joined: Promise<unknown>;
  /** SIGTERM, then waits for the end: how it ended, and all that it printed. */
  end(): Promise<{ code: number | null; signal: string | null; said: string }>;
  /** Ends it if it still runs, and deletes its folder. */
  clear(): Promise<void>;
}

const root = new URL("../../", import.meta.url).pathname;

/** Starts `coldmark demo` on a free port. @throws with its words when it ends before it is ready */
export async function startDemo(): Promise<TestDemo> {
  const folder = mkdtempSync("/var/tmp/coldmark-e2e-");
  const data = join(folder, "demo");
  const args = ["demo", "--port", String(await freePort()), "--data", data];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "cli/main.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const quit = () => child.kill("SIGKILL");
  process.once("exit", quit);
  const joined = untilSaid(child, /gateways report live$/m);
  joined.catch(() => undefined);
  const words = await untilSaid(child, /^ready: /m);
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    }
    process.off("exit", quit);
    return { code: child.exitCode, signal: child.signalCode, said: words() };
  };
  return {
    data,
    joined,
    introduction: readIntroduction(data),
    end,
    clear: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Reads a demo folder's `demo.json`. */
export function readIntroduction(data: string): DemoIntroduction {
  return JSON.parse(readFileSync(join(data, "demo.json"), "utf8")) as DemoIntroduction;
}

async function untilSaid(child: ChildProcess, line: RegExp): Promise<() => string> {
  let words = "";
  return new Promise((done, fail) => {
    const hear = (chunk: Buffer) => {
      words += chunk.toString("utf8");
      if (line.test(words)) done(() => words);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("close", (code) =>
      fail(new Error(`the demo ended with ${code} before it said ${line}:\n${words}`)),
    );
  });
}
