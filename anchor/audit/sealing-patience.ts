/** How long sealing may take before a check tells of it: by the settings, at the time of the check (epoch ms). */
export interface SealingPatience {
  readonly now: number;
  /** How long windows wait for readings on their way. */
  readonly sealGraceMs: number;
  /** How long an entry waits for the `heads` entry that closes its tree. */
  readonly anchorMaxAgeMs: number;
}

/** What is due may wait a while more for a projector that is behind, and for its turn. */
export const slackMs = 30 * 60_000;
