import type { DeadLetterReason } from "#store/dead-letters.ts";
import type { MessagePosition } from "./message.ts";

/** Why a message can't be used; with its position where it came from its gateway and says which one it is. */
export class Refusal extends Error {
  readonly reason: DeadLetterReason;
  readonly position: MessagePosition | null;

  constructor(reason: DeadLetterReason, detail: string, position: MessagePosition | null = null) {
    super(detail);
    this.reason = reason;
    this.position = position;
  }
}

/** @throws Refusal BAD_SHAPE for a key that isn't known */
export function refuseOtherKeys(
  value: Record<string, unknown>,
  known: ReadonlySet<string>,
  position: MessagePosition | null = null,
): void {
  for (const key in value) {
    if (known.has(key)) continue;
    throw new Refusal("BAD_SHAPE", `unknown key ${JSON.stringify(key.slice(0, 64))}`, position);
  }
}
