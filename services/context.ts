import type { Logger } from "pino";
import type { Config } from "#config";
import type { Store } from "#store/connect.ts";

/** Who asks: a machine by its API key, a person who signed in, the operator at the command line or a worker, or anybody. */
export interface Actor {
  readonly kind: "apiKey" | "person" | "system" | "public";
  readonly id: string;
  readonly tenant: string | null;
  readonly scopes: readonly string[];
}

/** What every service verb is given; built once by the command that starts it, the actor for each call. */
export interface Context {
  readonly store: Store;
  readonly config: Config;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
  readonly actor: Actor;
}
