import type { Logger } from "pino";
import type { Config } from "#config";
import type { Store } from "#store/connect.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";

/** The settings that sealing and anchoring go by. */
export type AnchorConfig = Pick<
  Config,
  | "dataDir"
  | "mirrorDir"
  | "logOrigin"
  | "sealGraceMs"
  | "offlineBackdatingMs"
  | "anchorMaxAgeMs"
  | "anchorMaxEntries"
  | "anchorUrgentMs"
  | "anchorFeeMaxGwei"
  | "anchorSpendMaxGwei"
  | "anchorKey"
  | "anchorKeyFile"
  | "anchorSignerUrl"
  | "anchorAccount"
  | "contractAddress"
  | "witnessUrls"
  | "witnessKeys"
  | "testCrashAt"
>;

/** What every part of the anchor room is given. */
export interface AnchorContext {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly config: AnchorConfig;
  readonly clock: () => number;
  readonly log: Logger;
}
