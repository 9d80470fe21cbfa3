const timeoutMs = 10_000;

/**
 * Asks the chain through our read-only relay (design §5: four methods). Throws when the relay doesn't answer
 * in time or answers with an error; the verifier turns that into CHAIN_UNREACHABLE.
 */
export function jsonRpc(url: string): (method: string, params: unknown) => Promise<unknown> {
  let id = 0;
  return async (method, params) => {
    id += 1;
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { message?: string } };
    if (!response.ok || answer.error !== undefined)
      throw new Error(answer.error?.message ?? `relay: ${response.status}`);
    return answer.result;
  };
}
