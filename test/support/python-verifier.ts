/** The verifier of docs/verify-kit, which shares no code with ours, as a process of a test's own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import type { Rpc } from "#domain/log/chain-view.ts";
import { programOf } from "./child.ts";
import { listenHere } from "./listen-here.ts";

/** One check; `rpc` is an endpoint's address. */
export interface PythonCheck {
  readonly text: string;
  readonly trust: string | null;
  readonly code?: string | null;
  readonly rpc?: string | null;
  readonly maxAgeMs?: number | null;
  readonly nowMs?: number;
  readonly held?: string;
}

/** What it said of one check. */
export interface PythonOutcome {
  readonly result: string;
  readonly asOf: number | null;
  readonly reason: string;
}

const kit = fileURLToPath(new URL("../../docs/verify-kit/", import.meta.url));
const python = () => programOf(["/usr/bin/python3", "/usr/local/bin/python3"], "python3");
/** One line for one check, so that hundreds need one process, and the one signature under all of them is checked once. */
const lines = `
import functools, json, sys
sys.path.insert(0, ${JSON.stringify(kit)})
import coldmark_verify as kit
kit.ed25519_holds = functools.lru_cache(kit.ed25519_holds)
for line in sys.stdin:
    one = json.loads(line)
    trust = None if one["trust"] is None else kit.parse_trust(one["trust"])
    rpc = None if one.get("rpc") is None else kit.json_rpc(one["rpc"])
    held = None if one.get("held") is None else kit.held_checkpoint(one["held"], trust)
    given = [one.get(name) for name in ("maxAgeMs", "nowMs")]
    print(json.dumps(kit.verify_bundle(one["text"], trust, one.get("code"), rpc, *given, held)))
`;

/** Runs the program as a stranger would; its exit code and what it said. */
export async function runPythonVerifier(args: readonly string[]): Promise<{ code: number; words: string }> {
  return await run(["-B", `${kit}coldmark_verify.py`, ...args], "");
}

/** The outcomes of many checks, in their order. @throws with the program's words where it breaks */
export async function askPythonVerifier(checks: readonly PythonCheck[]): Promise<PythonOutcome[]> {
  const input = checks.map((check) => `${JSON.stringify(check)}\n`).join("");
  const { code, words } = await run(["-B", "-c", lines], input);
  if (code !== 0) throw new Error(`the Python verifier broke: ${words.slice(-4_000)}`);
  return words
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as PythonOutcome);
}

/** What some lines of Python print with the verifier imported as `kit`. */
export async function askKit(script: string, input = ""): Promise<string> {
  const head = `import sys\nsys.path.insert(0, ${JSON.stringify(kit)})\nimport coldmark_verify as kit\n`;
  const { code, words } = await run(["-B", "-c", head + script], input);
  if (code !== 0) throw new Error(words);
  return words;
}

async function run(args: readonly string[], input: string): Promise<{ code: number; words: string }> {
  const child = spawn(python(), args, { stdio: ["pipe", "pipe", "pipe"] });
  const pieces: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => pieces.push(piece));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code: code ?? 1, words: Buffer.concat(pieces).toString("utf8") };
}

/** Endpoints on this machine, one address for each of the given chains; a null one always fails. */
export async function startEndpoints(
  chains: readonly (Rpc | null)[],
): Promise<{ urlOf(index: number): string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    // As public endpoints do, for pages that ask from a disk.
    response.setHeader("access-control-allow-origin", "*").setHeader("access-control-allow-headers", "*");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const { method, params } = JSON.parse(await textOf(request)) as { method: string; params: unknown[] };
    const rpc = chains[Number(request.url?.slice(1))];
    const answer = await (rpc ?? refuse)(method, params).then(
      (result) => ({ result }),
      (fault: Error) => ({ error: { code: -32000, message: fault.message } }),
    );
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, ...answer }));
  });
  const { url, stop } = await listenHere(server);
  return { urlOf: (index) => `${url}/${index}`, stop };
}

const refuse: Rpc = () => Promise.reject(new Error("nobody answers"));

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}
