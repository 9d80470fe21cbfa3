/** The message that used a sequence number first. */
export interface TrackedMessage {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly boot: number;
  readonly seq: number;
  readonly inboxId: number;
  readonly sha256: Uint8Array;
  readonly kid: string | null;
  readonly receivedAt: number;
}

/** One boot of one gateway. */
export type BootKey = Pick<TrackedMessage, "tenantId" | "gatewayId" | "boot">;
/** One sequence number of one boot of one gateway. */
export type SequenceKey = BootKey & Pick<TrackedMessage, "seq">;
/** A tracked message as a query gives it. */
export type TrackedRow = TrackedMessage & Record<string, unknown>;

/** A sequence number as the key of a map. */
export function seqText({ tenantId, gatewayId, boot, seq }: SequenceKey): string {
  return `${tenantId}/${gatewayId}/${boot}/${seq}`;
}
