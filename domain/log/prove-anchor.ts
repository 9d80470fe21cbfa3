/** How far a checkpoint is anchored: decided from the contract's state, the days' seals and one receipt. */
import type { Proofs, TrustFile, VerificationResult } from "./bundle.ts";
import { type ChainHead, ChainView, type Rpc, sealDigest } from "./chain-view.ts";

/** The tree that is said to be anchored; root in hex. */
export interface AnchorClaim {
  readonly bundle: Pick<Proofs, "anchor" | "days">;
  readonly size: number;
  readonly root: string;
  /** The first UTC day (number since 1970) whose seal the answer relies on; null relies on none. */
  readonly firstDay: number | null;
  /** The lot's revocation subject, hex; null where the code belongs to no known lot. */
  readonly revocation: string | null;
}

/**
 * The result with a reason in plain words where it helps. `asOf` (epoch ms) is when this tree was anchored, also where
 * something after that was refused; null where it is not proved to be anchored.
 */
export interface AnchorProof {
  readonly result: VerificationResult;
  readonly asOf: number | null;
  readonly chainTime: number | null;
  readonly reasons: readonly string[];
}

const dayMs = 86_400_000;
/** How far back the newest seal before the first day is looked for: one call of the contract. */
const lookBackDays = 399;
/** The contract numbers days in 32 bits: none from here on has a seal. */
const dayLimit = 2 ** 32;

/** Asks the chain; an endpoint that fails, lies about its chain or answers nonsense gives CHAIN_UNREACHABLE. */
export async function proveAnchor(claim: AnchorClaim, trust: TrustFile, rpc: Rpc): Promise<AnchorProof> {
  try {
    return await askChain(claim, trust, new ChainView(rpc, trust.contract, trust.logId));
  } catch (fault) {
    return failed("CHAIN_UNREACHABLE", `the chain could not be asked: ${(fault as Error).message}`);
  }
}

async function askChain(claim: AnchorClaim, trust: TrustFile, chain: ChainView): Promise<AnchorProof> {
  if ((await chain.chainId()) !== trust.chainId) {
    return failed("CHAIN_UNREACHABLE", "the endpoint speaks for another chain than the trust file names");
  }
  if ((await chain.codeHash()) !== trust.codeHash.toLowerCase()) {
    return failed("ANCHOR_UNPROVED", "the contract at that address has other code than the trust file names");
  }
  const chainTime = (await chain.blockAt("latest")).at;
  const heads = { finalized: await chain.head("finalized"), latest: await chain.head("latest") };
  const anchored = await anchorOf(claim, chain, heads);
  if (anchored.asOf === null) return anchored;
  const proved = { ...anchored, chainTime, reasons: standingOf(heads.latest) };
  const refused =
    (await checkSeals(claim, chain, anchored.asOf)) ??
    (await checkRetirement(chain, heads.latest, anchored.asOf)) ??
    (await checkRevocation(claim, chain));
  return refused === null ? proved : { ...proved, result: refused.result, reasons: refused.reasons };
}

/** Finalized head first, then the latest; a size between two heads is proved by its transaction or a day's seal. */
async function anchorOf(
  claim: AnchorClaim,
  chain: ChainView,
  heads: Readonly<Record<"finalized" | "latest", ChainHead>>,
): Promise<AnchorProof> {
  for (const tag of ["finalized", "latest"] as const) {
    const result = tag === "finalized" ? "VALID_FINAL" : "VALID_PROVISIONAL";
    const head = heads[tag];
    if (head.size === claim.size) {
      return head.root === claim.root
        ? anchoredAt(result, head.anchoredAt)
        : failed("FORK_DETECTED", "the chain holds another root for this size");
    }
    if (head.size > claim.size) {
      const at = await provedBefore(claim, chain, tag);
      if (at !== null) return anchoredAt(result, at);
      if (tag === "latest")
        return failed(
          "ANCHOR_UNPROVED",
          "the head moved on, and neither a transaction nor a seal proves this size",
        );
    }
  }
  return failed("NOT_ANCHORED_YET", "this state of the log is not on the chain yet");
}

async function provedBefore(
  claim: AnchorClaim,
  chain: ChainView,
  tag: "finalized" | "latest",
): Promise<number | null> {
  const seal = claim.bundle.days.find((day) => day.size === claim.size && day.root === claim.root);
  if (seal !== undefined && (await chain.seals(seal.day, seal.day)).get(seal.day) === sealDigest(seal)) {
    return seal.anchoredAt;
  }
  if (claim.bundle.anchor.tx === null) return null;
  const found = await chain.anchoredBy(claim.bundle.anchor.tx);
  if (found === null || found.size !== claim.size || found.root !== claim.root) return null;
  return found.block <= (await chain.blockAt(tag)).number ? found.at : null;
}

/**
 * Every seal since the first day relied on must be in the bundle, and be what the contract keeps; and the newest seal
 * before it, under which the code's stream must not exist yet: else a second version of it would look like a new code.
 */
async function checkSeals(claim: AnchorClaim, chain: ChainView, asOf: number): Promise<AnchorProof | null> {
  const stated = new Map(claim.bundle.days.map((day) => [day.day, day]));
  const firstRelied = claim.firstDay === null ? Number.POSITIVE_INFINITY : claim.firstDay - lookBackDays;
  const first = Math.max(0, Math.min(...stated.keys(), firstRelied));
  if (!Number.isFinite(first)) return null;
  const sealed = await sealsOf(chain, first, Math.floor(asOf / dayMs), stated.keys());
  for (const [day, seal] of stated) {
    if (sealed.get(day) !== sealDigest(seal))
      return failed("FORK_DETECTED", `the seal of day ${day} is not the one on the chain`);
    if (seal.size > claim.size) return failed("MALFORMED", `day ${day} is newer than the checkpoint`);
  }
  const left = daysRelied(claim.firstDay, sealed, asOf).find((day) => !stated.has(day));
  return left === undefined
    ? null
    : failed("ANCHOR_UNPROVED", `the bundle leaves out the seal of day ${left}`);
}

/** Seals from the first day to the anchor's; days after it that a bundle claims one by one, so that none makes a loop of it. */
async function sealsOf(
  chain: ChainView,
  first: number,
  last: number,
  claimed: Iterable<number>,
): Promise<Map<number, string>> {
  const sealed = await chain.seals(first, last);
  for (const day of claimed) {
    if (day <= last || day >= dayLimit) continue;
    for (const [later, digest] of await chain.seals(day, day)) sealed.set(later, digest);
  }
  return sealed;
}

function daysRelied(firstDay: number | null, sealed: ReadonlyMap<number, string>, asOf: number): number[] {
  if (firstDay === null) return [];
  const ended = [...sealed.keys()].filter((day) => dayEnds(day) <= asOf);
  const before = Math.max(...ended.filter((day) => day < firstDay));
  return ended.filter((day) => day === before || day >= firstDay);
}

/** A retired log keeps what its seals cover up to a day (design §5): what was anchored after that day's end isn't its own. */
async function checkRetirement(chain: ChainView, head: ChainHead, asOf: number): Promise<AnchorProof | null> {
  if (!head.isRetired) return null;
  const { day, successorId } = await chain.retirement();
  if (asOf < dayEnds(day)) return null;
  const next = successorId === null ? "no log follows it" : `log ${successorId} goes on`;
  return failed(
    "ANCHOR_UNPROVED",
    `the log was retired and this was anchored after day ${day}, the last that counts; ${next}`,
  );
}

/** What whoever reads a good result should know of the log. */
function standingOf({ isFrozen, isRetired }: ChainHead): string[] {
  return [
    ...(isRetired
      ? ["the log was retired: what is shown was sealed before that, and nothing new will be"]
      : []),
    ...(isFrozen ? ["the log is frozen on chain for some days: nothing new is anchored meanwhile"] : []),
  ];
}

async function checkRevocation(claim: AnchorClaim, chain: ChainView): Promise<AnchorProof | null> {
  if (claim.revocation === null) return null;
  const { since, until } = await chain.revocation(claim.revocation);
  if (since === 0 || until !== 0) return null;
  return failed("REVOKED", `the lot was recalled on chain at ${new Date(since).toISOString()}`);
}

function anchoredAt(result: VerificationResult, asOf: number): AnchorProof {
  return { result, asOf, chainTime: null, reasons: [] };
}

function dayEnds(day: number): number {
  return (day + 1) * dayMs;
}

function failed(result: VerificationResult, reason: string): AnchorProof {
  return { result, asOf: null, chainTime: null, reasons: [reason] };
}
