/** Reading `ColdmarkLog` over any JSON-RPC endpoint: plain state reads, no event scans, no library. */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes, fromHex, toHex, utf8 } from "./bytes.ts";

/** A JSON-RPC call handed in by whoever may open sockets; rejects when the endpoint does not answer. */
export type Rpc = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** The head of a log as the contract keeps it; `anchoredAt` in epoch ms. */
export interface ChainHead {
  readonly root: string;
  readonly size: number;
  readonly anchoredAt: number;
  /** The contract stops `extend` for some days. */
  readonly isFrozen: boolean;
  /** Nothing was or will be anchored after it. */
  readonly isRetired: boolean;
}

/** The chain's answer could not be used. */
class ChainError extends Error {
  override readonly name = "ChainError";
}

const selector = (signature: string) => toHex(keccak_256(utf8(signature)).subarray(0, 4));
const headCall = selector("head(bytes32)");
const sealsCall = selector("seals(bytes32,uint32,uint32)");
const revocationCall = selector("revocation(bytes32)");
const retirementCall = selector("retirement(bytes32)");
const [frozenFlag, retiredFlag] = [1, 2];
const anchoredTopic = `0x${toHex(keccak_256(utf8("Anchored(bytes32,uint48,bytes32)")))}`;
/** `seals` answers for at most so many days a call. */
const daysPerCall = 400;
/** Longer than any chain has been there: an endpoint that names such a time must not make us ask for ever. */
const daysMax = 100_000;
/** The contract keeps times as uint40, in seconds; blocks have none beyond that either. */
const timeBits = 40;

/** keccak-256 of a log's origin: its id in the contract, `0x` and 64 hex digits. */
export function logIdOf(origin: string): string {
  return `0x${toHex(keccak_256(utf8(origin)))}`;
}

/** The subject of a lot's revocation: keccak256("lot" ‖ 0x00 ‖ GTIN ‖ 0x00 ‖ lot) (design §5), hex. */
export function revocationSubject(gtin: string, lot: string): string {
  const zero = new Uint8Array(1);
  return toHex(keccak_256(concatBytes(utf8("lot"), zero, utf8(gtin), zero, utf8(lot))));
}

/** The digest that the contract keeps of a day's replaced head: keccak256(abi.encode(size, root, anchoredAt)), hex. */
export function sealDigest(seal: { size: number; root: string; anchoredAt: number }): string {
  return toHex(keccak_256(fromHex(word(seal.size) + seal.root + word(Math.floor(seal.anchoredAt / 1000)))));
}

/** State reads of one log in one contract, and what a transaction's receipt proves. */
export class ChainView {
  readonly #rpc: Rpc;
  readonly #contract: string;
  readonly #logId: string;

  constructor(rpc: Rpc, contract: string, logId: string) {
    this.#rpc = rpc;
    this.#contract = contract.toLowerCase();
    this.#logId = logId.toLowerCase();
  }

  /** The chain's id. */
  async chainId(): Promise<number> {
    return toNumber(await this.#rpc("eth_chainId", []));
  }

  /**
   * keccak-256 of the contract's code, by a call of creation code that returns EXTCODEHASH: so four RPC methods
   * suffice for a whole check.
   */
  async codeHash(): Promise<string> {
    const creation = `0x73${this.#contract.slice(2)}3f60005260206000f3`;
    return String(await this.#rpc("eth_call", [{ data: creation }, "latest"])).toLowerCase();
  }

  /** The log's head at a block tag. */
  async head(tag: "latest" | "finalized"): Promise<ChainHead> {
    const words = await this.#call(headCall + this.#logId.slice(2), tag);
    const [root, size, , anchoredAt, flags] = words;
    if (root === undefined || size === undefined || anchoredAt === undefined || flags === undefined)
      throw new ChainError("no head came back");
    const has = (flag: number) => (uint(flags, 8) & flag) !== 0;
    const at = { root, size: uint(size, 48), anchoredAt: uint(anchoredAt, timeBits) * 1000 };
    return { ...at, isFrozen: has(frozenFlag), isRetired: has(retiredFlag) };
  }

  /** The seal digests of the UTC days from … to, by day; days without a seal are left out. */
  async seals(fromDay: number, toDay: number): Promise<Map<number, string>> {
    if (toDay - fromDay > daysMax) throw new ChainError("the chain names a time that can't be");
    const found = new Map<number, string>();
    for (let from = fromDay; from <= toDay; from += daysPerCall) {
      const to = Math.min(toDay, from + daysPerCall - 1);
      const words = await this.#call(sealsCall + this.#logId.slice(2) + word(from) + word(to), "latest");
      for (const [index, digest] of words.slice(2).entries()) {
        if (!/^0+$/.test(digest)) found.set(from + index, digest);
      }
    }
    return found;
  }

  /** The last UTC day whose seals count in a retired log, and the log that goes on (null: none). */
  async retirement(): Promise<{ day: number; successorId: string | null }> {
    const [day, successor] = await this.#call(retirementCall + this.#logId.slice(2), "latest");
    if (day === undefined || successor === undefined) throw new ChainError("no retirement came back");
    return { day: uint(day, 32), successorId: /^0+$/.test(successor) ? null : `0x${successor}` };
  }

  /** Since and until when a subject (hex) is revoked, in epoch ms; 0 where never. */
  async revocation(subject: string): Promise<{ since: number; until: number }> {
    const [since, until] = await this.#call(revocationCall + subject, "latest");
    if (since === undefined || until === undefined) throw new ChainError("no revocation came back");
    return { since: uint(since, timeBits) * 1000, until: uint(until, timeBits) * 1000 };
  }

  /** What a transaction anchored in our log, with its block; null when it is unknown, failed or not in the chain. */
  async anchoredBy(tx: string): Promise<{ size: number; root: string; block: number; at: number } | null> {
    const receipt = (await this.#rpc("eth_getTransactionReceipt", [tx])) as Receipt | null;
    if (receipt === null || toNumber(receipt.status) !== 1) return null;
    const block = await this.#block(receipt.blockNumber);
    const event = receipt.logs.find((log) => this.#isOurs(log));
    if (event === undefined || block.hash !== receipt.blockHash) return null;
    return {
      size: Number(BigInt(event.topics[2] ?? "0x0")),
      root: event.data.slice(2, 66),
      block: toNumber(block.number),
      at: toNumber(block.timestamp) * 1000,
    };
  }

  /** Number and time (epoch ms) of a block by tag. */
  async blockAt(tag: "latest" | "finalized"): Promise<{ number: number; at: number }> {
    const block = await this.#block(tag);
    return { number: toNumber(block.number), at: toNumber(block.timestamp) * 1000 };
  }

  #isOurs(log: Receipt["logs"][number]): boolean {
    return (
      log.address.toLowerCase() === this.#contract &&
      log.topics[0]?.toLowerCase() === anchoredTopic &&
      log.topics[1]?.toLowerCase() === this.#logId
    );
  }

  async #block(tag: string): Promise<Block> {
    const block = (await this.#rpc("eth_getBlockByNumber", [tag, false])) as Block | null;
    if (block === null) throw new ChainError(`there is no block ${tag}`);
    within(timeBits, toNumber(block.timestamp));
    return block;
  }

  async #call(data: string, tag: string): Promise<string[]> {
    const answer = await this.#rpc("eth_call", [{ to: this.#contract, data: `0x${data}` }, tag]);
    if (typeof answer !== "string" || !/^0x([0-9a-f]{64})+$/.test(answer)) {
      throw new ChainError("the contract gave no answer that can be read");
    }
    return answer.slice(2).match(/.{64}/g) ?? [];
  }
}

interface Receipt {
  readonly status: string;
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly logs: readonly { address: string; topics: readonly string[]; data: string }[];
}

interface Block {
  readonly number: string;
  readonly hash: string;
  readonly timestamp: string;
}

function word(value: number): string {
  return value.toString(16).padStart(64, "0");
}

/** A word of the contract; an endpoint that names more than its type holds must not make a time that no calendar has. */
function uint(hex: string, bits: number): number {
  return within(bits, Number(BigInt(`0x${hex}`)));
}

function within(bits: number, value: number): number {
  if (value >= 2 ** bits) throw new ChainError("the chain names a number that can't be");
  return value;
}

function toNumber(value: unknown): number {
  if (typeof value !== "string" || !/^0x[0-9a-f]+$/.test(value))
    throw new ChainError("a number was expected");
  return Number(BigInt(value));
}
