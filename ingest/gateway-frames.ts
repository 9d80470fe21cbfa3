import { EventEmitter } from "node:events";

/** A packet as it passed through the broker inside the process, before anything was changed in it. */
export interface Frame {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: number;
  readonly retain: boolean;
  /** Whether the broker had kept it from before. */
  readonly isOld: boolean;
  /** Whether the broker sent it, because the connection ended without a word. */
  readonly isWill: boolean;
  readonly at: number;
}

/** What passes of gateways, for who watches one. */
export interface GatewayFrames {
  /** Hears a gateway's packets from now on; what it gives back ends that. */
  hear(gateway: string, listener: (frame: Frame) => void): () => void;
  /** Tells those who hear this gateway; without them no frame is made. */
  tell(gateway: string, frame: () => Frame): void;
}

/** Opens it; nobody hears anything yet. */
export function createGatewayFrames(): GatewayFrames {
  const frames = new EventEmitter<Record<string, [Frame]>>();
  return {
    hear: (gateway, listener) => {
      frames.on(`${gateway} frame`, listener);
      return () => void frames.off(`${gateway} frame`, listener);
    },
    tell: (gateway, frame) => {
      const name = `${gateway} frame`;
      if (frames.listenerCount(name) > 0) frames.emit(name, frame());
    },
  };
}
