import type { TrustFile } from "#domain/log/bundle.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { ChainView, type Rpc } from "#domain/log/chain-view.ts";
import { newestFinalJobs } from "#store/anchor-jobs.ts";
import { oldestCheckpointAbove } from "#store/checkpoints.ts";
import type { Store } from "#store/connect.ts";
import { type Finding, type FindingKind, timeText } from "./finding.ts";
import type { PublicRoot } from "./replay-log.ts";
import { type SealingPatience, slackMs } from "./sealing-patience.ts";

/** The chain that records are held against; without it, or without a trust file, against their own checkpoints only. */
export interface CheckedChain {
  readonly rpc: Rpc | null;
  readonly trust: TrustFile | null;
}

/** What holding the records against the contract's head came to. */
export interface AuditedChain {
  readonly findings: readonly Finding[];
  /** The head that the contract holds of our log, as a root to meet; none before the first anchor. */
  readonly roots: readonly PublicRoot[];
  /** How many entries that head holds. */
  readonly anchored: number;
  /** Where more may be asked; nowhere when it is another chain or contract than the trust file names. */
  readonly chain: CheckedChain;
}

const nowhere: CheckedChain = { rpc: null, trust: null };

/**
 * Asks for the head that the contract holds of our log: of the chain and the code that the trust file names only, and it must hold no
 * less than the records say was final there, and what was closed longer ago than anchoring may take.
 * @throws ChainError when the endpoint can't answer
 */
export async function auditChain(
  store: Store,
  { rpc, trust }: CheckedChain,
  { now }: Pick<SealingPatience, "now">,
): Promise<AuditedChain> {
  const nothing = { findings: [], roots: [], anchored: 0, chain: nowhere };
  if (rpc === null || trust === null) return nothing;
  const view = new ChainView(rpc, trust.contract, trust.logId);
  const stranger = await strangerIn(view, trust);
  if (stranger !== null) return { ...nothing, findings: [found("CHAIN_DIFFERS", stranger)] };
  // Looked at first: the chain's head only grows meanwhile.
  const [final] = await store.as({ role: "worker" }, (tx) => newestFinalJobs(tx, 1));
  const { size, root } = await view.head("latest");
  const lost = `the chain holds ${size} entries of the log, and ${final?.newSize} were final there`;
  return {
    findings:
      size < (final?.newSize ?? 0) ? [found("ROOT_DIFFERS", lost)] : await notAnchored(store, size, now),
    roots: size === 0 ? [] : [{ size, root: fromHex(root), where: "the chain" }],
    anchored: size,
    chain: { rpc, trust },
  };
}

/** A checkpoint that should be on the chain by now, whatever it is that anchoring waits for. */
async function notAnchored(store: Store, size: number, now: number): Promise<Finding[]> {
  const next = await store.as({ role: "worker" }, (tx) => oldestCheckpointAbove(tx, size));
  if (next === null || next.createdAt + slackMs >= now) return [];
  const detail = `checkpoint ${next.size} of ${timeText(next.createdAt)} isn't on the chain, which holds ${size} entries`;
  return [found("NOT_SEALED", detail)];
}

/** What the endpoint is another one in than the trust file names, in words; null where it is the one. */
async function strangerIn(view: ChainView, trust: TrustFile): Promise<string | null> {
  const chainId = await view.chainId();
  if (chainId !== trust.chainId)
    return `the endpoint speaks for chain ${chainId}, the trust file names ${trust.chainId}`;
  return (await view.codeHash()) === trust.codeHash.toLowerCase()
    ? null
    : `the contract at ${trust.contract} has other code than the trust file names, or none`;
}

function found(kind: FindingKind, detail: string): Finding {
  return { kind, equipment: null, window: null, detail };
}
