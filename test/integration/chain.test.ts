import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { keccak256 } from "ethers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Chain, openChain } from "#anchor/chain.ts";
import { decodeRefusal, encodeExtend, logIdOf } from "#anchor/contract.ts";
import { deployLog } from "#anchor/deploy.ts";
import { keySigner } from "#anchor/signer.ts";
import { accountOf, nextNonce, signTransaction } from "#anchor/transaction.ts";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };
import { leafHash, nodeHash } from "#domain/log/merkle.ts";

const origin = "log.example/1";
const logId = logIdOf(origin);
const first = leafHash(Uint8Array.of(1));
const second = leafHash(Uint8Array.of(2));
const toOne = { newSize: 1n, newRoot: first, proof: [] };
const toTwo = { newSize: 2n, newRoot: nodeHash(first, second), proof: [second] };

let folder: string;
let statePath: string;
const opened: Chain[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "coldmark-chain-"));
  statePath = path.join(folder, "chain", "state.json");
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((chain) => chain.stop()));
  await rm(folder, { recursive: true });
});

async function openAnvil(): Promise<Chain> {
  const chain = await openChain({ kind: "anvil", statePath });
  opened.push(chain);
  return chain;
}

function keyOf(chain: Chain): string {
  if (chain.fundedKey === null) throw new Error("this chain gives no money");
  return chain.fundedKey;
}

async function deploy(chain: Chain) {
  const account = accountOf(keyOf(chain));
  return deployLog(chain, keySigner(keyOf(chain)), { origin, publisher: account, admin: account });
}

async function signExtend(chain: Chain, contract: string, extension: Parameters<typeof encodeExtend>[1]) {
  const nonce = await nextNonce(chain, accountOf(keyOf(chain)));
  return signTransaction(chain, keySigner(keyOf(chain)), {
    to: contract,
    data: encodeExtend(logId, extension),
    nonce,
  });
}

async function extend(chain: Chain, contract: string, extension: Parameters<typeof encodeExtend>[1]) {
  const signed = await signExtend(chain, contract, extension);
  await chain.sendRaw(signed.raw);
  await chain.afterTransaction();
  return signed;
}

async function anvilPid(): Promise<number> {
  return Number((await readFile(`${statePath}.pid`, "utf8")).split(" ")[0]);
}

describe("the embedded chain", () => {
  it("anchors: the head moves and `finalized` follows at once", async () => {
    const chain = await openAnvil();
    expect(chain).toMatchObject({ kind: "anvil", chainClass: "operator", chainId: 31_337, notes: [] });
    const { contract, codeHash, block } = await deploy(chain);
    expect(codeHash).toBe(keccak256(artifact.deployedBytecode));
    expect(block).toBeGreaterThan(0);
    expect(await chain.head(contract, logId, "finalized")).toMatchObject({ size: 0n, retired: false });
    await extend(chain, contract, toOne);
    await extend(chain, contract, toTwo);
    for (const tag of ["latest", "finalized"] as const) {
      expect(await chain.head(contract, logId, tag)).toMatchObject({ size: 2n, root: toTwo.newRoot });
    }
    expect(await chain.head(contract, logIdOf("another"), "latest")).toBeNull();
    expect(await chain.head(accountOf(keyOf(chain)), logId, "latest")).toBeNull();
  });

  it("takes the same transaction twice, and names the contract's refusal of another one", async () => {
    const chain = await openAnvil();
    const { contract } = await deploy(chain);
    await chain.rpc("evm_setAutomine", [false]);
    const { raw, hash } = await signExtend(chain, contract, toOne);
    expect(await chain.sendRaw(raw)).toBe(hash);
    expect(await chain.sendRaw(raw)).toBe(hash);
    await chain.afterTransaction();
    expect(await chain.head(contract, logId, "finalized")).toMatchObject({ size: 1n });
    const refused = await signExtend(chain, contract, toOne).catch((error) => error);
    expect(refused).toMatchObject({ code: "CONFLICT", facts: { method: "eth_estimateGas" } });
    expect(decodeRefusal(refused.facts.data)).toMatchObject({ name: "HeadMoved", facts: { size: "1" } });
  });

  it("keeps its state when it is stopped and opened again", async () => {
    const before = await openAnvil();
    const { contract } = await deploy(before);
    await extend(before, contract, toOne);
    await before.stop();
    const after = await openAnvil();
    expect(after.notes).toEqual([]);
    for (const tag of ["latest", "finalized"] as const) {
      expect(await after.head(contract, logId, tag)).toMatchObject({ size: 1n });
    }
    await extend(after, contract, toTwo);
    expect(await after.head(contract, logId, "finalized")).toMatchObject({ size: 2n });
  });

  it("comes back on the same port after a kill -9 of anvil", async () => {
    const chain = await openAnvil();
    const { contract } = await deploy(chain);
    await extend(chain, contract, toOne);
    const block = Number(await chain.rpc("eth_blockNumber", []));
    await expect.poll(savedBlock, { timeout: 8_000 }).toBe(block);
    const pid = await anvilPid();
    process.kill(pid, "SIGKILL");
    await expect.poll(async () => (await anvilPid()) !== pid, { timeout: 8_000 }).toBe(true);
    await expect
      .poll(() => chain.rpc("eth_chainId", []).catch((error) => error.code), { timeout: 8_000 })
      .toBe("0x7a69");
    expect(await chain.head(contract, logId, "finalized")).toMatchObject({ size: 1n });
    await extend(chain, contract, toTwo);
    expect(await chain.head(contract, logId, "finalized")).toMatchObject({ size: 2n });
  });

  it("keeps a damaged state file aside, begins anew and says so", async () => {
    const before = await openAnvil();
    const { contract } = await deploy(before);
    await before.stop();
    await truncate(statePath, 1_000);
    const after = await openAnvil();
    expect(after.notes.join()).toContain("damaged");
    expect((await readdir(path.dirname(statePath))).some((name) => name.includes(".damaged-"))).toBe(true);
    expect(await after.head(contract, logId, "latest")).toBeNull();
    expect((await deploy(after)).contract).toBe(contract);
  });

  it("is refused to a second owner, and taken over from a killed one with all it had", async () => {
    const script = `import { openChain } from "#anchor/chain.ts";
      await openChain({ kind: "anvil", statePath: ${JSON.stringify(statePath)} });
      process.stdout.write("open");`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(owner.stdout, "data");
    await expect(openAnvil()).rejects.toMatchObject({ code: "DATA_LOCKED", facts: { pid: owner.pid } });
    const orphan = await anvilPid();
    owner.kill("SIGKILL");
    await once(owner, "exit");
    const chain = await openAnvil();
    expect(await readFile(`/proc/${orphan}/cmdline`, "utf8").catch(() => "")).toBe("");
    expect(Number(await chain.rpc("eth_blockNumber", []))).toBe(6);
  });

  it("says which part is missing", async () => {
    const binaryPath = path.join(folder, "no-anvil");
    await expect(openChain({ kind: "anvil", statePath, binaryPath })).rejects.toMatchObject({
      code: "PART_MISSING",
    });
    await writeFile(binaryPath, "#!/bin/sh\necho broken >&2; exit 3\n", { mode: 0o755 });
    await expect(openChain({ kind: "anvil", statePath, binaryPath })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
  });

  /** The block that the state file holds; null while it is missing or half written. */
  async function savedBlock(): Promise<number | null> {
    const text = await readFile(statePath, "utf8").catch(() => "");
    try {
      return Number(JSON.parse(text).block.number);
    } catch {
      return null;
    }
  }
});

describe("a chain outside", () => {
  it("is another view of the same chain, and has nothing to mine or stop", async () => {
    const inside = await openAnvil();
    const { contract } = await deploy(inside);
    const outside = await openChain({
      kind: "outside",
      rpcUrls: [inside.rpcUrl],
      chainClass: "public",
    });
    expect(outside).toMatchObject({
      kind: "outside",
      chainClass: "public",
      chainId: 31_337,
      fundedKey: null,
    });
    expect(await outside.head(contract, logId, "finalized")).toMatchObject({ size: 0n });
    const block = await inside.rpc("eth_blockNumber", []);
    await outside.afterTransaction();
    await outside.stop();
    expect(await inside.rpc("eth_blockNumber", [])).toBe(block);
  });
});
