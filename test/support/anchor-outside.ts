/** A chain that somebody else runs, with our log's contract on it, and workers whose rounds a test takes one by one. */
import { cpSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { id } from "ethers";
import { type Chain, type OutsideChain, openChain } from "#anchor/chain.ts";
import { ChainRound } from "#anchor/chain-round.ts";
import { logIdOf } from "#anchor/contract.ts";
import { deployLog } from "#anchor/deploy.ts";
import { createRecordsRound } from "#anchor/records-round.ts";
import type { AnchorParts } from "#anchor/run.ts";
import { keySigner } from "#anchor/signer.ts";
import { accountOf } from "#anchor/transaction.ts";
import type { Store } from "#store/connect.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { anchorParts, keyOf, openRecords, startMs } from "./anchor-network.ts";

const logOrigin = "coldmark.local/log";

/** Our log's id on every chain of these tests. */
export const testLogId = logIdOf(logOrigin);

/** A worker of one log, taking its rounds when it is told to. */
export interface SteppedWorker {
  readonly store: Store;
  readonly parts: AnchorParts;
  readonly chainSide: ChainRound;
  /** Queues a note for the log and plans its anchor. */
  note(text: string): Promise<void>;
  /** One round of the records' side; gives the size of the anchor it planned, or null. */
  plan(): Promise<number | null>;
  /** One round of the chain's side; true once everything planned is final. */
  round(): Promise<boolean>;
  /** Lets its clock go on. */
  passMs(ms: number): void;
  stop(): Promise<void>;
}

/** anvil as others run it, seen with its own powers, and a publisher's account on it. */
export class OutsideLog {
  readonly chain: Chain;
  readonly contract: string;
  readonly key: string;
  readonly account: string;

  private constructor(chain: Chain, contract: string, key: string) {
    this.chain = chain;
    this.contract = contract;
    this.key = key;
    this.account = accountOf(key);
  }

  /** Starts anvil with its state in this folder, or takes one that runs, and deploys the log for a publisher. */
  static async open(folder: string, key: string, running?: Chain): Promise<OutsideLog> {
    const chain = running ?? (await openChain({ kind: "anvil", statePath: join(folder, "chain.json") }));
    const publisher = accountOf(key);
    await chain.rpc("anvil_setBalance", [publisher, "0x3635c9adc5dea00000"]);
    const admin = accountOf(chain.fundedKey ?? "");
    const { contract } = await deployLog(chain, keySigner(chain.fundedKey ?? ""), {
      origin: logOrigin,
      publisher,
      admin,
    });
    return new OutsideLog(chain, contract, key);
  }

  /** A worker on the records of this folder. */
  async worker(dataDir: string, more: Partial<OutsideChain> = {}, settings: Record<string, string> = {}) {
    if (!existsSync(dataDir)) await copyEmptyRecords(dataDir);
    const store = await openRecords(dataDir);
    const chain: OutsideChain = { kind: "outside", rpcUrls: [this.chain.rpcUrl], chainId: 31_337, ...more };
    const environment = {
      CHAIN_RPC_URL: chain.rpcUrls.join(","),
      ANCHOR_KEY: this.key,
      CONTRACT_ADDRESS: this.contract,
      ...settings,
    };
    let now = startMs;
    return steppedWorker(
      store,
      anchorParts(store, dataDir, () => now, chain, environment),
      (ms) => {
        now += ms;
      },
    );
  }

  async headSize(): Promise<number> {
    return Number((await this.chain.head(this.contract, testLogId, "latest"))?.size);
  }

  /** The sizes that the chain as it stands anchored, in order. */
  async anchoredSizes(): Promise<number[]> {
    const topics = [id("Anchored(bytes32,uint48,bytes32)"), testLogId];
    const filter = { address: this.contract, topics, fromBlock: "0x0" };
    const found = (await this.chain.rpc("eth_getLogs", [filter])) as { topics: string[] }[];
    return found.map((event) => Number(event.topics[2]));
  }

  /** How many transactions of the publisher are in blocks: its next nonce. */
  async nonce(): Promise<number> {
    return Number(await this.chain.rpc("eth_getTransactionCount", [this.account, "latest"]));
  }

  async mine(blocks: number): Promise<void> {
    await this.chain.rpc("anvil_mine", [`0x${blocks.toString(16)}`]);
  }
}

/** Records are migrated once for a folder of tests, and copied: that is quicker. */
async function copyEmptyRecords(dataDir: string): Promise<void> {
  const empty = join(dirname(dataDir), "empty");
  if (!existsSync(empty)) await (await openRecords(empty)).close();
  cpSync(empty, dataDir, { recursive: true });
}

function steppedWorker(store: Store, parts: AnchorParts, passMs: (ms: number) => void): SteppedWorker {
  const chainSide = new ChainRound(parts, parts.chainSettings, keyOf(1));
  const recordsRound = createRecordsRound(parts, { log: keyOf(1), receipt: keyOf(2) });
  return {
    ...{ store, parts, chainSide },
    async note(text) {
      const entry = { subject: `urn:test:${text}`, kind: "note", from: 1, to: 1, body: { text } };
      await store.as({ role: "worker" }, (tx) => queueEntry(tx, entry, parts.clock()));
      await recordsRound(true);
    },
    plan: async () => (await recordsRound(false)).planned?.size ?? null,
    round: () => chainSide.run(),
    passMs,
    async stop() {
      await chainSide.stop();
      await store.close();
    },
  };
}
