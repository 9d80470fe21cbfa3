import { describe, expect, it } from "vitest";
import { settleTime } from "./settle-time.ts";

const now = 1_000_000_000;
const unsigned = { now, graceMs: 900_000, backdatingMs: 259_200_000, signer: null };
const signed = { ...unsigned, signer: "scanner" };

describe("settleTime", () => {
  it("counts from now when no time is stated", () => {
    expect(settleTime(undefined, unsigned)).toEqual({
      since: now,
      signedBy: null,
      offline: false,
      refused: false,
    });
  });

  it("keeps an unsigned time up to the grace and not a millisecond more", () => {
    expect(settleTime(now - 900_000, unsigned)).toMatchObject({ since: now - 900_000, refused: false });
    expect(settleTime(now - 900_001, unsigned)).toMatchObject({ since: now, refused: true });
  });

  it("keeps a time signed offline up to 72 h and not a millisecond more", () => {
    const kept = settleTime(now - 259_200_000, signed);
    expect(kept).toEqual({ since: now - 259_200_000, signedBy: "scanner", offline: true, refused: false });
    expect(settleTime(now - 259_200_001, signed)).toMatchObject({
      since: now,
      offline: false,
      refused: true,
    });
  });

  it("keeps any time of a replay, never as stated offline", () => {
    expect(settleTime(1, signed, true)).toMatchObject({ since: 1, offline: false, refused: false });
  });
});
