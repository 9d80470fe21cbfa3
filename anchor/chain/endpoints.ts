import { AppError } from "#domain/errors.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import { inTurn } from "./in-turn.ts";

const rpcTimeoutMs = 10_000;
const tooManyRequests = 429;

/** Several endpoints of one chain, tried in turn; one that answers for another chain is never used. */
export class Endpoints {
  /** A call to each endpoint by itself, for comparing what they say. */
  readonly each: readonly Rpc[];
  #order: readonly Rpc[];
  readonly #checked = new Set<string>();
  #chainId: number | undefined;

  readonly #timeoutMs: number;

  constructor(urls: readonly string[], chainId: number | undefined, timeoutMs = rpcTimeoutMs) {
    if (urls.length === 0) throw new AppError("BAD_SETTING", "A chain needs at least one RPC URL");
    this.#chainId = chainId;
    this.#timeoutMs = timeoutMs;
    this.each = urls.map((url) => async (method, params) => {
      await this.#checkChain(url);
      return post(url, method, params, timeoutMs);
    });
    this.#order = this.each;
  }

  /** The id of the chain behind the first endpoint that answers. */
  async learnChainId(): Promise<number> {
    return Number(await this.call("eth_chainId", []));
  }

  /** Asks these before the others from now on: they gave the newest head, where another may lag and not know what came since. */
  prefer(endpoints: readonly Rpc[]): void {
    this.#order = [...endpoints, ...this.each.filter((one) => !endpoints.includes(one))];
  }

  /** One JSON-RPC call; throws AppError UNAVAILABLE, CONFLICT (refused) or BAD_SETTING (another chain). */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    return inTurn(this.#order, async (rpc) => {
      try {
        return await rpc(method, params);
      } catch (error) {
        if (error instanceof AppError && error.code === "UNAVAILABLE") this.#askLast(rpc);
        throw error;
      }
    });
  }

  /** Who is silent isn't waited for again each time. */
  #askLast(silent: Rpc): void {
    this.#order = [...this.#order.filter((one) => one !== silent), silent];
  }

  async #checkChain(url: string): Promise<void> {
    if (this.#checked.has(url)) return;
    const chainId = Number(await post(url, "eth_chainId", [], this.#timeoutMs));
    this.#chainId ??= chainId;
    if (chainId !== this.#chainId) {
      const facts = { expected: this.#chainId, found: chainId };
      throw new AppError(
        "BAD_SETTING",
        `An RPC URL answers for chain ${chainId}, not ${this.#chainId}`,
        facts,
      );
    }
    this.#checked.add(url);
  }
}

/** JSON-RPC 2.0 over HTTP. The URL is kept out of errors: it may hold a key. */
export async function post(
  url: string,
  method: string,
  params: readonly unknown[],
  timeoutMs = rpcTimeoutMs,
): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = await fetchJson(url, body, timeoutMs).catch((cause) => {
    throw new AppError("UNAVAILABLE", `The chain didn't answer ${method}`, { method }, cause);
  });
  if (answer.error != null) {
    const { code, message, data } = answer.error;
    const facts = { method, rpcCode: code, rpcMessage: message, data };
    throw new AppError("CONFLICT", `The chain refused ${method}: ${message}`, facts);
  }
  if (answer.result === undefined)
    throw new AppError("UNAVAILABLE", `The chain's answer to ${method} is empty`, { method });
  return answer.result;
}

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: null | { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Nodes send a refusal's JSON under any HTTP status, so the body decides. */
async function fetchJson(url: string, body: string, timeoutMs: number): Promise<RpcAnswer> {
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { method: "POST", headers, body, signal });
  const answer: unknown = await response.json();
  if (response.status === tooManyRequests || typeof answer !== "object" || answer === null) {
    throw new Error(`HTTP ${response.status} without a JSON-RPC answer`);
  }
  return answer;
}
