import type { Chain } from "./chain.ts";
import { TooCostly } from "./too-costly.ts";

const fallbackTipWei = 1_000_000_000n;

/** Fees per gas in wei: EIP-1559 where the chain has a base fee, else its gas price. */
export type Fees =
  | { readonly type: 0; readonly gasPrice: bigint }
  | { readonly type: 2; readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint };

/**
 * What the chain asks for now, with room for a base fee that doubles, but never above `maxWei`. Where that is 0 the chain
 * takes no fees, and isn't asked for any.
 * @throws TooCostly when even the next block costs more than that
 */
export async function currentFees(chain: Pick<Chain, "rpc">, maxWei?: bigint): Promise<Fees> {
  if (maxWei === 0n) return { type: 0, gasPrice: 0n };
  const block = (await chain.rpc("eth_getBlockByNumber", ["latest", false])) as { baseFeePerGas?: string };
  if (block.baseFeePerGas === undefined) {
    const gasPrice = BigInt(String(await chain.rpc("eth_gasPrice", [])));
    refuseAbove(maxWei, gasPrice);
    return { type: 0, gasPrice };
  }
  const baseFee = BigInt(block.baseFeePerGas);
  const tip = await chain.rpc("eth_maxPriorityFeePerGas", []).then(
    (wei) => BigInt(String(wei)),
    () => fallbackTipWei,
  );
  refuseAbove(maxWei, baseFee + tip);
  const roomy = 2n * baseFee + tip;
  const maxFeePerGas = maxWei !== undefined && roomy > maxWei ? maxWei : roomy;
  return { type: 2, maxFeePerGas, maxPriorityFeePerGas: tip };
}

function refuseAbove(maxWei: bigint | undefined, asked: bigint): void {
  if (maxWei !== undefined && asked > maxWei)
    throw new TooCostly(`the chain asks for ${asked} wei per gas, ANCHOR_FEE_MAX_GWEI allows ${maxWei}`);
}
