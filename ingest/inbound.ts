import { type InboundMessage, type Lane, retainedLane } from "./message.ts";
import type { RouteOf } from "./topic-routes.ts";

/** A message of an outside broker with its gateway and lane by its topic; one of nobody's is named by its third level. */
export function toLane(
  route: RouteOf,
  { topic, payload, receivedAt }: Pick<InboundMessage, "topic" | "payload" | "receivedAt">,
  isRetained = false,
): InboundMessage {
  const found = route(topic);
  const gateway = found?.gateway ?? topic.split("/")[2] ?? "";
  const lane: Lane = found?.lane ?? "other";
  const door = "collector";
  return { gateway, topic, lane: isRetained ? retainedLane(lane) : lane, payload, door, receivedAt };
}
