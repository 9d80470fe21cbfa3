import type { Config } from "#config";
import type { AliasMap } from "#services/formats/open-sparkplug.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { type DecodedMessage, decodeAside, type SignedMessage } from "./decode-message.ts";

/**
 * Decodes a message by what the register says of its gateway; a Sparkplug message by its aliases besides. One with a
 * signature is read once that is checked.
 */
export type Decode = (
  message: InboxMessage,
  gateway: GatewayFacts | undefined,
  aliases?: AliasMap | null,
) => DecodedMessage | SignedMessage;

/** The readers' decoder, within the limits that the settings name. */
export function decodeWith(
  config: Pick<Config, "maxMessageBytes" | "maxInflatedBytes" | "maxReadingsPerMessage">,
): Decode {
  const limits = {
    maxBytes: config.maxMessageBytes,
    maxInflatedBytes: config.maxInflatedBytes,
    maxReadings: config.maxReadingsPerMessage,
  };
  return (message, gateway, aliases) => decodeAside(message, gateway, limits, aliases);
}
