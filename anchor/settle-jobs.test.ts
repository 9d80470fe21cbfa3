import { describe, expect, it } from "vitest";
import type { AnchorJob, AnchorState } from "#store/anchor-jobs.ts";
import { nextStep, settleJob } from "./settle-jobs.ts";

const job = (newSize: number, state: AnchorState, more: Partial<AnchorJob> = {}): AnchorJob => ({
  ...{ newSize, oldSize: 0, root: new Uint8Array(32), state, nonce: null, rawTx: null, txHash: null },
  ...{ createdAt: 0, sentAt: null, blockNumber: null, anchoredAt: null, attempts: 0 },
  ...more,
});
const head = (size: number) => ({ size, anchoredAt: size * 1_000 });

describe("what the chain's heads say of a job", () => {
  const settled = (state: AnchorState, latest: number, finalized: number) => {
    const found = settleJob(job(10, state), head(latest), head(finalized));
    return found.step === "change" ? found.change.state : found.step;
  };

  it("is included at the latest head and final at the finalized one", () => {
    expect(settled("sent", 10, 0)).toBe("included");
    expect(settled("included", 10, 0)).toBe("keep");
    expect(settled("included", 10, 10)).toBe("final");
    expect(settled("signed", 10, 10)).toBe("final");
    expect(settled("final", 20, 10)).toBe("keep");
  });

  it("goes out again when the chain took it back", () => {
    const inBlock = job(10, "included", { rawTx: "0x", nonce: 3, blockNumber: 7, anchoredAt: 9, sentAt: 8 });
    const change = { state: "signed", sentAt: null, blockNumber: null, anchoredAt: null };
    expect(settleJob(inBlock, head(5), head(5))).toEqual({ step: "change", change });
    expect(settled("included", 5, 5)).toBe("planned");
    expect(settled("final", 0, 0)).toBe("planned");
    expect(settled("sent", 5, 5)).toBe("keep");
  });

  it("is not called final while nobody confirms the finalized head", () => {
    expect(settleJob(job(10, "sent"), head(10), null)).toMatchObject({ change: { state: "included" } });
    expect(settleJob(job(10, "included"), head(11), null).step).toBe("keep");
    expect(settleJob(job(10, "final"), head(10), null).step).toBe("keep");
  });

  it("is superseded when the head went past it, unless a receipt proves it", () => {
    expect(settled("planned", 11, 11)).toBe("superseded");
    expect(settled("included", 11, 0)).toBe("keep");
    expect(settled("included", 11, 11)).toBe("ask-receipt");
  });
});

describe("the next step", () => {
  const chain = { size: 4, nonce: 7, block: 100, now: 50_000 };
  const sent = { rawTx: "0x", oldSize: 4, nonce: 7, sentAt: 40_000, blockNumber: 99 };

  it("signs the newest planned size and skips those between", () => {
    expect(nextStep([job(5, "planned"), job(9, "planned"), job(3, "included")], chain)).toMatchObject({
      step: "sign",
      job: { newSize: 9 },
    });
    expect(nextStep([job(4, "included")], chain)).toEqual({ step: "nothing" });
  });

  it("sends what was signed for this head, even when something newer is planned", () => {
    expect(nextStep([job(5, "signed", sent), job(9, "planned")], chain)).toMatchObject({
      step: "send",
      job: { newSize: 5 },
    });
  });

  it("C8: signs anew when the head moved or the nonce is burnt", () => {
    expect(nextStep([job(5, "sent", { ...sent, oldSize: 3 })], chain).step).toBe("sign");
    expect(nextStep([job(5, "sent", { ...sent, nonce: 6 })], chain).step).toBe("sign");
    expect(nextStep([job(5, "sent", { ...sent, nonce: 8 })], chain).step).toBe("sign");
  });

  it("waits for what was sent, then makes it dearer after 30 s or 3 blocks", () => {
    expect(nextStep([job(5, "sent", sent)], chain)).toEqual({ step: "nothing" });
    expect(nextStep([job(5, "sent", { ...sent, sentAt: 20_000 })], chain).step).toBe("bump");
    expect(nextStep([job(5, "sent", { ...sent, blockNumber: 97 })], chain).step).toBe("bump");
  });
});
