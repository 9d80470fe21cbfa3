import { describe, expect, it } from "vitest";
import { livenessOf } from "./liveness.ts";

const now = 1_000_000;

describe("what is on the screen is live", () => {
  it("while the stream stands and something was heard in the last two minutes", () => {
    expect(livenessOf({ connected: true, changedMs: 0 }, now - 60_000, now)).toEqual({ live: true });
    expect(livenessOf({ connected: true, changedMs: 0 }, now - 121_000, now)).toEqual({
      live: false,
      sinceMs: now - 121_000,
    });
  });

  it("for fifteen seconds without a stream, then it is not, however fresh the last fetch is", () => {
    expect(livenessOf({ connected: false, changedMs: now - 15_000 }, now, now)).toEqual({ live: true });
    expect(livenessOf({ connected: false, changedMs: now - 15_001 }, now, now)).toEqual({
      live: false,
      sinceMs: now - 15_001,
    });
  });
});
