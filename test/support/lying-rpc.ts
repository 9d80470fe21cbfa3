import { createServer, type IncomingMessage } from "node:http";
import { listenHere, type ServedHere } from "./listen-here.ts";

const headers = { "content-type": "application/json" };

/** A call as an endpoint sees it. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A lie: the call is refused with these words under this HTTP status, as nodes and providers do it. */
export class Refused {
  readonly status: number;
  readonly error: { readonly code: number; readonly message: string };

  constructor(message: string, status = 200) {
    this.status = status;
    this.error = { code: -32_000, message };
  }
}

/** A lie: the call is passed on and done, and its answer never comes. */
export const doneInSilence = Symbol("done in silence");

/** A lie: the call is answered as if it had asked for these. */
class AskedFor {
  readonly params: readonly unknown[];

  constructor(params: readonly unknown[]) {
    this.params = params;
  }
}

/** An endpoint that stopped at a block: it knows no later one and no receipts, and takes its own for the latest. */
export function behindAt(block: number): (call: RpcCall) => unknown {
  const stuck = `0x${block.toString(16)}`;
  return ({ method, params }) => {
    if (method === "eth_blockNumber") return stuck;
    if (method === "eth_getTransactionReceipt") return new AskedFor([`0x${"00".repeat(32)}`]);
    if (params.some((one) => typeof one === "string" && one.length < 18 && Number(one) > block))
      return new Refused("header not found");
    return params.includes("latest")
      ? new AskedFor(params.map((one) => (one === "latest" ? stuck : one)))
      : undefined;
  };
}

/** An RPC endpoint that answers what the honest one does, but for what `lie` says; a lie of `null` never answers. */
export async function startLyingRpc(honestUrl: string, lie: (call: RpcCall) => unknown): Promise<ServedHere> {
  const server = createServer(async (request, response) => {
    const call = JSON.parse(await textOf(request)) as RpcCall;
    const said = lie(call);
    if (said === null) return;
    if (said === doneInSilence) {
      await askHonestly(honestUrl, call);
      return;
    }
    const isAsked = said === undefined || said instanceof AskedFor;
    const answer = isAsked
      ? await askHonestly(honestUrl, { ...call, ...said })
      : JSON.stringify(answerOf(said));
    response.writeHead(said instanceof Refused ? said.status : 200, headers).end(answer);
  });
  return listenHere(server);
}

async function askHonestly(honestUrl: string, call: RpcCall): Promise<string> {
  return (await fetch(honestUrl, { method: "POST", headers, body: JSON.stringify(call) })).text();
}

function answerOf(said: unknown): object {
  const about = { jsonrpc: "2.0", id: 1 };
  return said instanceof Refused ? { ...about, error: said.error } : { ...about, result: said };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}
