import { describe, expect, it } from "vitest";
import { sayIn } from "../words.ts";
import { gatewayState, gatewayTones, gatewayWords } from "./gateway-state.ts";

const now = Date.parse("2026-03-14T04:00:00.000Z");
const at = (agoMs: number) => new Date(now - agoMs).toISOString();
const fresh = {
  acceptedAt: at(600_000),
  lastReceivedAt: null,
  revokedAt: null,
  skewMs: null,
};
const en = (gateway: typeof fresh | object) => gatewayWords({ ...fresh, ...gateway }, now, sayIn("en"));

describe("the state of a gateway", () => {
  it("waits for its first message, then tells when the last one came", () => {
    expect(gatewayState(fresh)).toBe("waiting");
    expect(en({})).toEqual({
      state: "Waiting for its first message that counts",
      more: "claimed or registered 11:50",
    });
    expect(gatewayState({ ...fresh, lastReceivedAt: at(90_000) })).toBe("heard");
    expect(en({ lastReceivedAt: at(120_000) })).toEqual({ state: "Last message 2 min ago", more: null });
  });

  it("is revoked whatever was heard of it", () => {
    const revoked = { ...fresh, lastReceivedAt: at(0), revokedAt: at(3_600_000) };
    expect(gatewayState(revoked)).toBe("revoked");
    expect(en(revoked).more).toContain("11:00");
  });

  it("says to which side its clock is off, from two minutes on", () => {
    const more = (skewMs: number) => en({ lastReceivedAt: at(0), skewMs }).more;
    expect(more(120_000)).toBeNull();
    expect(more(180_000)).toBe("its clock is about 3 min behind");
    expect(more(-180_000)).toBe("its clock is about 3 min ahead");
  });

  it("never looks as if all were well", () => {
    expect(Object.values(gatewayTones)).not.toContain("good");
  });
});
