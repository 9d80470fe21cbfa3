import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "#domain/log/bytes.ts";
import { type Outbox, openOutbox } from "./outbox.ts";

function filled(count: number): Outbox {
  const outbox = openOutbox(5);
  for (let n = 1; n <= count; n += 1) outbox.add((seq) => ({ topic: "t", payload: utf8(`message ${seq}`) }));
  return outbox;
}

/** The running hash by its definition: h_n = SHA-256(h_{n-1} ‖ SHA-256(message n)). */
function hashUpTo(count: number): string {
  let hash = new Uint8Array(32);
  for (let n = 1; n <= count; n += 1)
    hash = sha256(new Uint8Array([...hash, ...sha256(utf8(`message ${n}`))]));
  return toHex(hash);
}

const seqs = (outbox: Outbox): number[] => outbox.due(Number.POSITIVE_INFINITY).map(({ seq }) => seq);

describe("a gateway's outbox", () => {
  it("numbers from 1 and deletes what a receipt covers", () => {
    const outbox = filled(4);
    expect(seqs(outbox)).toEqual([1, 2, 3, 4]);
    expect(outbox.settle({ boot: 5, upTo: 2, also: [], hash: hashUpTo(2) })).toEqual({ deleted: 2 });
    expect(seqs(outbox)).toEqual([3, 4]);
    expect(outbox.lastSeq()).toBe(4);
  });

  it("keeps a hole open while what lies behind it is durable", () => {
    const outbox = filled(4);
    outbox.settle({ boot: 5, upTo: 1, also: [[3, 4]], hash: hashUpTo(1) });
    expect(seqs(outbox)).toEqual([2]);
    outbox.settle({ boot: 5, upTo: 4, also: [], hash: hashUpTo(4) });
    expect(outbox.size()).toBe(0);
  });

  it.each([
    ["a running hash that isn't its own", { boot: 5, upTo: 2, also: [], hash: hashUpTo(3) }],
    ["a seq it never sent", { boot: 5, upTo: 9, also: [], hash: hashUpTo(4) }],
  ])("deletes nothing under %s", (_, receipt) => {
    const outbox = filled(4);
    expect(outbox.settle(receipt)).toHaveProperty("refused");
    expect(outbox.size()).toBe(4);
  });

  it("deletes nothing under the receipt of another boot, or an older one", () => {
    const outbox = filled(4);
    expect(outbox.settle({ boot: 4, upTo: 2, also: [], hash: hashUpTo(2) })).toEqual({ deleted: 0 });
    outbox.settle({ boot: 5, upTo: 3, also: [], hash: hashUpTo(3) });
    expect(outbox.settle({ boot: 5, upTo: 2, also: [], hash: hashUpTo(2) })).toEqual({ deleted: 0 });
    expect(seqs(outbox)).toEqual([4]);
  });

  it("holds of asked ranges what no receipt covered, and nothing else", () => {
    const outbox = filled(6);
    outbox.settle({ boot: 5, upTo: 2, also: [[4, 4]], hash: hashUpTo(2) });
    const held = outbox.held([
      [1, 3],
      [4, 5],
      [9, 12],
    ]);
    expect(held.map(({ seq }) => seq)).toEqual([3, 5]);
    expect(new TextDecoder().decode(held[0]?.payload)).toBe("message 3");
  });

  it("offers a message again when its receipt stays away", () => {
    const outbox = filled(2);
    outbox.markSent(1, 1_000);
    expect(outbox.due(0).map(({ seq }) => seq)).toEqual([2]);
    expect(outbox.due(1_001).map(({ seq }) => seq)).toEqual([1, 2]);
  });
});
