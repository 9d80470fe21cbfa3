import type { ForeignMessage } from "./foreign-message.ts";
import { FormatFault } from "./format-fault.ts";
import { openChirpstack } from "./open-chirpstack.ts";
import { openMapping } from "./open-mapping.ts";
import { openThingsboard } from "./open-thingsboard.ts";
import { patternsOf, type Source, type SparkplugSource } from "./source.ts";
import { isTopicOf } from "./topic-pattern.ts";

/**
 * The readings of a message that came for a source, each as a native message would hold it or set aside by itself, 1 to
 * `most`. Depends on nothing but its arguments.
 * @throws FormatFault WRONG_TOPIC, BAD_SHAPE, TOO_MANY_READINGS where the message as a whole can't be used
 */
export function openForeign(
  source: Exclude<Source, SparkplugSource>,
  message: ForeignMessage,
  most: number,
): unknown[] {
  if (!patternsOf(source).some((pattern) => isTopicOf(pattern, message.topic))) {
    throw new FormatFault("WRONG_TOPIC", "not a topic of this gateway's source");
  }
  if (source.kind === "mapping") return openMapping(source, message, most);
  if (source.kind === "thingsboard") return openThingsboard(source, message, most);
  return openChirpstack(source, message, most);
}
