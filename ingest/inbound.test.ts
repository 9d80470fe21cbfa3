import { describe, expect, it } from "vitest";
import { toLane } from "./inbound.ts";
import { parseTopic } from "./message.ts";

const route = (topic: string) =>
  topic === "plant/1/climate" ? ({ gateway: "gw-2", lane: "data" } as const) : parseTopic(topic);
const heard = (topic: string) =>
  ({ topic, payload: new Uint8Array(), door: "collector", receivedAt: 1 }) as const;

describe("a message of an outside broker", () => {
  it.each([
    ["coldmark/v1/gw-1/data", false, "gw-1", "data"],
    ["coldmark/v1/gw-1/data", true, "gw-1", "retained"],
    ["coldmark/v1/gw-1/hist", true, "gw-1", "retained"],
    ["coldmark/v1/gw-1/status", true, "gw-1", "status"],
    ["plant/1/climate", false, "gw-2", "data"],
    ["plant/1/climate", true, "gw-2", "retained"],
    ["coldmark/v1/gw-1/else", true, "gw-1", "other"],
  ])("on %s with RETAIN %s is of %s, on lane %s", (topic, isRetained, gateway, lane) => {
    expect(toLane(route, heard(topic), isRetained)).toMatchObject({ topic, gateway, lane });
  });
});
