import type { AliasMap } from "#services/formats/open-sparkplug.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { type DecodedMessage, decodeMessage, type MessageLimits } from "./decode-message.ts";

/** Decodes messages for the tracker and, from memory where it is fresh, for the projector. */
export interface Decoder {
  /** For the tracker: decodes and remembers. */
  decode(message: InboxMessage, gateway: GatewayFacts | undefined): DecodedMessage;
  /**
   * For the projector: what the tracker made of it, decoded again after a restart or a long wait. A Sparkplug message always
   * is, by its aliases, which the tracker keeps only as it goes.
   */
  recall(message: InboxMessage, gateway: GatewayFacts | undefined, aliases: AliasMap | null): DecodedMessage;
  /** Lets go of what the projector has done with. */
  forgetUpTo(inboxId: number): void;
}

const bytesMax = 8 * 1024 * 1024;

/** Checking a signature costs most of a message's time, so it is done once while the projector keeps up. */
export function createDecoder(limits: MessageLimits): Decoder {
  const remembered = new Map<number, { decoded: DecodedMessage; bytes: number }>();
  let bytes = 0;
  return {
    decode: (message, gateway) => {
      const decoded = decodeMessage(message, gateway, limits);
      if (gateway?.source?.kind === "sparkplug") return decoded;
      if (bytes < bytesMax && !remembered.has(message.id)) {
        const size = sizeOf(message, decoded);
        remembered.set(message.id, { decoded, bytes: size });
        bytes += size;
      }
      return decoded;
    },
    recall: (message, gateway, aliases) =>
      remembered.get(message.id)?.decoded ?? decodeMessage(message, gateway, limits, aliases),
    forgetUpTo: (id) => {
      for (const [known, entry] of remembered) {
        if (known > id) break;
        bytes -= entry.bytes;
        remembered.delete(known);
      }
    },
  };
}

/** What was unpacked from a few bytes may be large. */
function sizeOf({ payload }: InboxMessage, decoded: DecodedMessage): number {
  return Math.max(payload.length, decoded.kind === "readings" ? decoded.unpackedBytes : 0);
}
