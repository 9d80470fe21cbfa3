import { type InboundMessage, type Lane, retainedLane } from "./message.ts";
import type { RouteOf } from "./topic-routes.ts";

/** A message of an outside broker with its gateway and lane by its topic; one of nobody's is named by its third level. */
export function toLane(
  route: RouteOf,
  heard: Pick<InboundMessage, "topic" | "payload" | "door" | "receivedAt">,
  isRetained = false,
): InboundMessage {
  const found = route(heard.topic);
  const gateway = found?.gateway ?? heard.topic.split("/")[2] ?? "";
  const lane: Lane = found?.lane ?? "other";
  return { gateway, lane: isRetained ? retainedLane(lane) : lane, ...heard };
}
