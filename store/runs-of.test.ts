import { describe, expect, it } from "vitest";
import { runsOf } from "./runs-of.ts";
import type { TrackedMessage } from "./tracked-message.ts";

const message = (seq: number, inboxId = seq, kid: string | null = null): TrackedMessage => ({
  ...{ tenantId: "t", gatewayId: "g", boot: 1, seq, inboxId, kid },
  ...{ sha256: new Uint8Array(32), receivedAt: 0 },
});
const seqsOf = (messages: TrackedMessage[]) => runsOf(messages).map((run) => run.map(({ seq }) => seq));

describe("runs of a boot's messages", () => {
  it("hold what follows one another, in order of seq, whatever order it came in", () => {
    expect(seqsOf([])).toEqual([]);
    expect(seqsOf([message(1), message(2), message(3)])).toEqual([[1, 2, 3]]);
    expect(seqsOf([message(9), message(2), message(1), message(8), message(5)])).toEqual([
      [1, 2],
      [5],
      [8, 9],
    ]);
  });

  it("end at 32 messages", () => {
    const runs = seqsOf(Array.from({ length: 70 }, (_, at) => message(at + 1)));
    expect(runs.map((run) => run.length)).toEqual([32, 32, 6]);
  });

  it("are signed by one key", () => {
    expect(seqsOf([message(1, 1, "a"), message(2, 2, "b"), message(3, 3, "b"), message(4, 4)])).toEqual([
      [1],
      [2, 3],
      [4],
    ]);
  });

  it("span at most 4,096 inbox ids, as at midnight, where ids jump, and where a later message came first", () => {
    expect(seqsOf([message(1, 100), message(2, 4_195), message(3, 4_196)])).toEqual([[1, 2], [3]]);
    expect(seqsOf([message(1, 5_000), message(2, 100), message(3, 101)])).toEqual([[1], [2, 3]]);
  });
});
