/** Bad input to the contract by name (reliability.md §2.6); the refusals with their facts are in `refusals.test.ts`. */
import { Interface, Wallet, ZeroHash } from "ethers";
import { network } from "hardhat";
import { describe, expect, it } from "vitest";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };
import { logId, openBench, origin } from "./bench.ts";
import { root } from "./uniform-tree.ts";

const abi = new Interface(artifact.abi);
const extendToOne = abi.encodeFunctionData("extend", [logId, 1, root(1), []]);

type Connection = Awaited<ReturnType<typeof openBench>>["connection"];

describe("C3: a signed extend", () => {
  const publisher = new Wallet(`0x${"77".repeat(32)}`);
  const fees = { type: 2, gasLimit: 200_000, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
  const sign = (to: string, chainId: number) =>
    publisher.signTransaction({ to, data: extendToOne, nonce: 0, chainId, ...fees });
  const send = ({ provider }: Connection, raw: string) =>
    provider.request({ method: "eth_sendRawTransaction", params: [raw] });

  /** A contract with the log of our origin, the publisher's. */
  async function deploy(connection: Connection): Promise<string> {
    const params = [publisher.address, "0x3635c9adc5dea00000"];
    await connection.provider.request({ method: "hardhat_setBalance", params });
    const [admin] = await connection.ethers.getSigners();
    const factory = new connection.ethers.ContractFactory(artifact.abi, artifact.bytecode, admin);
    const log = await factory.deploy(admin?.address, admin?.address);
    await log.waitForDeployment();
    await (log.getFunction("register") as (...args: string[]) => Promise<unknown>)(origin, publisher.address);
    return log.getAddress();
  }
  async function sizeIn({ provider }: Connection, to: string): Promise<bigint> {
    const data = abi.encodeFunctionData("head", [logId]);
    const answer = await provider.request({ method: "eth_call", params: [{ to, data }, "latest"] });
    return abi.decodeFunctionResult("head", String(answer)).size;
  }

  it("counts once, and for its own contract alone", async () => {
    const connection = await network.connect();
    const [log, other] = [await deploy(connection), await deploy(connection)];
    const raw = await sign(log, 31_337);
    await send(connection, raw);
    expect([await sizeIn(connection, log), await sizeIn(connection, other)]).toEqual([1n, 0n]);
    await expect(send(connection, raw)).rejects.toThrow();
    expect(await sizeIn(connection, log)).toBe(1n);
  });

  it("is none on another chain, where its contract has the same address", async () => {
    const [here, there] = [await network.connect(), await network.connect({ override: { chainId: 99 } })];
    const [log, same] = [await deploy(here), await deploy(there)];
    expect(same).toBe(log);
    await expect(send(there, await sign(log, 31_337))).rejects.toThrow(/chain/i);
    expect(await sizeIn(there, log)).toBe(0n);
    await send(there, await sign(log, 99));
    expect(await sizeIn(there, log)).toBe(1n);
  });
});

describe("C4: the contract", () => {
  it("takes no ether, and ether forced on it changes nothing", async () => {
    const bench = await openBench();
    const { log, publisher, stranger, connection } = bench;
    await expect(stranger.sendTransaction({ to: log, value: 1n })).rejects.toThrow();
    await expect(publisher.sendTransaction({ to: log, value: 1n, data: extendToOne })).rejects.toThrow();
    // PUSH20 log SELFDESTRUCT, as creation code: it gives its ether away before it is a contract.
    const forced = await stranger.sendTransaction({ data: `0x73${log.slice(2)}ff`, value: 5n });
    await forced.wait();
    expect(await connection.ethers.provider.getBalance(log)).toBe(5n);
    expect((await bench.read("head", [logId])).size).toBe(0n);
    await bench.send(publisher, "extend", [logId, 1, root(1), []]);
    expect((await bench.read("head", [logId])).size).toBe(1n);
  });

  it("refuses a proof of a megabyte without reading it through", async () => {
    const bench = await openBench();
    const proof = new Array(32_768).fill(ZeroHash);
    const call = (size: number) => bench.refusal(bench.publisher, "extend", [logId, size, root(size), proof]);
    expect(await call(5)).toBe(`Inconsistent(${logId},0,5)`);
    await bench.send(bench.publisher, "extend", [logId, 5, root(5), []]);
    expect(await call(7)).toBe(`Inconsistent(${logId},5,7)`);
  });
});
