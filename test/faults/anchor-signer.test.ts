/** A worker whose key is held by a signer elsewhere: it anchors, and nothing that the signer made up is stored or sent. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newestJob } from "#store/anchor-jobs.ts";
import { dataFolder } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";
import { type SignerServer, startSigner } from "../support/signer-server.ts";

const folder = dataFolder();
const key = `0x${"42".repeat(32)}`;
let log: OutsideLog;
let signer: SignerServer;
let worker: SteppedWorker;

beforeAll(async () => {
  log = await OutsideLog.open(folder, key);
  signer = await startSigner(key);
  const settings = { ANCHOR_KEY: "", ANCHOR_SIGNER_URL: signer.url, ANCHOR_ACCOUNT: signer.account };
  worker = await log.worker(join(folder, "records"), { finality: "immediate" }, settings);
});
afterAll(async () => {
  await worker.stop();
  await signer.stop();
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

const stored = async () => (await worker.store.as({ role: "worker" }, newestJob))?.rawTx;

it("neither stores nor sends what the signer made up", async () => {
  await worker.note("one");
  signer.lie((asked) => ({ ...asked, to: log.account }));
  await worker.round();
  expect([await stored(), await log.nonce()]).toEqual([null, 0]);
  expect(worker.chainSide.status).toMatchObject({
    chain: "down",
    detail: expect.stringContaining("another transaction"),
  });
});

it("anchors once the signer signs what it is asked for, and makes it dearer by it too", async () => {
  signer.lie((asked) => asked);
  await log.chain.rpc("evm_setAutomine", [false]);
  await worker.round();
  await log.chain.rpc("anvil_setNextBlockBaseFeePerGas", [`0x${(50e9).toString(16)}`]);
  await log.mine(1);
  worker.passMs(31_000);
  await worker.round();
  await log.chain.rpc("evm_setAutomine", [true]);
  await log.mine(1);
  expect(await worker.round()).toBe(true);
  expect([await log.anchoredSizes(), await log.nonce()]).toEqual([[2], 1]);
  expect(signer.calls.length).toBe(3);
});

it("says that the signer is away, and goes on when it is back", async () => {
  await worker.note("two");
  await signer.stop();
  await worker.round();
  expect(worker.chainSide.status).toMatchObject({
    chain: "down",
    detail: expect.stringContaining("ANCHOR_SIGNER_URL"),
  });
  expect(await log.headSize()).toBe(2);
  signer = await startSigner(key, "web3signer", Number(new URL(signer.url).port));
  await worker.round();
  expect(await worker.round()).toBe(true);
  expect(await log.anchoredSizes()).toEqual([2, 4]);
});
