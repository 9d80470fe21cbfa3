/**
 * What anchoring says of the chain, where it runs in this process: `absent` = there is no part for it here, `disagree` = its
 * endpoints contradict one another, `costly` = it asks for more than we may pay.
 */
export type ChainWord = "up" | "down" | "absent" | "fork" | "disagree" | "costly";

/** What is known of the log and its chain; `chainWord` is null in a process that doesn't anchor. */
interface LogFacts {
  readonly hasContract: boolean;
  readonly hasAnchor: boolean;
  readonly chainWord: ChainWord | null;
  /** An alarm that lasts says so: whoever anchors may be another process. */
  readonly isForked: boolean;
  /** An entry has waited for longer than it should. */
  readonly isLate: boolean;
}

/**
 * How the log stands towards its chain. Only who watches the chain, and reaches it, knows that it holds no other history:
 * nobody else says `anchored`, and nobody says it of a log that never was.
 */
export function logState(facts: LogFacts): "anchored" | "behind" | "fork" | "no-chain" | "unknown" {
  const { hasContract, hasAnchor, chainWord, isLate, isForked } = facts;
  if (chainWord === "fork" || isForked) return "fork";
  if (!hasContract || chainWord === "absent") return "no-chain";
  if (isLate || !hasAnchor) return "behind";
  return chainWord === "up" ? "anchored" : "unknown";
}
