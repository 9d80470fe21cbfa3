import type { Rpc } from "#domain/log/chain-view.ts";

const timeoutMs = 10_000;

/** Asks an endpoint of a chain; rejects where it does not answer in 10 s or answers with an error. */
export function jsonRpc(url: string): Rpc {
  return async (method, params) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { message?: string } };
    if (answer.error !== undefined) throw new Error(answer.error.message ?? "the endpoint refused the call");
    return answer.result;
  };
}
