/** The live stream as it stands; times in epoch ms by this device's clock. */
export interface StreamState {
  readonly connected: boolean;
  /** Since when it is connected, or not. */
  readonly changedMs: number;
}

/** Whether what is on the screen is what is; if not, since when it is not followed any more. */
export type Liveness = { readonly live: true } | { readonly live: false; readonly sinceMs: number };

/** A stream that says nothing for so long is taken for dead: a fetch every minute should have been heard. */
const silentMaxMs = 120_000;
/** How long a first connection, or one that broke, may take before it is told. */
const connectingMaxMs = 15_000;

/** Whether the data, last heard at `heardMs`, may be shown as live. A stream that is down never counts as live for long. */
export function livenessOf(stream: StreamState, heardMs: number, nowMs: number): Liveness {
  if (nowMs - heardMs > silentMaxMs) return { live: false, sinceMs: heardMs };
  if (!stream.connected && nowMs - stream.changedMs > connectingMaxMs)
    return { live: false, sinceMs: stream.changedMs };
  return { live: true };
}
