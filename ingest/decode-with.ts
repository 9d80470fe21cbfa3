import type { Config } from "#config";
import { decodeAside } from "./decode-message.ts";
import type { Decode } from "./tracker.ts";

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
