import { z } from "@hono/zod-openapi";

/** One JSON-RPC 2.0 request; batches are refused. */
export const rpcRequest = z.strictObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.int(), z.string().max(100), z.null()]).default(null),
  method: z.string().max(60),
  params: z.array(z.unknown()).max(3).default([]),
});

const tag = z.union([
  z.enum(["latest", "finalized", "safe"]),
  z.string().regex(/^0x(0|[1-9a-f][0-9a-f]{0,15})$/),
]);
const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const data = z.string().regex(/^0x([0-9a-fA-F]{2}){4,1000}$/);

/**
 * The four methods that a check needs. `eth_call` reads our contract, or runs the one piece of creation code that
 * returns its EXTCODEHASH (see `ChainView.codeHash`): nobody's computations but ours.
 */
const shapes: Readonly<Record<string, (contract: string) => z.ZodType>> = {
  eth_chainId: () => z.tuple([]),
  eth_getTransactionReceipt: () => z.tuple([z.string().regex(/^0x[0-9a-fA-F]{64}$/)]),
  eth_getBlockByNumber: () => z.tuple([tag, z.literal(false)]),
  eth_call: (contract) => {
    const ours = contract.toLowerCase();
    const read = z.strictObject({ to: address.refine((to) => to.toLowerCase() === ours), data });
    const codeHash = z.strictObject({ data: z.literal(`0x73${ours.slice(2)}3f60005260206000f3`) });
    return z.tuple([z.union([read, codeHash]), tag]);
  },
};

/** Whether the relay has such a method at all. */
export function isRelayedMethod(method: string): boolean {
  return Object.hasOwn(shapes, method);
}

/** Whether the relay passes a call on to the chain of this contract (0x and 40 hex digits). */
export function isRelayed(method: string, params: readonly unknown[], contract: string): boolean {
  const shape = isRelayedMethod(method) ? shapes[method] : undefined;
  return shape?.(contract).safeParse(params).success ?? false;
}
