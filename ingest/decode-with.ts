import type { Config } from "#config";
import { decodeMessage } from "./decode-message.ts";
import type { Decode } from "./tracker.ts";

/** The decoder within the limits that the settings name. */
export function decodeWith(
  config: Pick<Config, "maxMessageBytes" | "maxInflatedBytes" | "maxReadingsPerMessage">,
): Decode {
  const limits = {
    maxBytes: config.maxMessageBytes,
    maxInflatedBytes: config.maxInflatedBytes,
    maxReadings: config.maxReadingsPerMessage,
  };
  return (message, gateway, aliases) => decodeMessage(message, gateway, limits, aliases);
}
