import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Interface, id } from "ethers";
import { network } from "hardhat";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };

const abi = new Interface(artifact.abi);

/** The origin of the log that `openBench` registers, and its id. */
export const origin = "log.example/1";
export const logId = id(origin);

/**
 * A fresh in-process chain with the committed contract and one log. `send` returns the gas used; `refusal` calls without
 * sending and returns the custom error as "Name(args)", or null where the call would pass; `state` overrides storage for
 * that call (as `eth_call` takes it).
 */
export async function openBench(bytecode = artifact.bytecode) {
  const connection = await network.connect();
  const [admin, publisher, stranger] = (await connection.ethers.getSigners()) as [Signer, Signer, Signer];
  const factory = new connection.ethers.ContractFactory(artifact.abi, bytecode, admin);
  const log = await factory.deploy(admin.address, admin.address);
  const deployed = await log.deploymentTransaction()?.wait();
  const to = await log.getAddress();

  async function send(from: Signer, name: string, args: readonly unknown[]): Promise<number> {
    const sent = await from.sendTransaction({ to, data: abi.encodeFunctionData(name, args) });
    return Number((await sent.wait())?.gasUsed);
  }
  async function call(from: Signer, name: string, args: readonly unknown[], state = {}): Promise<string> {
    const request = { from: from.address, to, data: abi.encodeFunctionData(name, args) };
    const params = [request, "latest", state];
    return String(await connection.provider.request({ method: "eth_call", params }));
  }
  async function refusal(from: Signer, name: string, args: readonly unknown[], state = {}) {
    try {
      await call(from, name, args, state);
      return null;
    } catch (error) {
      return refusalText((error as { data?: string }).data ?? "0x");
    }
  }
  async function read(name: string, args: readonly unknown[]) {
    return abi.decodeFunctionResult(name, await call(admin, name, args));
  }
  async function waitS(seconds: number): Promise<void> {
    await connection.provider.request({ method: "evm_increaseTime", params: [seconds] });
    await connection.provider.request({ method: "evm_mine", params: [] });
  }
  await send(admin, "register", [origin, publisher.address]);
  const people = { admin, publisher, stranger };
  return { ...people, log: to, deployGas: Number(deployed?.gasUsed), send, refusal, read, waitS, connection };
}

type Signer = HardhatEthersSigner;

function refusalText(data: string): string {
  const known = abi.parseError(data);
  return known === null ? data : `${known.name}(${known.args.join(",")})`;
}
