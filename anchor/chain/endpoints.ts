import { AppError } from "#domain/errors.ts";
import type { Rpc } from "#domain/log/chain-view.ts";

const rpcTimeoutMs = 10_000;
const tooManyRequests = 429;

/** Several endpoints of one chain, tried in turn; one that answers for another chain is never used. */
export class Endpoints {
  readonly #urls: string[];
  readonly #checked = new Set<string>();
  #chainId: number | undefined;

  constructor(urls: readonly string[], chainId: number | undefined) {
    if (urls.length === 0) throw new AppError("BAD_SETTING", "A chain needs at least one RPC URL");
    this.#urls = [...urls];
    this.#chainId = chainId;
  }

  /** The id of the chain behind the first endpoint that answers. */
  async learnChainId(): Promise<number> {
    return Number(await this.call("eth_chainId", []));
  }

  /** One JSON-RPC call; throws AppError UNAVAILABLE, CONFLICT (refused) or BAD_SETTING (another chain). */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    let failure: unknown;
    for (const url of [...this.#urls]) {
      try {
        await this.#checkChain(url);
        const answer = await post(url, method, params);
        this.#urls.sort((a, b) => Number(b === url) - Number(a === url));
        return answer;
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "UNAVAILABLE") throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** A call to each endpoint by itself, for comparing what they say. */
  each(): Rpc[] {
    return this.#urls.toSorted().map((url) => async (method, params) => {
      await this.#checkChain(url);
      return post(url, method, params);
    });
  }

  async #checkChain(url: string): Promise<void> {
    if (this.#checked.has(url)) return;
    const chainId = Number(await post(url, "eth_chainId", []));
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
export async function post(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const answer = await fetchJson(url, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })).catch(
    (cause) => {
      throw new AppError("UNAVAILABLE", `The chain didn't answer ${method}`, { method }, cause);
    },
  );
  if (answer.error !== undefined) {
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
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Nodes send a refusal's JSON under any HTTP status, so the body decides. */
async function fetchJson(url: string, body: string): Promise<RpcAnswer> {
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(rpcTimeoutMs);
  const response = await fetch(url, { method: "POST", headers, body, signal });
  const answer: unknown = await response.json();
  if (response.status === tooManyRequests || typeof answer !== "object" || answer === null) {
    throw new Error(`HTTP ${response.status} without a JSON-RPC answer`);
  }
  return answer;
}
