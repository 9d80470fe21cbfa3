import type { TrustFile } from "#domain/log/bundle.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import type { AnvilChain, OutsideChain } from "./chain.ts";
import { ChainRound } from "./chain-round.ts";
import type { ChainStatus } from "./chain-status.ts";
import type { SigningKey } from "./keys.ts";
import type { Funds } from "./read-funds.ts";
import { createRecordsRound } from "./records-round.ts";
import { oneAtATime, repeat } from "./repeat.ts";
import type { AnchorContext } from "./settings.ts";
import { Witness } from "./witness.ts";

/** How anchoring fares; sizes in entries, `asOf` the time of the newest final anchor (epoch ms). */
interface AnchorStatus {
  readonly chain: ChainStatus;
  readonly detail: string | null;
  readonly anchoredSize: number | null;
  readonly finalSize: number | null;
  readonly asOf: number | null;
  /** What the account that pays has; null on the chain of our own, and before it was asked. */
  readonly funds: Funds | null;
}

/** The room that fixes history, at work. */
export interface Anchor {
  status(): AnchorStatus;
  /** What verifiers pin; null before the first contract. */
  trust(): TrustFile | null;
  /** A call to the chain, for the relay and the audit; null while it isn't connected. */
  rpc(): Rpc | null;
  /** Where anyone may ask the chain; null while it isn't connected. */
  rpcUrl(): string | null;
  /** In words: which chain this is and who runs it. */
  describe(): string;
  /** Seals, appends and anchors everything that waits now; true once it is final, false where the chain can't. */
  anchorNow(): Promise<boolean>;
  stop(): Promise<void>;
}

/** What anchoring is started with. */
export interface AnchorParts extends AnchorContext {
  readonly chainSettings: OutsideChain | AnvilChain;
  readonly logKey: SigningKey;
  readonly receiptKey: SigningKey;
}

const recordsPauseMs = 500;
const settledPauseMs = 5_000;
const workPauseMs = 1_000;
const downPauseMaxMs = 30_000;
const roundsNowMax = 60;

/** Starts sealing, appending and anchoring. Nothing is waited for: whatever is down at first is caught up with later. */
export function startAnchor(parts: AnchorParts): Anchor {
  const chainSide = new ChainRound(parts, parts.chainSettings, parts.logKey);
  const recordsRound = oneAtATime(
    createRecordsRound(parts, { log: parts.logKey, receipt: parts.receiptKey }),
  );
  const chainRound = oneAtATime(() => chainSide.run());
  const chainLoop = repeat(pacedRounds(chainSide, chainRound));
  const recordsLoop = repeat(async () => {
    const { planned, hasMore } = await recordsRound(false);
    if (planned !== null) chainLoop.wake();
    return hasMore ? 0 : recordsPauseMs;
  });
  const witnesses = startWitnesses(parts, () => chainSide.mirrored);
  return {
    status: () => statusOf(chainSide),
    trust: () => chainSide.trust,
    rpc: () => chainSide.chain?.rpc ?? null,
    rpcUrl: () => chainSide.chain?.rpcUrl ?? null,
    describe: () => describeChain(chainSide, parts.chainSettings),
    async anchorNow() {
      while ((await recordsRound(true)).hasMore);
      for (let round = 0; round < roundsNowMax; round += 1) {
        if (await chainRound()) return true;
        if (chainSide.status.chain !== "up") return false;
      }
      return false;
    },
    async stop() {
      await Promise.all([recordsLoop, chainLoop, ...witnesses].map((one) => one.stop()));
      await chainSide.stop();
    },
  };
}

function startWitnesses({ store, log, config }: AnchorParts, durable: () => number): Witness[] {
  const { witnessUrls = [], witnessKeys = [] } = config;
  return witnessKeys.flatMap((key, at) => {
    const url = witnessUrls[at];
    return url === undefined ? [] : [new Witness({ store, log, durable }, { url, key })];
  });
}

/** A settled chain is looked at now and then; one that is down is asked ever more rarely. */
function pacedRounds(chainSide: ChainRound, round: () => Promise<boolean>): () => Promise<number> {
  let downPauseMs = workPauseMs;
  return async () => {
    const isSettled = await round();
    if (chainSide.status.chain === "up") downPauseMs = workPauseMs;
    else downPauseMs = Math.min(2 * downPauseMs, downPauseMaxMs);
    if (chainSide.status.chain !== "up") return downPauseMs;
    return isSettled ? settledPauseMs : workPauseMs;
  };
}

function statusOf({ status, standing, funds }: ChainRound): AnchorStatus {
  return {
    ...status,
    anchoredSize: standing?.latest ?? null,
    finalSize: standing?.finalized ?? null,
    asOf: standing?.asOf ?? null,
    funds,
  };
}

function describeChain(chainSide: ChainRound, settings: OutsideChain | AnvilChain): string {
  if (settings.kind === "outside")
    return `chain ${chainSide.chain?.chainId ?? ""} (${settings.chainClass ?? "operator"})`;
  if (chainSide.status.chain === "absent") return "none: anvil is not available here, nothing is anchored";
  return "embedded anvil: proves nothing to outsiders, because the operator runs it";
}
