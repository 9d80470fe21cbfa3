/** A log for each operator or region, all in one contract: neither can move, stand for or be mistaken for another. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Wallet } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encodeExtend, logIdOf } from "#anchor/contract.ts";
import { registerLog } from "#anchor/deploy.ts";
import { keySigner } from "#anchor/signer.ts";
import { signTransaction } from "#anchor/transaction.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import { verifyBundle } from "#domain/log/verify.ts";
import { openProvenance } from "#services/provenance/answer-for.ts";
import { dataFolder } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";

const origins = ["coldmark.local/log", "two.example/log"] as const;
const keys = [`0x${"42".repeat(32)}`, `0x${"43".repeat(32)}`] as const;
const epc = "https://id.gs1.org/01/06901234567892/21/NEVERSEEN";
const folder = dataFolder();
let log: OutsideLog;
let one: SteppedWorker;
let two: SteppedWorker;

beforeAll(async () => {
  log = await OutsideLog.open(folder, keys[0]);
  const publisher = new Wallet(keys[1]).address;
  await log.chain.rpc("anvil_setBalance", [publisher, "0xde0b6b3a7640000"]);
  const registrar = keySigner(log.chain.fundedKey ?? "");
  await registerLog(log.chain, registrar, { contract: log.contract, origin: origins[1], publisher });
  const immediate = { finality: "immediate" } as const;
  one = await log.worker(join(folder, "one"), immediate);
  two = await log.worker(join(folder, "two"), immediate, { LOG_ORIGIN: origins[1], ANCHOR_KEY: keys[1] });
});
afterAll(async () => {
  await one.stop();
  await two.stop();
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

async function anchor(worker: SteppedWorker, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await worker.note(text);
    await worker.round();
  }
  expect(await worker.round()).toBe(true);
}
const sizeOf = async (origin: string) =>
  Number((await log.chain.head(log.contract, logIdOf(origin), "latest"))?.size);
const trustOf = ({ chainSide }: SteppedWorker) => chainSide.trust as TrustFile;

async function bundleOf({ store, parts, chainSide }: SteppedWorker): Promise<string> {
  const { readings } = parts;
  const rpc = () => chainSide.chain?.rpc ?? null;
  const provenance = openProvenance({ store, readings, trust: () => chainSide.trust, rpc });
  return (await provenance.bundleFor({ epc, code: epc, view: "public" })) ?? "";
}
const verify = async (bundle: string, trust: TrustFile) =>
  (await verifyBundle(bundle, { trust, code: epc, rpc: log.chain.rpc })).result;

it("moves each head by itself", async () => {
  await anchor(one, ["a"]);
  expect([await sizeOf(origins[0]), await sizeOf(origins[1])]).toEqual([2, 0]);
  await anchor(two, ["b", "c"]);
  await anchor(one, ["d", "e"]);
  expect([await sizeOf(origins[0]), await sizeOf(origins[1])]).toEqual([6, 4]);
});

it("lets no publisher move another's head", async () => {
  const extension = { newSize: 99n, newRoot: new Uint8Array(32).fill(1), proof: [] };
  const data = encodeExtend(logIdOf(origins[0]), extension);
  const request = { to: log.contract, data, nonce: 99 };
  const stranger = signTransaction(log.chain, keySigner(keys[1]), request);
  await expect(stranger).rejects.toMatchObject({ code: "CONFLICT" });
});

it("proves each log's bundle under its own trust file, and under no other's", async () => {
  await log.mine(3);
  const [ofOne, ofTwo] = [await bundleOf(one), await bundleOf(two)];
  expect(await verify(ofOne, trustOf(one))).toBe("VALID_FINAL");
  expect(await verify(ofTwo, trustOf(two))).toBe("VALID_FINAL");
  expect(await verify(ofOne, trustOf(two))).toBe("KEY_UNKNOWN");
  expect(await verify(ofTwo, trustOf(one))).toBe("KEY_UNKNOWN");
});

it("refuses the other log's bundle also where the log's key is trusted for both", async () => {
  const both = { ...trustOf(two), logKeys: [...trustOf(two).logKeys, ...trustOf(one).logKeys] };
  expect(await verify(await bundleOf(two), both)).toBe("VALID_FINAL");
  expect(await verify(await bundleOf(one), both)).not.toMatch(/^VALID/);
});
