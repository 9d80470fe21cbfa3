import { AppError } from "#domain/errors.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import { decodeHead, encodeHead, type Head } from "../contract.ts";
import { type BlockTag, blockNumberAt, type Finality } from "./finality.ts";

/** An endpoint further behind than a reorg is deep says nothing of the newest block; `finalized` may lag by an epoch. */
const lagBlocksMax = 6;

/** A log's head at one block, the same at every endpoint that answered. */
export interface AgreedHead {
  /** Null where that block knows no such contract or log. */
  readonly head: Head | null;
  readonly block: number;
  /** False while only one of several endpoints answers: what it says may be acted on, but isn't taken for final. */
  readonly isConfirmed: boolean;
  /** The endpoints that gave it. */
  readonly by: readonly Rpc[];
}

/** Endpoints of one chain say different heads of the same block: anchoring pauses, as one of them lies or is broken. */
export class EndpointsDisagree extends Error {
  override readonly name = "EndpointsDisagree";
}

/**
 * Reads a head at the newest block that all endpoints know, and compares their answers.
 * @throws EndpointsDisagree; AppError UNAVAILABLE or CONFLICT (no endpoint answers), BAD_SETTING (another chain)
 */
export async function agreedHead(
  endpoints: readonly Rpc[],
  log: { readonly contract: string; readonly logId: string },
  { tag, finality }: { readonly tag: BlockTag; readonly finality: Finality },
): Promise<AgreedHead> {
  const tips = await answersOf(endpoints, (rpc) => blockNumberAt(rpc, tag, finality));
  const newest = Math.max(...tips.map(({ answer }) => answer));
  const near = tips.filter(({ answer }) => tag === "finalized" || newest - answer <= lagBlocksMax);
  const block = Math.min(...near.map(({ answer }) => answer));
  const call = [{ to: log.contract, data: encodeHead(log.logId) }, `0x${block.toString(16)}`];
  const heads = await answersOf(
    near.map(({ rpc }) => rpc),
    (rpc) => rpc("eth_call", call),
  );
  const said = new Set(heads.map(({ answer }) => String(answer)));
  if (said.size > 1)
    throw new EndpointsDisagree(
      `RPC endpoints give ${said.size} different heads of our log at block ${block}`,
    );
  const [answer] = said;
  return {
    head: answer === "0x" ? null : decodeHead(String(answer)),
    block,
    isConfirmed: endpoints.length === 1 || heads.length > 1,
    by: heads.map(({ rpc }) => rpc),
  };
}

/** What those who can answer say; throws where nobody can, or one is of another chain. */
async function answersOf<T>(
  endpoints: readonly Rpc[],
  ask: (rpc: Rpc) => Promise<T>,
): Promise<{ rpc: Rpc; answer: T }[]> {
  const asked = await Promise.allSettled(endpoints.map(async (rpc) => ({ rpc, answer: await ask(rpc) })));
  const failures = asked.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const isPassing = (error: unknown) => error instanceof AppError && error.code !== "BAD_SETTING";
  const lasting = failures.find((error) => !isPassing(error));
  if (lasting !== undefined) throw lasting;
  const answers = asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (answers.length === 0) throw failures[0];
  return answers;
}
