import { toHex } from "#domain/log/bytes.ts";
import { readChainState } from "#store/chain-state.ts";
import { readLogTroubles } from "#store/log-alarms.ts";
import {
  appendedAt,
  countEntries,
  newestAnchor,
  newestCheckpoints,
  newestSeals,
} from "#store/log-overview.ts";
import type { Context } from "../context.ts";
import { type ChainWord, logState } from "./log-state.ts";
import { reachOf } from "./reach.ts";

const dayMs = 86_400_000;
const checkpointsShown = 20;
const sealsShown = 31;
/** Entries may wait as long as the setting says, and as long again for the chain. */
const patience = 2;

/**
 * Checkpoints, anchors, seals, what is wrong with the log, and whether anchoring keeps up; times in epoch ms, roots in hex.
 * @throws AppError UNAUTHENTICATED without the scope `console:read`
 */
export async function showLog(
  ctx: Pick<Context, "store" | "config" | "clock" | "actor">,
  chainWord: ChainWord | null,
) {
  reachOf(ctx.actor);
  const found = await ctx.store.as({ role: "worker" }, async (tx) => {
    const anchored = await newestAnchor(tx);
    return {
      anchored,
      chain: await readChainState(tx),
      entries: await countEntries(tx),
      waitingSince: await appendedAt(tx, anchored?.size ?? 0),
      checkpoints: await newestCheckpoints(tx, checkpointsShown),
      seals: await newestSeals(tx, sealsShown),
      troubles: await readLogTroubles(tx),
    };
  });
  const { anchored, chain, entries, troubles } = found;
  const waitsMs = found.waitingSince === null ? 0 : ctx.clock() - found.waitingSince;
  const isLate = waitsMs > patience * ctx.config.anchorMaxAgeMs;
  return {
    origin: ctx.config.logOrigin,
    logId: chain?.logId ?? null,
    ...{ entries, waiting: Math.max(entries - (anchored?.size ?? 0), 0) },
    state: logState({
      ...{ hasContract: chain !== null, hasAnchor: anchored !== null, chainWord, isLate },
      isForked: troubles.some(({ kind }) => kind === "log-fork"),
    }),
    troubles,
    chain: chain && { class: classOf(ctx.config), chainId: chain.chainId, contract: chain.contract },
    anchored: anchored && { size: anchored.size, root: toHex(anchored.root), at: anchored.at },
    checkpoints: found.checkpoints.map((each) => ({ ...each, root: toHex(each.root) })),
    seals: found.seals.map(({ day, size, root }) => ({ day: dateOf(day), size, root: toHex(root) })),
  };
}

/** The embedded chain is the operator's, whatever is set. */
function classOf({ chainRpcUrl, chainClass }: Context["config"]) {
  return chainRpcUrl === undefined ? "operator" : chainClass;
}

/** A day by its number since 1970, as a date. */
function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
