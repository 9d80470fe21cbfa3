/** `coldmark chain deploy` on a chain that somebody else runs, with a key in a file and with a signer of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatEther, Wallet } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Chain, openChain } from "#anchor/chain.ts";
import { logIdOf } from "#anchor/contract.ts";
import { coldmark } from "../support/service.ts";
import { type SignerServer, startSigner } from "../support/signer-server.ts";

const folder = mkdtempSync(join(tmpdir(), "coldmark-deploy-"));
const [owner, other, poor] = ["42", "43", "44"].map(
  (fill) => new Wallet(`0x${fill.repeat(32)}`),
) as Wallet[] as [Wallet, Wallet, Wallet];
let chain: Chain;
let signer: SignerServer;
let contract: string;

beforeAll(async () => {
  chain = await openChain({ kind: "anvil", statePath: join(folder, "chain.json") });
  for (const { address } of [owner, other])
    await chain.rpc("anvil_setBalance", [address, "0xde0b6b3a7640000"]);
  signer = await startSigner(other.privateKey);
});
afterAll(async () => {
  await signer.stop();
  await chain.stop();
  rmSync(folder, { recursive: true });
});

function keyFile(wallet: Wallet): string {
  const file = join(folder, wallet.address);
  writeFileSync(file, wallet.privateKey, { mode: 0o600 });
  return file;
}
const deploy = (settings: Record<string, string>, ...flags: string[]) =>
  coldmark(["chain", "deploy", ...flags], {
    ...{ CHAIN_RPC_URL: chain.rpcUrl, DATA_DIR: join(folder, "data"), LOG_ORIGIN: "one.example/log" },
    ...settings,
  });
const nonceOf = async ({ address }: Wallet) =>
  Number(await chain.rpc("eth_getTransactionCount", [address, "latest"]));
const balanceOf = async ({ address }: Wallet) =>
  BigInt(String(await chain.rpc("eth_getBalance", [address, "latest"])));
const publisherOf = async (origin: string) =>
  (await chain.head(contract, logIdOf(origin), "latest"))?.publisher;

it("says what it would cost on a dry run, then deploys, says what it did cost, and what comes next", async () => {
  const [before, cold] = [await balanceOf(owner), poor.address];
  const dry = await deploy({ ANCHOR_KEY_FILE: keyFile(owner) }, "--dry-run");
  expect([dry.code, await nonceOf(owner)]).toEqual([0, 0]);
  expect(dry.stdout).toMatch(/to be made: contract and log\b[\s\S]*\nDry run: nothing was sent\.\n$/);
  const { code, stdout } = await deploy({ ANCHOR_KEY_FILE: keyFile(owner) }, "--admin", cold);
  expect(code).toBe(0);
  contract = /^CONTRACT_ADDRESS=(0x\w{40})$/m.exec(stdout)?.[1] ?? "";
  expect(await publisherOf("one.example/log")).toBe(owner.address);
  expect(stdout).toContain(`, ${formatEther(before - (await balanceOf(owner)))} coins\n`);
  expect(stdout).toMatch(/code hash 0x\w{64}[\s\S]*CHAIN_ID=31337[\s\S]*DATA_DIR\/trust\.json/);
  const gas = (text: string, word: RegExp) => Number(word.exec(text)?.[1]);
  expect(gas(stdout, /cost (\d+) gas/)).toBeLessThan(gas(dry.stdout, /at most (\d+) gas/));
});

it("finds the log that is there, by the account or by CONTRACT_ADDRESS, and sends nothing", async () => {
  const nonce = await nonceOf(owner);
  for (const more of [{}, { CONTRACT_ADDRESS: contract }] as Record<string, string>[]) {
    const { code, stdout } = await deploy({ ANCHOR_KEY_FILE: keyFile(owner), ...more });
    expect(code).toBe(0);
    expect(stdout).toContain(`CONTRACT_ADDRESS=${contract}\nThe log is there already`);
  }
  expect(await nonceOf(owner)).toBe(nonce);
});

it("registers another installation's log in the same contract, for its publisher", async () => {
  const settings = { ANCHOR_KEY_FILE: keyFile(owner), LOG_ORIGIN: "two.example/log" };
  const { code, stdout } = await deploy(settings, "--publisher", other.address);
  expect([code, await publisherOf("two.example/log")]).toEqual([0, other.address]);
  expect(stdout).toContain("to be made: log");
  expect(await publisherOf("one.example/log")).toBe(owner.address);
});

it("says whose the log is, where it isn't ours, and takes no stranger's contract", async () => {
  const settings = { ANCHOR_KEY_FILE: keyFile(other), CONTRACT_ADDRESS: contract };
  const others = await deploy(settings);
  expect(others.code).toBe(1);
  expect(others.stderr).toContain(`its publisher is ${owner.address}`);
  const strange = await deploy({ ...settings, CONTRACT_ADDRESS: other.address });
  expect([strange.code, strange.stderr]).toEqual([78, expect.stringContaining("no ColdmarkLog")]);
});

it("sends nothing where the account can't pay", async () => {
  const { code, stderr } = await deploy({ ANCHOR_KEY_FILE: keyFile(poor) });
  expect([code, await nonceOf(poor)]).toEqual([1, 0]);
  expect(stderr).toContain("doesn't have what this may cost");
});

it("deploys with a signer that holds the key, and not with one that signs something else", async () => {
  const settings = { ANCHOR_SIGNER_URL: signer.url, ANCHOR_ACCOUNT: signer.account };
  signer.lie((asked) => ({ ...asked, value: 1n }));
  const refused = await deploy(settings);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("another transaction")]);
  expect(await nonceOf(other)).toBe(0);
  signer.lie((asked) => asked);
  const { code, stdout } = await deploy(settings);
  expect([code, await nonceOf(other)]).toEqual([0, 2]);
  expect(stdout).not.toContain(contract);
});

it("deploys where there are no fees, with an account that has nothing", async () => {
  const settings = { ANCHOR_KEY_FILE: keyFile(poor), ANCHOR_FEE_MAX_GWEI: "0" };
  await chain.rpc("anvil_setNextBlockBaseFeePerGas", ["0x0"]);
  await chain.rpc("anvil_mine", ["0x1"]);
  const { code, stdout } = await deploy(settings);
  expect([code, await nonceOf(poor), await balanceOf(poor)]).toEqual([0, 2, 0n]);
  expect(stdout).toContain("at most 2");
});
