/** Why a foreign message or one of its readings can't be used; each is a reason for a dead letter. */
export type FormatReason =
  | "WRONG_TOPIC"
  | "BAD_SHAPE"
  | "TOO_MANY_READINGS"
  | "BAD_VALUE"
  | "BAD_UNIT"
  | "NO_CLOCK"
  | "FUTURE_TIME"
  | "IMPLAUSIBLE";

/** A message, or a reading of it, that can't be used. */
export class FormatFault extends Error {
  readonly reason: FormatReason;

  constructor(reason: FormatReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** A reading that was found unusable before it could be given the form of a native one; `shown` is what a person sees of it. */
export class SetAside {
  readonly reason: FormatReason;
  readonly detail: string;
  readonly #shown: unknown;

  constructor(fault: FormatFault, shown: unknown) {
    this.reason = fault.reason;
    this.detail = fault.message;
    this.#shown = shown;
  }

  toJSON(): unknown {
    return this.#shown;
  }
}
