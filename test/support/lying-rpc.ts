import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A call as an endpoint sees it. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** An RPC endpoint that answers what the honest one does, but for what `lie` says; a lie of `null` never answers. */
export async function startLyingRpc(
  honestUrl: string,
  lie: (call: RpcCall) => unknown,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const said = lie(JSON.parse(body) as RpcCall);
    if (said === null) return;
    const headers = { "content-type": "application/json" };
    const answer =
      said === undefined
        ? await (await fetch(honestUrl, { method: "POST", headers, body })).text()
        : JSON.stringify({ jsonrpc: "2.0", id: 1, result: said });
    response.writeHead(200, headers).end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}
