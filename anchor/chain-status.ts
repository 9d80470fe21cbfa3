/**
 * How the chain fares: `absent` = there is no part for it here; `fork` = anchoring stopped until a person decides;
 * `disagree` = its endpoints contradict one another, and `costly` = it asks for more than we may pay: anchoring pauses.
 */
export type ChainStatus = "up" | "down" | "absent" | "fork" | "disagree" | "costly";
