import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { id, keccak256 } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Chain, openChain } from "#anchor/chain.ts";
import { logIdOf } from "#anchor/contract.ts";
import type { CrashPoint } from "#anchor/crash-at.ts";
import { deployLog } from "#anchor/deploy.ts";
import { keySigner } from "#anchor/signer.ts";
import { accountOf, signTransaction, waitForReceipt } from "#anchor/transaction.ts";
import { newestCheckpoint } from "#store/checkpoints.ts";
import { anchorJobs } from "#store/schema/anchor-jobs.ts";
import { dataFolder, openRecords } from "../support/anchor-network.ts";
import { randomOf } from "../support/random.ts";

const key = `0x${"42".repeat(32)}`;
const origin = "coldmark.local/log";
const logId = logIdOf(origin);
const folder = dataFolder();
let chain: Chain;

beforeAll(async () => {
  await (await openRecords(join(folder, "empty"))).close();
  chain = await openChain({ kind: "anvil", statePath: join(folder, "chain.json") });
  await chain.rpc("anvil_setBalance", [accountOf(key), "0x3635c9adc5dea00000"]);
});
afterAll(async () => {
  await chain.stop();
  rmSync(folder, { recursive: true });
});

/** A log of its own in a folder of its own; every run is a real process. */
async function freshLog(name: string) {
  const account = accountOf(key);
  const { contract } = await deployLog(chain, keySigner(chain.fundedKey as string), {
    origin,
    publisher: account,
    admin: account,
  });
  const dataDir = join(folder, name);
  cpSync(join(folder, "empty"), dataDir, { recursive: true });
  return {
    ...{ dataDir, contract },
    run: (crashAt: CrashPoint | "", ...notes: string[]) => runChild({ dataDir, contract, crashAt }, notes),
    churn: (killAfterMs: number) => churnUntilKilled({ dataDir, contract }, killAfterMs),
    headSize: async () => Number((await chain.head(contract, logId, "latest"))?.size),
    anchored: () => anchoredIn(contract),
    anchorings: async () => (await anchoredIn(contract)).length,
    transactions: async () => Number(await chain.rpc("eth_getTransactionCount", [account, "latest"])),
  };
}

/** Every step of a contract's log that stands on chain, with its transaction. */
async function anchoredIn(contract: string): Promise<{ size: number; hash: string }[]> {
  const topics = [id("Anchored(bytes32,uint48,bytes32)")];
  const found = await chain.rpc("eth_getLogs", [{ address: contract, topics, fromBlock: "0x0" }]);
  return (found as { topics: string[]; transactionHash: string }[]).map((event) => ({
    size: Number(event.topics[2]),
    hash: event.transactionHash,
  }));
}

function startAnchoring(
  { dataDir, contract }: { dataDir: string; contract: string },
  more: Record<string, string>,
  notes: readonly string[] = [],
) {
  const settings = {
    DATA_DIR: dataDir,
    CHAIN_RPC_URL: chain.rpcUrl,
    CONTRACT_ADDRESS: contract,
    ANCHOR_KEY: key,
  };
  const env = { PATH: process.env.PATH ?? "", NODE_NO_WARNINGS: "1", ...settings, ...more };
  const script = new URL("../support/anchor-child.ts", import.meta.url).pathname;
  return spawn(process.execPath, [script, ...notes], { env, stdio: ["ignore", "pipe", "inherit"] });
}

async function runChild(
  { crashAt, ...place }: { dataDir: string; contract: string; crashAt: string },
  notes: readonly string[],
): Promise<{ signal: string | null; said: Record<string, unknown> | null }> {
  const child = startAnchoring(place, { TEST_CRASH_AT: crashAt }, notes);
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  return { signal, said: text === "" ? null : (JSON.parse(text) as Record<string, unknown>) };
}

/** A worker that notes and anchors without end, killed so long after it began. */
async function churnUntilKilled(
  place: { dataDir: string; contract: string },
  killAfterMs: number,
): Promise<void> {
  const child = startAnchoring(place, { CHURN: "1" });
  await once(child.stdout, "data");
  setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  await once(child, "close");
}

it("anchors once where nothing is killed, and once more for one more entry (control)", async () => {
  const log = await freshLog("control");
  expect(await log.run("", "a")).toMatchObject({ signal: null, said: { isFinal: true, finalSize: 2 } });
  expect(await log.anchorings()).toBe(1);
  expect(await log.run("", "b")).toMatchObject({ said: { isFinal: true, finalSize: 4 } });
  expect([await log.anchorings(), await log.headSize()]).toEqual([2, 4]);
});

it.each([
  { point: "planned", state: "planned", onChain: 0 },
  { point: "mirrored", state: "planned", onChain: 0 },
  { point: "signed", state: "signed", onChain: 0 },
  { point: "sent", state: "signed", onChain: 2 },
  { point: "included", state: "final", onChain: 2 },
] as const)("C7: anchors exactly once when killed at $point", async ({ point, state, onChain }) => {
  const log = await freshLog(point);
  const sentBefore = await log.transactions();
  expect(await log.run(point, "a")).toEqual({ signal: "SIGKILL", said: null });
  expect(await log.headSize()).toBe(onChain);
  const said = { found: state, isFinal: true, left: "final", finalSize: 2 };
  expect(await log.run("")).toMatchObject({ signal: null, said });
  expect([await log.anchorings(), await log.headSize()]).toEqual([1, 2]);
  expect((await log.transactions()) - sentBefore).toBe(1);
});

it("goes on with what was signed before the kill together with what came after it", async () => {
  const log = await freshLog("more");
  await log.run("signed", "a");
  expect(await log.run("", "b")).toMatchObject({ said: { isFinal: true, finalSize: 4 } });
  expect(await log.headSize()).toBe(4);
});

describe("killed at random points", () => {
  const kills = process.env.COLDMARK_LONG ? 50 : 2;
  const killWithinMs = 3_000;
  const random = randomOf(1, 0);
  const asWorker = { role: "worker" } as const;

  /** Blocks come each second, so that what was sent waits for one, or with each transaction. */
  async function mineBySecond(isSlow: boolean): Promise<void> {
    await chain.rpc("evm_setIntervalMining", [isSlow ? 1 : 0]);
    await chain.rpc("evm_setAutomine", [!isSlow]);
    await chain.afterTransaction();
  }

  /** What is wrong with what the chain holds of a log, against the outbox: empty where everything is there once, in order. */
  async function disorderOf(
    log: Awaited<ReturnType<typeof freshLog>>,
    nonceBefore: number,
  ): Promise<string[]> {
    const store = await openRecords(log.dataDir);
    const jobs = await store.as(asWorker, (tx) => tx.select().from(anchorJobs).orderBy(anchorJobs.newSize));
    const newest = await store.as(asWorker, newestCheckpoint);
    await store.close();
    const onChain = await log.anchored();
    const final = jobs.filter(({ state }) => state === "final");
    const claims: [string, unknown, unknown][] = [
      [
        "each final job is on chain once, in order",
        onChain.map(({ size }) => size),
        final.map((job) => job.newSize),
      ],
      ["the newest checkpoint is on chain", onChain.at(-1)?.size, newest?.size],
      [
        "what was mined was stored",
        onChain.map(({ hash }) => hash),
        final.map((job) => keccak256(job.rawTx ?? "0x")),
      ],
      [
        "the nonces follow one another",
        final.map(({ nonce }) => nonce),
        final.map((_, at) => nonceBefore + at),
      ],
      ["each transaction anchored", (await log.transactions()) - nonceBefore, onChain.length],
    ];
    return claims.flatMap(([words, found, wanted]) => (isDeepStrictEqual(found, wanted) ? [] : [words]));
  }

  it(
    `C7: anchors every checkpoint exactly once, without a nonce gap, after ${kills} kills`,
    async () => {
      const log = await freshLog("random");
      const nonceBefore = await log.transactions();
      for (let kill = 0; kill < kills; kill += 1) {
        await mineBySecond(kill % 3 === 2);
        await log.churn(random.below(killWithinMs));
      }
      await mineBySecond(false);
      expect(await log.run("", "last")).toMatchObject({ said: { isFinal: true, left: "final" } });
      expect(await disorderOf(log, nonceBefore)).toEqual([]);
      const anchorings = await log.anchorings();
      expect(anchorings).toBeGreaterThan(1);
      process.stdout.write(`${kills} kills, ${anchorings} anchors, each once\n`);
      // The control: a transaction that didn't come out of the outbox is found.
      const signed = await signTransaction(chain, keySigner(key), {
        to: accountOf(key),
        data: "0x",
        nonce: nonceBefore + anchorings,
      });
      await chain.sendRaw(signed.raw);
      await waitForReceipt(chain, signed.hash);
      expect(await disorderOf(log, nonceBefore)).toEqual(["each transaction anchored"]);
    },
    30 * 60_000,
  );
});
