/** A chain as it is kept beside golden bundles: what the contract says, and the answers an endpoint gives from it. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { toHex, utf8 } from "#domain/log/bytes.ts";
import type { Rpc } from "#domain/log/chain-view.ts";

interface Head {
  readonly root: string;
  readonly size: number;
  readonly anchoredAt: number;
  /** 1 frozen, 2 retired. */
  readonly flags?: number;
}

/** What there is to ask a chain; times in epoch ms. */
export interface GoldenChain {
  readonly chainId: number;
  readonly codeHash: string;
  readonly latest: { readonly number: number; readonly at: number; readonly head: Head };
  readonly finalized: { readonly number: number; readonly at: number; readonly head: Head };
  /** Digest by UTC day number. */
  readonly seals: Readonly<Record<string, string>>;
  readonly revocations: Readonly<Record<string, { readonly since: number; readonly until: number }>>;
  readonly transactions: Readonly<Record<string, { readonly block: number; readonly log: object }>>;
  /** The last UTC day that counts, once the log is retired. */
  readonly retirement?: { readonly day: number };
}

const word = (value: number) => value.toString(16).padStart(64, "0");
const quantity = (value: number) => `0x${value.toString(16)}`;
const selector = (signature: string) => keccakTopic(signature).slice(0, 10);
const [headCall, sealsCall, revocationCall, retirementCall] = [
  "head(bytes32)",
  "seals(bytes32,uint32,uint32)",
  "revocation(bytes32)",
  "retirement(bytes32)",
].map(selector);

/** keccak-256 of an event's or a function's signature, `0x` and 64 hex digits. */
export function keccakTopic(signature: string): string {
  return `0x${toHex(keccak_256(utf8(signature)))}`;
}

/** An endpoint that answers from what was kept; rejects what it isn't asked by a verifier. */
export function rpcOf(chain: GoldenChain): Rpc {
  return async (method, params) => {
    const [first, second] = params;
    if (method === "eth_chainId") return quantity(chain.chainId);
    if (method === "eth_call") return call(chain, first as { to?: string; data: string }, String(second));
    if (method === "eth_getBlockByNumber") return blockOf(chain, String(first));
    if (method === "eth_getTransactionReceipt") return receiptOf(chain, String(first));
    throw new Error(`${method} is not one of the four methods`);
  };
}

function call(chain: GoldenChain, { to, data }: { to?: string; data: string }, tag: string): string {
  if (to === undefined) return chain.codeHash;
  const name = data.slice(0, 10);
  const argument = (at: number) => data.slice(10 + 64 * at, 74 + 64 * at);
  if (name === headCall) return headWords((tag === "finalized" ? chain.finalized : chain.latest).head);
  if (name === revocationCall) {
    const { since, until } = chain.revocations[argument(0)] ?? { since: 0, until: 0 };
    return `0x${word(since / 1000)}${word(until / 1000)}${word(0)}`;
  }
  if (name === retirementCall) return `0x${word(chain.retirement?.day ?? 0)}${word(7)}${word(1)}${word(1)}`;
  if (name !== sealsCall) throw new Error("no such function");
  const [from, to2] = [Number(`0x${argument(1)}`), Number(`0x${argument(2)}`)];
  if (from > to2 || to2 - from >= 400 || to2 >= 2 ** 32) throw new Error("execution reverted");
  const digests = Array.from({ length: to2 - from + 1 }, (_, at) => chain.seals[from + at] ?? word(0));
  return `0x${word(32)}${word(digests.length)}${digests.join("")}`;
}

function headWords({ root, size, anchoredAt, flags = 0 }: Head): string {
  return `0x${root}${word(size)}${word(1)}${word(anchoredAt / 1000)}${word(flags)}`;
}

function blockOf({ latest, finalized }: GoldenChain, tag: string): object {
  const named = { latest, finalized }[tag];
  const number = named?.number ?? Number(tag);
  const at = named?.at ?? latest.at - 1000 * (latest.number - number);
  return { number: quantity(number), hash: hashOf(number), timestamp: quantity(at / 1000) };
}

function receiptOf({ transactions }: GoldenChain, tx: string): object | null {
  const sent = transactions[tx];
  if (sent === undefined) return null;
  const block = { blockNumber: quantity(sent.block), blockHash: hashOf(sent.block) };
  return { status: "0x1", ...block, logs: [sent.log] };
}

const hashOf = (block: number) => `0x${word(block)}`;
