/** How far back a statement may count, and on whose word (design §6, "No back-dating"); times in epoch ms. */
export interface Terms {
  readonly now: number;
  readonly graceMs: number;
  readonly backdatingMs: number;
  /** The enrolled offline key that signed the file for this organisation. */
  readonly signer: string | null;
}

/** From when a statement counts, and why it may. */
export interface Settled {
  readonly since: number;
  readonly signedBy: string | null;
  readonly offline: boolean;
  /** The time stated was too far back, so that it counts from now. */
  readonly refused: boolean;
}

/**
 * From when a statement counts: from the time stated if that is ≤ graceMs ago, or ≤ backdatingMs ago and signed
 * offline; else from now. What a replay gateway measures keeps its times, since nothing it measures can be compliant.
 */
export function settleTime(stated: number | undefined, terms: Terms, replay = false): Settled {
  const since = stated ?? terms.now;
  const ageMs = terms.now - since;
  const signedBy = terms.signer;
  if (replay) return { since, signedBy, offline: false, refused: false };
  if (signedBy !== null && ageMs <= terms.backdatingMs) {
    return { since, signedBy, offline: stated !== undefined, refused: false };
  }
  const refused = ageMs > terms.graceMs;
  return { since: refused ? terms.now : since, signedBy, offline: false, refused };
}
