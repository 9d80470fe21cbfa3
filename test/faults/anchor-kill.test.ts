import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { id } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Chain, openChain } from "#anchor/chain.ts";
import { logIdOf } from "#anchor/contract.ts";
import type { CrashPoint } from "#anchor/crash-at.ts";
import { deployLog } from "#anchor/deploy.ts";
import { accountOf } from "#anchor/transaction.ts";
import { dataFolder, openRecords } from "../support/anchor-network.ts";

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
  const { contract } = await deployLog(chain, chain.fundedKey as string, {
    origin,
    publisher: account,
    admin: account,
  });
  const dataDir = join(folder, name);
  cpSync(join(folder, "empty"), dataDir, { recursive: true });
  return {
    run: (crashAt: CrashPoint | "", ...notes: string[]) => runChild({ dataDir, contract, crashAt }, notes),
    headSize: async () => Number((await chain.head(contract, logId, "latest"))?.size),
    anchorings: async () => {
      const filter = {
        address: contract,
        topics: [id("Anchored(bytes32,uint48,bytes32)")],
        fromBlock: "0x0",
      };
      return ((await chain.rpc("eth_getLogs", [filter])) as unknown[]).length;
    },
    transactions: async () => Number(await chain.rpc("eth_getTransactionCount", [account, "latest"])),
  };
}

async function runChild(
  { dataDir, contract, crashAt }: { dataDir: string; contract: string; crashAt: string },
  notes: readonly string[],
): Promise<{ signal: string | null; said: Record<string, unknown> | null }> {
  const settings = {
    DATA_DIR: dataDir,
    CHAIN_RPC_URL: chain.rpcUrl,
    CONTRACT_ADDRESS: contract,
    ANCHOR_KEY: key,
  };
  const environment = {
    PATH: process.env.PATH ?? "",
    NODE_NO_WARNINGS: "1",
    ...settings,
    TEST_CRASH_AT: crashAt,
  };
  const script = new URL("../support/anchor-child.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, ...notes], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  return { signal, said: text === "" ? null : (JSON.parse(text) as Record<string, unknown>) };
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
] as const)("anchors exactly once when killed at $point", async ({ point, state, onChain }) => {
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
