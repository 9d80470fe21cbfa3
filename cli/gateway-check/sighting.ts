/** What a watcher at the broker can see of one gateway, each with the moment it was seen (`at`, epoch ms). */

/** A message of the gateway; the faults say what a server would refuse it for. */
export interface MessageSeen {
  readonly kind: "message";
  readonly at: number;
  readonly lane: "data" | "hist";
  readonly qos: number;
  readonly retain: boolean;
  /** SHA-256 of the payload, hex. */
  readonly hash: string;
  /** Which message it is; null when it doesn't say. */
  readonly position: { readonly boot: number; readonly seq: number } | null;
  /** The gateway's clock, epoch ms or ms since start. */
  readonly sent: number;
  readonly readings: readonly unknown[];
  readonly isSigned: boolean;
  readonly shapeFault: string | null;
  readonly signatureFault: string | null;
}

/** What the gateway, or its last will, says of its connection; `online` null when it says it in no way we know. */
export interface StatusSeen {
  readonly kind: "status";
  readonly at: number;
  readonly online: boolean | null;
  readonly retain: boolean;
  /** Whether the broker had kept it from before the watch. */
  readonly isOld: boolean;
  /** Whether it is the last will; null where the broker doesn't tell that from the device's own word. */
  readonly isWill: boolean | null;
}

type Ranges = readonly (readonly [number, number])[];

/** A receipt or command of ours whose signature holds. */
export interface AnswerSeen {
  readonly kind: "receipt" | "command";
  readonly at: number;
  readonly boot: number;
  readonly ranges: Ranges;
}

export type Sighting = MessageSeen | StatusSeen | AnswerSeen;

/** Whether a range of numbers holds this one, ends included. */
export function isWithin(ranges: Ranges, seq: number): boolean {
  return ranges.some(([from, to]) => seq >= from && seq <= to);
}
