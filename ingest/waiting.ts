import type { AppError } from "#domain/errors.ts";
import type { NewInboxMessage } from "#store/inbox.ts";

/** Told once what became of a message: null when it is durable. A callback, as there are thousands a second. */
export type Settled = (fault: AppError | null) => void;

/** A message of the inbox whose id the records are yet to give: 0 till then. */
export interface Unnumbered extends NewInboxMessage {
  id: number;
}

/** A message that is to become durable, and whom to tell. */
export interface Waiting {
  readonly row: Unnumbered;
  readonly since: number;
  readonly settled: Settled;
}
